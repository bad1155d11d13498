"""Who waits for a run sees its end, also when the server is away for a while, or the run was deleted."""

from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectNotFound
from prefect.states import Completed, Running

from tasks import dispatch, workers
from tasks.dispatch import end_of
from tasks.ended_run import why_it_ended
from tasks.workers import MOST_HANDED_BACK, POOL, WORKER, left_to_others

RUNNING = FlowRun(id=uuid4(), flow_id=uuid4(), name="frames-1-8", state=Running())
COMPLETED = RUNNING.model_copy(update={"state": Completed()})


@dataclass
class Server:
    """A Prefect server that answers what it was told to, or fails with that."""

    answers: list[FlowRun | Exception]

    def read_flow_run(self, _: UUID) -> FlowRun:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @contextmanager
    def client(self, *, sync_client: bool):
        assert sync_client
        yield self


class NoVigil:
    """Looks after nothing."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def look(self, run: FlowRun) -> None: ...


@pytest.fixture
def server(monkeypatch) -> Server:
    made = Server([])
    monkeypatch.setattr(dispatch, "get_client", made.client)
    monkeypatch.setattr(dispatch, "Vigil", NoVigil)
    monkeypatch.setattr(dispatch, "POLL_S", 0.0)
    return made


def test_server_that_is_away_for_a_while_is_asked_again(server):
    server.answers = [RUNNING, httpx.ConnectError("refused"), httpx.ReadTimeout("late"), COMPLETED]

    assert end_of(RUNNING) == COMPLETED


def test_server_that_stays_away_is_not_asked_for_ever(server, monkeypatch):
    monkeypatch.setattr(dispatch, "LONGEST_WITHOUT_SERVER_S", 0.0)
    server.answers = [httpx.ConnectError("refused")] * 100

    with pytest.raises(httpx.ConnectError):
        end_of(RUNNING)


def test_run_that_was_deleted_has_ended(server):
    server.answers = [RUNNING, ObjectNotFound(Exception("404"))]

    why = why_it_ended(end_of(RUNNING))

    assert why
    assert why.sentence == "it was deleted (run frames-1-8)"


@pytest.mark.parametrize(
    ("change", "is_left"),
    [
        ({}, True),
        ({"run_count": MOST_HANDED_BACK + 1}, False),
        ({"labels": {WORKER: "other", POOL: "local"}}, False),
    ],
    ids=["failed here", "nobody else takes it", "did not fail here"],
)
def test_run_is_left_to_others_unless_none_of_them_takes_it(monkeypatch, change, is_left):
    run = RUNNING.model_copy(update={"labels": {WORKER: "one", POOL: "local"}, "run_count": 1, **change})
    monkeypatch.setattr(workers, "_others", lambda *_: True)
    monkeypatch.setattr(workers, "FlowRunContext", Context(run))

    assert (left_to_others(("one",)) is not None) == is_left


@dataclass
class Context:
    """What a run finds out about itself."""

    flow_run: FlowRun

    def get(self) -> "Context":
        return self
