"""Chunks sent to runs that die, get lost, or are not needed any more: nothing is left out, nobody waits."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.objects import FlowRun

from media.encoder import Ffmpeg
from media.frame_list import as_text, numbers_in
from media.shot.job import FramesJob
from media.shot.plan import ShotPlan
from media.shot.segments import segment_key
from media.store import FolderStore
from media.store.keys import frame_name, key_for
from media.tools import Tools
from tasks import chunks
from tasks.chunks import render_chunks
from tasks.ended_run import Why
from tasks.renderers import Renderers
from tasks.sent_runs import Ended
from tests.media.shot.test_plan import BLENDER, plan

WHOLE, END = "10-21", "16-21"
DIED = Ended(Why("", "its process is gone"), "one")


@dataclass(eq=False)
class Sent:
    """A run that was sent; `what` becomes of it shows at the first look."""

    job: FramesJob
    ending: Event
    what: Callable[["Sent"], Ended | None]
    ended: Ended | None = None

    def is_done(self) -> bool:
        self.ended = self.what(self)
        return self.ended is not None

    def result(self) -> Ended:
        if self.ended is None:
            raise ConnectionError("the server does not answer")
        return self.ended


@dataclass
class Farm:
    """Where runs go; what becomes of each is said beforehand, by its frames."""

    tools: Tools
    whole: ShotPlan
    fates: dict[str, list[Callable[[Sent], Ended | None]]]
    sent: list[Sent] = field(default_factory=list)

    def submit(self, _: ShotPlan, job: FramesJob, __: Renderers, ending: Event, ___: object) -> Sent:
        self.sent.append(Sent(job, ending, self.fates[job.frames].pop(0)))
        return self.sent[-1]

    def wait(self, futures: Iterable[Sent], timeout: float) -> tuple[set[Sent], set[Sent]]:
        assert timeout
        futures = set(futures)
        done = {one for one in futures if one.is_done()}
        return done, futures - done

    def commit(self, frames: str) -> None:
        for number in numbers_in(frames):
            self.tools.store.put(
                key_for("renders", self.whole.render, frame_name(number, ".png")), b"a frame"
            )

    def encode(self, frames: str) -> None:
        part = self.whole.only(numbers_in(frames))
        assert part.video
        self.tools.store.put(segment_key(part, part.video), b"a segment")

    def completes(self, sent: Sent) -> Ended:
        self.commit(sent.job.frames)
        if sent.job.segment:
            self.encode(sent.job.frames)
        return Ended(None, "two")

    def dies_before_it_encodes(self, sent: Sent) -> Ended:
        self.commit(sent.job.frames)
        return DIED


def dies(_: Sent) -> Ended:
    return DIED


def waits_for_its_turn(_: Sent) -> None:
    return None


@contextmanager
def nobody_hears(_: ShotPlan) -> Iterator[Callable[[int], None]]:
    yield lambda _: None


@pytest.fixture
def farm(tmp_path, monkeypatch) -> Farm:
    """A job of one chunk, whose run is helped at once."""
    whole = plan(chunk=12)
    made = Farm(Tools(FolderStore(tmp_path), BLENDER, Ffmpeg(Path("/no/ffmpeg"))), whole, {})
    monkeypatch.setattr(chunks, "send_chunk", made)
    monkeypatch.setattr(chunks, "wait", made.wait)
    monkeypatch.setattr(chunks, "open_tools", lambda: made.tools)
    monkeypatch.setattr(chunks, "sent_and_not_ended", lambda _: [])
    monkeypatch.setattr(chunks, "count_progress", nobody_hears)
    monkeypatch.setattr(chunks, "get_run_logger", lambda: logging.getLogger(__name__))
    monkeypatch.setattr(chunks, "pilot_of", lambda _: ())
    monkeypatch.setattr(chunks, "help_for", lambda left, *_: (0, numbers_in(END)) if left else None)
    return made


def rendered(farm: Farm) -> list[tuple[str, bool]]:
    """Render the job; returns the frames of the runs that were sent, and whether they were to encode."""
    done = render_chunks(farm.whole, Renderers("local", start_s=1.0))

    assert [as_text(part.numbers) for part in done.parts] == [WHOLE]
    return [(one.job.frames, one.job.segment) for one in farm.sent]


def test_run_that_was_helped_and_died_before_it_encoded_is_sent_again(farm):
    farm.fates = {WHOLE: [farm.dies_before_it_encodes, farm.completes], END: [farm.completes] * 2}

    assert rendered(farm)[:3] == [(WHOLE, True), (END, False), (WHOLE, True)]


def test_help_that_fails_is_not_sent_again_and_ends_nothing(farm):
    farm.fates = {WHOLE: [farm.completes], END: [dies]}

    assert rendered(farm) == [(WHOLE, True), (END, False)]


def test_help_that_never_gets_its_turn_is_not_waited_for_but_cancelled(farm):
    farm.fates = {WHOLE: [farm.completes], END: [waits_for_its_turn]}

    assert rendered(farm) == [(WHOLE, True), (END, False)]
    assert farm.sent[1].ending.is_set()


def test_run_that_was_lost_sight_of_is_sent_again(farm, monkeypatch):
    monkeypatch.setattr(chunks, "help_for", lambda *_: None)
    farm.fates = {WHOLE: [waits_for_its_turn, farm.completes]}

    def wait(futures: Iterable[Sent], timeout: float) -> tuple[set[Sent], set[Sent]]:
        assert timeout
        for one in futures:
            one.is_done()
        return set(futures), set()

    monkeypatch.setattr(chunks, "wait", wait)

    assert rendered(farm) == [(WHOLE, True)] * 2


def test_help_that_goes_on_when_the_run_that_sent_it_is_begun_anew_ends_with_it(farm, monkeypatch):
    adopted: list[tuple[UUID, Event]] = []

    def adopt(run: UUID, ending: Event) -> Sent:
        adopted.append((run, ending))
        return Sent(FramesJob.model_construct(frames=END), ending, waits_for_its_turn)

    run = FlowRun.model_construct(id=uuid4(), parameters={"job": {"frames": END}})
    monkeypatch.setattr(chunks, "sent_and_not_ended", lambda _: [run])
    monkeypatch.setattr(chunks.wait_for_sent, "submit", adopt)
    monkeypatch.setattr(chunks, "help_for", lambda *_: None)
    farm.fates = {WHOLE: [farm.completes]}

    assert rendered(farm) == [(WHOLE, True)]
    assert [(one, ending.is_set()) for one, ending in adopted] == [(run.id, True)]
