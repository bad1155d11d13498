"""Children end with their parent, keep their limits, and say how they ended."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from media.errors import OutOfResources, TimedOut, ToolCrashed, ToolFailed
from media.process import LOG_TAIL_BYTES, Limits, check, clean_environment, run, start
from tests.processes import is_alive, wait_until_gone

ROOT = Path(__file__).parents[2]
SECONDS = Limits(wall_s=20)


def shell(script: str) -> list[str]:
    return ["/bin/sh", "-c", script]


def test_lines_on_descriptor_three_are_reports_and_all_else_is_log(tmp_path):
    reports: list[str] = []

    finished = run(
        shell("echo one >&3; echo two; echo three >&2"),
        cwd=tmp_path,
        limits=SECONDS,
        on_report=reports.append,
    )

    assert reports == ["one"]
    assert finished.log_tail.split() == ["two", "three"]


def test_exit_code_and_signal_are_the_tools_own(tmp_path):
    assert run(shell("exit 7"), cwd=tmp_path, limits=SECONDS).returncode == 7
    assert run(shell("kill -SEGV $$"), cwd=tmp_path, limits=SECONDS).returncode == -signal.SIGSEGV


def test_log_tail_is_bounded_and_keeps_the_end(tmp_path):
    finished = run(shell("seq 1 100000; echo the end"), cwd=tmp_path, limits=SECONDS)

    assert len(finished.log_tail) <= LOG_TAIL_BYTES
    assert finished.log_tail.endswith("the end\n")


def test_child_sees_a_clean_environment_and_what_it_is_given(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-real-secret")

    finished = run(["/usr/bin/env"], cwd=tmp_path, limits=SECONDS, env={"GIVEN": "yes"})

    seen = dict(line.split("=", 1) for line in finished.log_tail.splitlines())
    assert seen == clean_environment(tmp_path) | {"GIVEN": "yes"}


def test_silent_child_is_ended_at_its_idle_deadline(tmp_path):
    with pytest.raises(TimedOut, match="reported nothing"):
        run(shell("sleep 60"), cwd=tmp_path, limits=Limits(idle_s=0.2))


def test_busy_child_is_ended_at_its_wall_clock_deadline(tmp_path):
    with pytest.raises(TimedOut):
        run(shell("while :; do echo . >&3; done"), cwd=tmp_path, limits=Limits(wall_s=0.5, idle_s=10))


def test_child_that_takes_no_input_is_ended(tmp_path):
    with (
        start(shell("sleep 60"), cwd=tmp_path, limits=Limits(idle_s=0.2)) as child,
        pytest.raises(TimedOut, match="input"),
    ):
        child.send(b"x" * 1_000_000)


def test_deadline_does_not_run_while_the_child_waits_for_us(tmp_path):
    with start(["/bin/cat"], cwd=tmp_path, limits=Limits(idle_s=0.3)) as child:
        time.sleep(0.6)  # we are the slow side here: that is what this test is about
        child.send(b"late")
        child.close_stdin()

        assert child.wait().log_tail == "late"


def test_child_that_ignores_term_is_killed_with_its_whole_tree(tmp_path):
    script = (
        "trap '' TERM; (trap '' TERM; setsid sleep 300) & echo $! >&3; echo $$ >&3; while :; do sleep 1; done"
    )
    with start(shell(script), cwd=tmp_path, limits=SECONDS) as child:
        reports = child.reports()
        pids = [int(next(reports)), int(next(reports))]

    assert not any(is_alive(pid) for pid in pids)


def test_grandchild_in_a_session_of_its_own_does_not_outlive_the_tool(tmp_path):
    reports: list[str] = []

    run(shell("setsid sleep 300 & echo $! >&3"), cwd=tmp_path, limits=SECONDS, on_report=reports.append)

    assert not is_alive(int(reports[0]))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_children_end_with_their_parent_however_it_died(tmp_path, how):
    engine = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from media.process import Limits, start
with start(["/bin/sh", "-c", "setsid sleep 300 & echo $! >&3; echo $$ >&3; sleep 300"],
           cwd=Path({str(tmp_path)!r}), limits=Limits()) as child:
    for line in child.reports():
        print(line, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", engine], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pids = [int(process.stdout.readline()), int(process.stdout.readline())]
        process.send_signal(how)

    for pid in pids:
        wait_until_gone(pid)


def test_memory_limit_holds(tmp_path):
    argv = [sys.executable, "-c", "bytearray(2_000_000_000)"]

    finished = run(argv, cwd=tmp_path, limits=Limits(wall_s=20, memory_bytes=500_000_000))

    assert finished.returncode == 1
    assert "MemoryError" in finished.log_tail


def test_file_size_limit_holds(tmp_path):
    finished = run(
        shell("head -c 100000 /dev/zero > big"), cwd=tmp_path, limits=Limits(wall_s=20, file_bytes=1000)
    )

    assert finished.returncode != 0
    assert (tmp_path / "big").stat().st_size <= 1000


def test_child_is_the_first_to_go_when_memory_runs_out_and_opens_few_files(tmp_path):
    finished = run(shell("cat /proc/self/oom_score_adj; ulimit -n; ulimit -c"), cwd=tmp_path, limits=SECONDS)

    adjusted, files, core = map(int, finished.log_tail.split())
    assert adjusted == 1000
    assert files <= 4096
    assert core == 0


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("echo why >&2; exit 3", ToolFailed),
        ("kill -SEGV $$", ToolCrashed),
        ("kill -ABRT $$", ToolCrashed),
        ("kill -KILL $$", OutOfResources),
        ("kill -XFSZ $$", OutOfResources),
        ("kill -HUP $$", ToolFailed),
    ],
)
def test_end_of_a_child_is_raised_as_what_it_means(tmp_path, script, error):
    finished = run(shell(script), cwd=tmp_path, limits=SECONDS)

    with pytest.raises(error) as raised:
        check(finished, "the tool")

    assert type(raised.value) is error
    assert "the tool" in str(raised.value)


def test_tool_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(ToolFailed, match="no-such-tool could not be started"):
        check(run(["/no-such-tool"], cwd=tmp_path, limits=SECONDS), "no-such-tool")


def test_ending_twice_is_fine(tmp_path):
    child = start(shell("sleep 60"), cwd=tmp_path, limits=SECONDS)

    child.end()
    child.end()

    assert child.wait().returncode != 0
