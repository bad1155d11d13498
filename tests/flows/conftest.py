"""A temporary Prefect server for the flow tests."""

import time
from collections.abc import Iterator
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterId,
)
from prefect.client.schemas.objects import Artifact, TaskRun
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.testing.utilities import prefect_test_harness

RECORDED_WITHIN_S = 30.0


@pytest.fixture(scope="session", autouse=True)
def prefect_server() -> Iterator[None]:
    """A server with an empty database; without heartbeats, whose thread each flow would wait a second for."""
    with (
        prefect_test_harness(server_startup_timeout=120),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    ):
        yield


class Seen:
    """What the server knows of a flow run, as the UI would show it."""

    def task_runs(self, flow_run_id: UUID, expected: int) -> dict[str, TaskRun]:
        """Return the ended task runs by task name, once there are as many as expected."""
        deadline = time.monotonic() + RECORDED_WITHIN_S
        with get_client(sync_client=True) as client:
            while True:
                runs = client.read_task_runs(flow_run_filter=_only(flow_run_id))
                ended = {
                    run.name.rpartition("-")[0]: run for run in runs if run.state and run.state.is_final()
                }
                if len(ended) >= expected or time.monotonic() > deadline:
                    return ended
                time.sleep(0.1)  # events reach the database when they do

    def artifacts(self, flow_run_id: UUID) -> list[Artifact]:
        """Return the artifacts of a flow run."""
        with get_client(sync_client=True) as client:
            ids = ArtifactFilterFlowRunId(any_=[flow_run_id])
            return client.read_artifacts(artifact_filter=ArtifactFilter(flow_run_id=ids))


def _only(flow_run_id: UUID) -> FlowRunFilter:
    return FlowRunFilter(id=FlowRunFilterId(any_=[flow_run_id]))


@pytest.fixture
def seen() -> Seen:
    """The server's view of flow runs."""
    return Seen()
