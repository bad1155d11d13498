"""A flow's first act: code that is not its deployment's does no work."""

from uuid import UUID

import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun

from media.code_version import code_version
from media.errors import ToolFailed
from tasks.code_version import expect_deployed_code
from tests.conftest import ROOT

NOT_OURS = f"{'0' * 8}-a-hash-of-the-flow"


@flow(name="work-of-a-deployment")
def work() -> str:
    """Begin as our flows do."""
    expect_deployed_code()
    return "done"


def deployed(client: SyncPrefectClient, version: str | None) -> UUID:
    flow_id = client.create_flow(work)
    return client.create_deployment(flow_id, name="docker", version=version)


def run_of(deployment: UUID) -> FlowRun:
    with get_client(sync_client=True) as client:
        return client.create_flow_run_from_deployment(deployment)


def outcome(version: str | None) -> str:
    """Return what a run of a deployment of `version` ends in, in this process as in a container's."""
    from prefect.flow_engine import run_flow  # noqa: PLC0415 - what the container's engine calls

    with get_client(sync_client=True) as client:
        deployment = deployed(client, version)
    try:
        return str(run_flow(work, flow_run=run_of(deployment)))
    except ToolFailed as error:
        return str(error)


@pytest.mark.parametrize("version", [None, NOT_OURS])
def test_deployment_that_says_nothing_of_our_code_runs(version):
    assert outcome(version) == "done"


def test_code_of_the_deployment_runs():
    assert outcome(code_version(ROOT)) == "done"


def test_other_code_does_nothing_and_says_what_to_do():
    said = outcome("code-0123456789abcdef")

    assert said.startswith("deployment docker: expected code-0123456789abcdef, found code-")
    assert said.endswith("deploy it: `make deploy-docker`")


def test_run_without_a_deployment_asks_nobody():
    assert work() == "done"
