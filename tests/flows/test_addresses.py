"""What opens an address is in nothing that Prefect keeps of a download that is refused."""

import logging
import time
from uuid import UUID

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId

from tasks.source import download_model

SECRET = "zx9-secret"  # noqa: S105 - planted
ADDRESS = f"https://ann:{SECRET}@2130706433:9/part.step?X-Amz-Signature={SECRET}#{SECRET}"
SENTENCE = "on the public internet, found 2130706433"
LOGGED_WITHIN_S = 30.0


@flow
def bring_in() -> None:
    """Download from an address that no parameter holds."""
    download_model(ADDRESS)


def logs_of(flow_run_id: UUID) -> str:
    """Return what the server has of a run's log, once the line about its end is there."""
    deadline = time.monotonic() + LOGGED_WITHIN_S
    with get_client(sync_client=True) as client:
        while True:
            found = client.read_logs(log_filter=LogFilter(flow_run_id=LogFilterFlowRunId(any_=[flow_run_id])))
            text = "\n".join(log.message for log in found)
            if "Finished in state Failed" in text or time.monotonic() > deadline:
                return text
            time.sleep(0.1)


@pytest.fixture(autouse=True)
def _store_of_its_own(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("RENDERMILL_STORE", str(tmp_path / "store"))


def test_address_that_must_not_be_called_is_refused_once_without_telling_what_opens_it(seen, caplog):
    with caplog.at_level(logging.DEBUG):
        state = bring_in(return_state=True)

    run = seen.task_runs(state.state_details.flow_run_id, 1)["download_model"]
    logged = logs_of(state.state_details.flow_run_id)
    assert run.run_count == 1
    for text in (state.message, run.state.message, logged):
        assert SENTENCE in text
    for text in (state.message, run.state.message, logged, caplog.text):
        assert SECRET not in text
