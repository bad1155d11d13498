"""An engine with our image, and what it takes to run containers of it."""

import os
from collections.abc import Iterator

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.settings import PREFECT_API_URL, temporary_settings

from blocks.object_store import ObjectStore
from infra.s3 import make_client
from tests.docker.engine import base_image, engine, lacking
from tests.docker.place import Place, made
from tests.fakes.s3 import S3Server
from tests.flows.served import MAKE, PREFECT, process, server


@pytest.fixture(scope="session")
def docker_env() -> Iterator[dict[str, str]]:
    """An engine, and what reaches it."""
    if why := lacking():
        pytest.fail(why, pytrace=False)
    with engine() as env:
        yield env


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def place(docker_env, block, tmp_path_factory) -> Iterator[Place]:
    """The image, which takes long to build, a server with its deployments, and a worker."""
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
