"""Who sees that a run's process is gone tells the server, also if that does not hear it at first."""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.schemas.filters import WorkerFilter
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Pending, Running

from media.encoder import Ffmpeg
from media.store import FolderStore
from media.store.lifeline import lifeline
from media.tools import Tools
from tasks import lifeline as lifelines
from tasks.lifeline import LOSSES, Vigil
from tasks.workers import POOL, WORKER
from tests.media.shot.test_plan import BLENDER

RUN = FlowRun(id=uuid4(), flow_id=uuid4(), name="frames-1-8", state=Running(), run_count=1)


@dataclass
class Server:
    """A Prefect server that does not hear what is said to it first."""

    said: list[str] = field(default_factory=list)
    labels: dict[str, object] = field(default_factory=dict)
    online: tuple[str, ...] = ()

    def update_flow_run_labels(self, _: UUID, labels: dict[str, object]) -> None:
        self.labels |= labels

    def read_workers_for_work_pool(self, pool: str, *, worker_filter: WorkerFilter) -> list[SimpleNamespace]:
        assert (pool, worker_filter.status.any_) == ("local", ["ONLINE"])
        return [SimpleNamespace(name=name) for name in self.online]

    def set_flow_run_state(self, _: UUID, state: State, *, force: bool) -> None:
        assert force
        self.said.append(str(state.name))
        if len(self.said) == 1:
            raise httpx.ConnectError("refused")


@pytest.fixture
def store(tmp_path, monkeypatch) -> FolderStore:
    made = FolderStore(tmp_path)
    tools = Tools(made, BLENDER, Ffmpeg(tmp_path / "no ffmpeg"))
    monkeypatch.setattr(lifelines, "open_tools", lambda: tools)
    monkeypatch.setattr(lifelines, "get_run_logger", lambda: logging.getLogger(__name__))
    monkeypatch.setattr(lifelines, "LOOK_EVERY_S", 0.0)
    return made


def test_server_that_did_not_hear_of_a_death_is_told_again(store, monkeypatch):
    server = Server()
    vigil = Vigil(RUN, server, must_speak=False)

    with lifeline(str(RUN.id), store):
        monkeypatch.setattr("media.store.holder.Holder.is_gone", lambda _: True)
        with pytest.raises(httpx.ConnectError):
            vigil.look(RUN)
        vigil.look(RUN)
        vigil.look(RUN)

    assert server.said == ["AwaitingRetry"] * 2


def test_run_that_another_process_has_by_now_is_left_to_it(store, monkeypatch):
    server = Server()
    vigil = Vigil(RUN, server, must_speak=False)

    with lifeline(str(RUN.id), store):
        monkeypatch.setattr("media.store.holder.Holder.is_gone", lambda _: True)
        with pytest.raises(httpx.ConnectError):
            vigil.look(RUN)
        monkeypatch.setattr("media.store.holder.Holder.is_gone", lambda _: False)
        with lifeline(str(RUN.id), store):
            vigil.look(RUN)

    assert server.said == ["AwaitingRetry"]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("online", "since_s", "said"),
    [((), 61, ["AwaitingRetry"]), (("one",), 61, []), ((), 5, []), (("two",), 61, ["AwaitingRetry"])],
)
def test_run_that_was_taken_by_a_worker_that_is_gone_is_given_back(online, since_s, said):
    server = Server(online=online)
    since = datetime.now(UTC) - timedelta(seconds=since_s)
    labels = {POOL: "local", WORKER: "one"}
    run = RUN.model_copy(update={"state": Pending(timestamp=since), "labels": labels})
    server.said.append("so that it hears the next")

    Vigil(run, server, must_speak=False).look(run)

    assert server.said[1:] == said


@pytest.mark.parametrize(("losses", "state"), [(0, "AwaitingRetry"), (2, "AwaitingRetry"), (3, "Crashed")])
def test_run_that_was_lost_too_often_is_not_given_back_again(store, monkeypatch, losses, state):
    server = Server()
    server.said.append("so that it hears the next")
    run = RUN.model_copy(update={"labels": {LOSSES: losses}, "run_count": 30})

    with lifeline(str(run.id), store):
        monkeypatch.setattr("media.store.holder.Holder.is_gone", lambda _: True)
        Vigil(run, server, must_speak=False).look(run)

    assert server.said[1:] == [state]
    assert server.labels == {LOSSES: losses + 1}
