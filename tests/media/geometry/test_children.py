"""How the end of a child that reads strangers' files is understood."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from media import process
from media.errors import BadInput, OutOfResources, ToolCrashed, ToolFailed
from media.geometry.children import UNUSED_BYTES, DoneModel, Refused, outcome, start_reader, twice
from media.process import Limits

LIMITS = Limits(wall_s=30, memory_bytes=4 * UNUSED_BYTES)


class Answer(DoneModel):
    """What the reader of these tests says when it has done its work."""

    number: int


def ended(script: str, folder) -> Answer:
    with process.start(["/bin/sh", "-c", script], cwd=folder, limits=Limits(wall_s=30)) as child:
        return outcome(child, "the reader", Answer, LIMITS)


def says(**event) -> str:
    return f"echo '{json.dumps(event)}' >&3; "


def test_last_report_is_the_answer(tmp_path):
    script = says(event="stage", name="read") + says(event="done", number=7)
    assert ended(script, tmp_path).number == 7


def test_refusal_is_passed_on(tmp_path):
    with pytest.raises(Refused, match="nothing in it"):
        ended(says(event="refused", found="nothing in it"), tmp_path)


def test_death_within_the_memory_limit_is_a_crash(tmp_path):
    with pytest.raises(ToolCrashed, match="SIGSEGV"):
        ended(says(event="died", peak_bytes=UNUSED_BYTES) + "kill -SEGV $$", tmp_path)


def test_death_at_the_memory_limit_is_out_of_resources(tmp_path):
    with pytest.raises(OutOfResources, match="memory"):
        ended(says(event="died", peak_bytes=3 * UNUSED_BYTES) + "kill -SEGV $$", tmp_path)


@pytest.mark.parametrize("words", ["std::bad_alloc", "OSError: No space left on device"])
def test_tool_that_says_what_ran_out_is_believed(words, tmp_path):
    with pytest.raises(OutOfResources):
        ended(f"echo '{words}' >&2; exit 1", tmp_path)


def test_end_without_an_answer_is_a_failure(tmp_path):
    with pytest.raises(ToolFailed, match="without saying"):
        ended("true", tmp_path)


def test_witness_tells_how_much_a_killed_reader_held(tmp_path):
    with start_reader("occt", tmp_path / "no_job.json", limits=LIMITS) as child:
        os.kill(reader_below(child), signal.SIGSEGV)
        events = [json.loads(line) for line in child.reports()]
        finished = child.wait()

    assert [event["event"] for event in events] == ["died"]
    assert events[0]["peak_bytes"] > 2**20
    assert finished.returncode == -signal.SIGSEGV


def reader_below(child: process.Child) -> int:
    """Wait for keeper, witness and reader to stand below one another; returns the reader's process."""
    pid, deadline = child._process.pid, time.monotonic() + 20
    for _ in range(2):
        while not (below := Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
            assert time.monotonic() < deadline
            os.sched_yield()
        pid = int(below[0])
    return pid


def test_one_death_is_forgiven_and_two_are_the_inputs_fault():
    deaths = [ToolCrashed("died by SIGSEGV")]

    def attempt() -> Answer:
        if deaths:
            raise deaths.pop()
        return Answer(number=1)

    assert twice(attempt, "part.step", "the reader").number == 1
    deaths += [ToolCrashed("died by SIGSEGV"), ToolCrashed("died by SIGSEGV")]
    with pytest.raises(BadInput, match=r"part\.step: .* died of twice"):
        twice(attempt, "part.step", "the reader")
