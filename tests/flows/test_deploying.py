"""`make deploy` and its like on a server, on a machine without Docker, a registry or a provider."""

from collections.abc import Iterator

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import ConcurrencyLimitStrategy
from prefect.client.schemas.responses import DeploymentResponse

from media.code_version import code_version
from tests.conftest import ROOT
from tests.flows.served import MAKE, Served, server

IMAGE = f"registry.example/mill@sha256:{'ab' * 32}"


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    """A server, and no engine for anybody."""
    folder = tmp_path_factory.mktemp("deploying")
    with (
        server(folder, DOCKER_HOST="tcp://127.0.0.1:9", RENDERMILL_GIVEN=IMAGE) as env,
        SyncPrefectClient(env["PREFECT_API_URL"]) as client,
    ):
        yield Served(folder, client, env)


def deployed(served: Served, target: str, flow: str) -> DeploymentResponse:
    ended = served.command(*MAKE, target)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return served.client.read_deployment_by_name(f"{flow}/{target.removeprefix('deploy-')}")


def folder_of(deployment: DeploymentResponse) -> str:
    ((_, options),) = deployment.pull_steps[0].items()
    return str(options["directory"])


def test_local_deployments_are_made_without_an_engine(served):
    assert served.command(*MAKE, "deploy").returncode == 0

    made = served.client.read_deployment_by_name("render-still/local")
    assert (made.work_queue_name, folder_of(made)) == ("control", str(ROOT))


def test_image_that_is_given_is_deployed_to_rented_machines_with_the_version_of_the_code(served):
    made = deployed(served, "deploy-runpod", "render-turntable")

    assert (made.work_pool_name, made.work_queue_name) == ("runpod-secure", "default")
    assert made.concurrency_options is not None
    assert made.concurrency_options.collision_strategy is ConcurrencyLimitStrategy.ENQUEUE
    assert made.job_variables == {"image": IMAGE}
    assert made.version == code_version(ROOT)
    assert folder_of(made) == "/opt/rendermill"


def test_pools_at_runpod_know_the_store_and_no_secret(served):
    pools = {pool.name: pool for pool in served.client.read_work_pools() if pool.type == "runpod"}

    assert {name: pool.concurrency_limit for name, pool in pools.items()} == {
        "runpod-secure": 10,
        "runpod-community": 10,
        "runpod-cpu": 100,
    }
    fields = pools["runpod-cpu"].base_job_template["variables"]["properties"]
    assert fields["tier"]["default"] == "cpu"
    assert fields["env"]["default"] == {"RENDERMILL_STORE": served.env["RENDERMILL_STORE"]}
    assert all(name.isidentifier() for name in fields["secrets"]["default"].values())


def test_silent_runs_are_looked_for_once_however_often_it_is_deployed(served):
    assert served.command(*MAKE, "deploy-runpod").returncode == 0

    (automation,) = served.client.read_automations_by_name("rendermill runs that fell silent")
    assert automation.enabled


def test_image_that_is_given_is_deployed_to_containers_with_a_pool_and_the_store(served):
    made = deployed(served, "deploy-docker", "render-still")

    pool = served.client.read_work_pool("docker")
    assert (made.work_pool_name, pool.type) == ("docker", "docker")
    assert made.job_variables == {"image": IMAGE}
    assert served.client.read_block_document_by_name("default", "object-store")


@pytest.mark.long
def test_folder_of_the_code_and_the_pool_are_the_deployers_to_say(served):
    code = f"RENDERMILL_CODE={ROOT}"
    ended = served.command("env", code, *MAKE, "deploy-runpod", "POOL=runpod-community")
    assert ended.returncode == 0, ended.stdout + ended.stderr

    made = served.client.read_deployment_by_name("prepare-geometry/runpod")
    assert (folder_of(made), made.work_pool_name) == (str(ROOT), "runpod-community")
