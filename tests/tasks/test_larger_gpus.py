"""Chunks whose GPU was too small are sent again to a larger one."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from threading import Event
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.states import Completed, Failed

from infra.rental.ledger import NEEDS_GPU_MEMORY, Rental, label_of
from infra.rental.machine import Offer
from media.errors import ToolFailed
from media.shot.plan import ShotPlan
from tasks import chunks
from tasks.ended_run import Why
from tasks.renderers import Renderers
from tasks.sent_runs import Ended, how_it_ended
from tasks.workers import WORKER
from tests.media.shot.test_plan import plan

SAID = "OutOfGpuMemory: frame 2: System is out of GPU memory"
AT = datetime(2026, 1, 1, tzinfo=UTC)
RENTED = Rental(
    number=1,
    offer=Offer(kind="NVIDIA L4", usd_per_hour=Decimal("0.4")),
    ordered=AT,
    machine_id="pod",
    ended=AT,
)


def run_that_failed(message: str, **labels: object) -> FlowRun:
    state = Failed(message=f"Flow run encountered an exception: {message}")
    return FlowRun(flow_id=uuid4(), name="frames-1-8", state=state, labels=labels)


def short_of(gigabytes: int) -> Ended:
    why = Why("OutOfGpuMemory", "frame 2: System is out of GPU memory")
    return Ended(why, "", needs={NEEDS_GPU_MEMORY: gigabytes})


@dataclass
class Elsewhere:
    """Runs end there one after the other as was said, and those that are not short of anything render."""

    endings: list[Ended]
    stored: list[int] = field(default_factory=list)
    given: list[object] = field(default_factory=list)

    def submit(
        self, chunk: ShotPlan, _job: object, _where: object, _ending: Event, needs: object
    ) -> Future[Ended]:
        self.given.append(needs)
        ended: Future[Ended] = Future()
        ended.set_result(self.endings.pop(0))
        if ended.result().why is None:
            self.stored += chunk.numbers
        return ended


Sending = Callable[..., Elsewhere]


@pytest.fixture
def sending(monkeypatch) -> Sending:
    """Send a shot in as many chunks as are said to end, one at a time, to runs that end so."""

    def send(*endings: Ended, pieces: int = 1) -> Elsewhere:
        elsewhere = Elsewhere(list(endings))
        monkeypatch.setattr(chunks, "send_chunk", elsewhere)
        monkeypatch.setattr(chunks, "wait", lambda futures, **_: (set(futures), set()))
        monkeypatch.setattr(chunks, "committed_numbers", lambda _plan, _store: elsewhere.stored)
        monkeypatch.setattr(chunks, "open_tools", _NoTools)
        monkeypatch.setattr(chunks, "get_run_logger", logging.getLogger)
        whole = plan(first=1, last=8, machines=1)
        size = len(whole.numbers) // pieces
        parts = [whole.only(whole.numbers[at : at + size]) for at in range(0, len(whole.numbers), size)]
        sent = chunks._Chunks(whole, Renderers("runpod"))
        sent._all_of(parts, lambda _: None, segments=False)
        return elsewhere

    return send


class _NoTools:
    store = None


def test_chunk_goes_on_to_larger_gpus_however_often_until_one_is_large_enough(sending):
    sizes = (25, 33, 49, 97)

    sent = sending(*map(short_of, sizes), Ended(None, ""))

    assert sent.given == [{}, *({NEEDS_GPU_MEMORY: size} for size in sizes)]


def test_what_one_chunk_lacked_is_said_of_those_after_it(sending):
    sent = sending(short_of(25), Ended(None, ""), Ended(None, ""), pieces=2)

    assert sent.given == [{}, {NEEDS_GPU_MEMORY: 25}, {NEEDS_GPU_MEMORY: 25}]


def test_chunk_that_a_larger_gpu_does_not_help_is_tried_as_often_as_others(sending):
    with pytest.raises(ToolFailed, match="frames 1-8: tried 3 times"):
        sending(*[short_of(25)] * 4)


def test_end_of_a_run_tells_what_it_lacked_only_if_it_failed_of_that():
    labels = {NEEDS_GPU_MEMORY: 25}

    assert how_it_ended(run_that_failed(SAID, **labels), Event()).needs == labels
    assert how_it_ended(run_that_failed("ToolFailed: Blender died", **labels), Event()).needs == {}
    completed = run_that_failed(SAID, **labels).model_copy(update={"state": Completed()})
    assert how_it_ended(completed, Event()).needs == {}


def test_worker_that_rents_is_not_held_to_have_failed_with_one_of_its_machines():
    own, rented = (
        run_that_failed("ToolFailed: Blender died", **{WORKER: "one"} | rental)
        for rental in ({}, label_of(RENTED))
    )

    assert how_it_ended(own, Event()).worker == "one"
    assert how_it_ended(rented, Event()).worker == ""
    assert len(how_it_ended(rented, Event()).machines) == 1
