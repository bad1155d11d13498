"""Name a pushed image by what is in it: the registry tells the engine the digest, and the engine keeps it."""

import docker
from docker.errors import DockerException


def pushed_digest(image: str) -> str:
    """Return `name@sha256:…` for the image `name:tag`, which was pushed from this machine.

    Raises:
        ValueError: The engine knows no digest of it under that name, or no engine answers.
    """
    name = _without_tag(image)
    try:
        client = docker.from_env()
        try:
            digests = client.images.get(image).attrs.get("RepoDigests") or []
        finally:
            client.close()
    except DockerException as error:
        raise ValueError(
            f"{image}: expected a Docker engine that has this image, found none ({error})"
        ) from error
    for known in digests:
        if known.partition("@")[0] in {name, _short(name)}:
            return f"{name}@{known.partition('@')[2]}"
    found = ", ".join(digests) or "none"
    raise ValueError(f"{image}: expected the digest that a registry gave it, found {found}; push it first")


def _without_tag(image: str) -> str:
    head, slash, last = image.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def _short(name: str) -> str:
    """Return the name as the engine says it: Docker's own registry goes without saying."""
    return name.removeprefix("docker.io/").removeprefix("library/")
