"""A turntable rendered in a container of our image: a real engine, Prefect's Docker worker, S3 on loopback.

`make test-docker`. The image is built as its users build it; where no registry can be reached, on a base that
debootstrap makes.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL, temporary_settings

from blocks.object_store import ObjectStore
from infra.s3 import make_client
from media.code_version import code_version
from media.store import ObjectStore as Store
from tests.conftest import ROOT
from tests.docker.engine import base_image, docker, engine, lacking
from tests.fakes.s3 import S3Server
from tests.flows.served import MAKE, PREFECT, eventually, process, server

pytestmark = pytest.mark.docker

BUILD_S = 2400.0
RUN_S = 900.0
TINY = {"width": 64, "height": 64, "samples": 1, "frames": 2, "denoise": False, "detail": "coarse"}


class Place(NamedTuple):
    """Where it runs: what its users say, the store, and the image that was deployed."""

    env: dict[str, str]
    client: SyncPrefectClient
    store: Store
    image: str

    def run(self, **job: object) -> FlowRun:
        """Run the turntable's deployment to its end."""
        said = f"job={json.dumps(job)}"
        argv = (PREFECT, "deployment", "run", "render-turntable/docker", "-p", said, "--watch")
        printed = command(*argv, env=self.env, within_s=RUN_S).stdout
        uuid = next((word for word in printed.split() if len(word) == 36), "")
        return self.client.read_flow_run(UUID(uuid))

    def expect_no_containers(self) -> None:
        """Wait until the engine has removed what was made for runs: it does so after they end."""
        asked = ("ps", "--all", "--quiet", "--filter", "label=io.prefect.flow-run-id")
        eventually(lambda: not docker(self.env, *asked), "the end of the containers")


def command(*argv: str, env: dict[str, str], within_s: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=within_s, check=False
    )


def made(*argv: str, env: dict[str, str]) -> None:
    ended = command(*argv, env=env, within_s=BUILD_S)
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]


@pytest.fixture(scope="module")
def docker_env() -> Iterator[dict[str, str]]:
    """An engine, and what reaches it."""
    if why := lacking():
        pytest.fail(why, pytrace=False)
    with engine() as env:
        yield env


@pytest.fixture(scope="module")
def block(s3_for_all: S3Server) -> ObjectStore:
    """The store, with its account: containers learn both from Prefect's server."""
    account = s3_for_all.account
    client = make_client(account)
    client.create_bucket(Bucket="containers")
    client.close()
    said = {"bucket": "containers", "prefix": "mill"} | vars(account)
    return ObjectStore.model_validate(
        {name: value for name, value in said.items() if value and name in ObjectStore.model_fields}
    )


@pytest.fixture(scope="module")
def place(docker_env, block, tmp_path_factory) -> Iterator[Place]:
    """The image, a server with its deployments, and a worker."""
    folder = tmp_path_factory.mktemp("docker")
    base = os.environ.get("RENDERMILL_BASE") or base_image(docker_env)
    with server(
        folder,
        DOCKER_CLIENT_TIMEOUT="600",  # without an overlay, a container begins with a copy of its image
        DOCKER_HOST=docker_env.get("DOCKER_HOST", ""),
        RENDERMILL_BASE=base,
        RENDERMILL_BUILD_NETWORK="host",
        RENDERMILL_STORE="block:default",
    ) as env:
        if not env["DOCKER_HOST"]:
            del env["DOCKER_HOST"]
        with temporary_settings({PREFECT_API_URL: env["PREFECT_API_URL"]}):
            block.save("default", overwrite=True, _sync=True)  # type: ignore[call-arg] # what Prefect takes besides
        made(*MAKE, "deploy-docker", env=env)
        with SyncPrefectClient(env["PREFECT_API_URL"]) as client:
            deployment = client.read_deployment_by_name("render-turntable/docker")
            image = str(deployment.job_variables["image"])
            argv = [PREFECT, "worker", "start", "--pool", "docker"]
            with process(argv, env, folder / "worker.log"):
                yield Place(env, client, block.open(), image)


@pytest.fixture(scope="module")
def source(place: Place, bearing_step: Path) -> str:
    """The address of a part in the store."""
    python = str(ROOT / ".venv" / "bin" / "python")
    put = command(python, "-m", "flows.put_source", str(bearing_step), env=place.env, within_s=120)
    assert put.returncode == 0, put.stderr
    return put.stdout.split()[-1]


def test_image_is_named_by_its_content_is_not_roots_and_has_the_code_of_this_checkout(place):
    ask = "from infra.images import version as v; print(v.code_version(v.ROOT))"
    script = f"id --user --name; python -c '{ask}'; ffmpeg -hide_banner -encoders | grep --count h264_nvenc"

    said = docker(place.env, "run", "--rm", "--network=host", place.image, "sh", "-c", script, within_s=RUN_S)

    assert place.image.startswith("sha256:")
    assert said.split() == ["rendermill", code_version(ROOT), "1"]


def test_turntable_is_rendered_in_a_container_that_is_gone_afterwards(place, source):
    run = place.run(source=source, **TINY)

    manifests = [found.key for found in place.store.list("manifests/")]
    assert (run.state.name, run.work_pool_name) == ("Completed", "docker"), run.state.message
    assert len(manifests) == 1
    place.expect_no_containers()


def test_container_of_other_code_renders_nothing(place, source):
    made_id = place.client.read_deployment_by_name("render-turntable/docker").id
    place.client.update_deployment(made_id, DeploymentUpdate(version="code-0123456789abcdef"))

    run = place.run(source=source, **TINY)

    assert run.state.name == "Failed"
    assert "expected code-0123456789abcdef, found code-" in run.state.message
    place.expect_no_containers()
