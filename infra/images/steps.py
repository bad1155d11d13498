"""Steps of prefect.yaml: build our image, push it, and name it by what is in it.

Prefect's own steps do the work and remember it, so several deployments share one build. They return a tag,
and what a tag names changes; these return what cannot: an image's id here, or its digest in a registry.
"""

from pathlib import Path

from prefect_docker.deployments.steps import build_docker_image, push_docker_image

from infra.images.digest import pushed_digest
from infra.images.version import ROOT

DOCKERFILE = Path("infra/images/Dockerfile")


def build_image(  # noqa: PLR0913 - the keys of a step in YAML
    *, name: str, tag: str, target: str, base: str, index_url: str = "", network: str = "", given: str = ""
) -> dict[str, str]:
    """Build `name:tag`, unless an image is `given`; returns its id as `image`.

    Args:
        name: Where the image belongs: a registry's host and path, or a bare name for this machine alone.
        tag: The version of the code; it is in the image too.
        target: `cpu` or `gpu`.
        base: What the image begins with: a Debian 12.
        index_url: Package index to install from, instead of PyPI; nothing of it stays in the image.
        network: Network of the containers that build, such as `host`.
        given: An image that is there already.
    """
    if given:
        return {"image": given}
    built = build_docker_image(
        image_name=name,
        tag=tag,
        dockerfile=str(DOCKERFILE),
        path=str(ROOT),
        target=target,
        buildargs={"BASE": base, "INDEX_URL": index_url, "VERSION": tag},
        network_mode=network or None,
        pull=False,  # a base that was made here is in no registry
        rm=True,
        forcerm=True,
    )
    return {"image": str(built["image_id"])}


def push_image(name: str, tag: str, given: str = "") -> dict[str, str]:
    """Push `name:tag`, unless an image is `given`; returns `name@sha256:…` as `image`.

    Whoever runs it has logged in: `docker login`.

    Raises:
        ValueError: `given` names no digest, or the registry gave none.
    """
    if given:
        if "@sha256:" not in given:
            raise ValueError(
                f"{given}: expected an image by digest, name@sha256:…, found a name whose content may change"
            )
        return {"image": given}
    pushed = push_docker_image(image_name=name, tag=tag)
    return {"image": pushed_digest(pushed["image"])}
