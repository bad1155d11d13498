"""A run whose renderer is killed or hangs, or whose clock jumps, loses no more than the frames under way."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.faults.runs import Engine, assert_holds
from tests.processes import descendants


def renderer_of(process: subprocess.Popen[str]) -> int:
    """Return the process that is Blender, once the run says that it has rendered a frame."""
    assert process.stdout is not None
    process.stdout.readline()
    lines = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in descendants(process.pid)}
    (blender,) = (pid for pid, line in lines.items() if "blender_scripts" in line and "keeper" not in line)
    return blender


def wounded(engine: Engine, wound: signal.Signals, *arguments: str) -> tuple[int, list[str]]:
    """Run with a signal sent to the renderer after its first frame; returns how it ended and what it said."""
    with engine.start(*arguments) as process:
        assert process.stdout is not None
        os.kill(renderer_of(process), wound)
        said = ["rendered 1", *process.stdout.read().splitlines()]
    return process.returncode, said


def test_renderer_that_the_kernel_kills_for_memory_costs_the_frames_under_way(engine_with_scene):
    """The kernel kills whoever takes too much, by KILL, and children of ours first."""
    failed, before = wounded(engine_with_scene, signal.SIGKILL)
    done, after = engine_with_scene.run()

    assert failed == 1
    assert before[-1].startswith("OutOfResources"), "one sentence, and nothing is tried again in vain"
    assert (done, after[-1]) == (0, "done")
    assert_holds(engine_with_scene, before + after, 1)


def test_renderer_that_hangs_is_ended_and_its_run_goes_on(engine_with_scene):
    done, said = wounded(engine_with_scene, signal.SIGSTOP, "--patience", "10")

    assert (done, said[-1]) == (0, "done")
    assert_holds(engine_with_scene, said, 1)


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 4))])
def test_clock_that_jumps_costs_nothing(seed, engine):
    killed, before = engine.run("--clock", str(seed), "--kill-at", "frame.after_put")
    done, after = engine.run("--clock", str(seed + 100))

    assert killed == -signal.SIGKILL
    assert (done, after[-1]) == (0, "done")
    assert_holds(engine, before + after, 1)
