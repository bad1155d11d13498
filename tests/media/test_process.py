"""Children end with their parent, keep their limits, and say how they ended."""

import os
import resource
import runpy
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from media.errors import OutOfResources, TimedOut, ToolCrashed, ToolFailed
from media.log_tail import LOG_TAIL_BYTES
from media.process import KEEPER, Limits, check, clean_environment, run, start
from media.reports import MOST_HELD, OBJECT_BYTES
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


def test_child_that_prints_without_end_is_ended_and_its_end_kept(tmp_path):
    with start(["/usr/bin/yes"], cwd=tmp_path, limits=Limits(wall_s=1)) as child:
        with pytest.raises(TimedOut):
            child.wait()
        assert set(child.log_tail()) == {"y", "\n"}
        assert LOG_TAIL_BYTES / 2 < len(child.log_tail()) <= LOG_TAIL_BYTES


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


@pytest.mark.parametrize("line", ["head -c 40000000 /dev/zero", "cat /dev/zero"])
def test_report_line_without_end_is_a_broken_tool(tmp_path, line):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(ToolFailed, match="expected reports of at most 16777216 bytes a line"):
        run(shell(f"exec {line} >&3"), cwd=tmp_path, limits=SECONDS)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB


@pytest.mark.parametrize("line", ["", "a report that is some words long"])
def test_flood_of_reports_waits_for_who_reads_them(tmp_path, line):
    with start(shell(f"yes '{line}' >&3"), cwd=tmp_path, limits=Limits(wall_s=3)) as child:
        next(child.reports())
        time.sleep(2)  # we are the slow side
        held = child.reported()

    assert 0 < sum(len(report) + OBJECT_BYTES for report in held) <= MOST_HELD + OBJECT_BYTES + len(line)


def test_child_that_reports_more_than_is_held_can_end_unread(tmp_path):
    script = f"yes {'x' * 200} | head -c 40000000 >&3"
    with start(shell(script), cwd=tmp_path, limits=SECONDS) as child:
        assert child.wait().returncode == 0


def test_process_of_a_thread_that_is_gone_does_not_hold_up_the_end(tmp_path):
    """What a thread started is not among the main thread's children, and is ours only when that is killed."""
    (tmp_path / "threads.py").write_text("""
import os, subprocess, threading, time
def begin():
    sleeper = subprocess.Popen(["sleep", "300"])
    os.write(3, b"%d\\n" % sleeper.pid)
    time.sleep(300)
threading.Thread(target=begin).start()
""")
    script = f"{sys.executable} threads.py & exec head -n 1"
    with start(shell(script), cwd=tmp_path, limits=SECONDS) as child:
        sleeper = int(next(child.reports()))
        child.close_stdin()
        begun = time.monotonic()
        finished = child.wait()

    assert finished.returncode == 0
    assert time.monotonic() - begun < 10
    assert not is_alive(sleeper)


def test_chain_of_processes_longer_than_python_recurses_is_listed():
    descendants = runpy.run_path(str(KEEPER))["descendants"]
    descendants.__globals__["children"] = lambda pid: [pid + 1] if pid < 5000 else []

    assert descendants(1) == list(range(2, 5001))


@pytest.mark.parametrize("limits", [Limits(), SECONDS])
def test_child_that_kills_its_keeper_and_leaves_a_process_holds_up_nobody(tmp_path, limits, caplog):
    reports: list[str] = []
    begun = time.monotonic()

    finished = run(
        shell("setsid sleep 300 & echo $! >&3; kill -9 $PPID; wait"),
        cwd=tmp_path,
        limits=limits,
        on_report=reports.append,
    )

    os.kill(int(reports[0]), signal.SIGKILL)
    assert finished.returncode == -signal.SIGKILL
    assert time.monotonic() - begun < 15
    assert "outlives its keeper" in caplog.text


def test_input_is_sent_also_when_a_thousand_files_are_open(tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, limits[1]), limits[1]))
    try:
        with ExitStack() as files:
            for _ in range(1100):
                files.enter_context(Path("/dev/null").open("rb"))
            with start(["/bin/cat"], cwd=tmp_path, limits=SECONDS) as child:
                child.send(b"through")
                child.close_stdin()
                assert child.wait().log_tail == "through"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_child_gains_no_rights_by_what_it_starts(tmp_path):
    finished = run(shell("grep NoNewPrivs /proc/self/status"), cwd=tmp_path, limits=SECONDS)

    assert finished.log_tail.split() == ["NoNewPrivs:", "1"]


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


def test_child_that_was_stopped_is_ended_at_its_deadline(tmp_path):
    with start(shell("echo $$ >&3; kill -STOP $$"), cwd=tmp_path, limits=Limits(wall_s=2)) as child:
        reports = child.reports()
        pid = int(next(reports))
        with pytest.raises(TimedOut):
            next(reports)

    assert not is_alive(pid)


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
        ("kill -40 $$", ToolFailed),
    ],
)
def test_end_of_a_child_is_raised_as_what_it_means(tmp_path, script, error):
    finished = run(shell(script), cwd=tmp_path, limits=SECONDS)

    with pytest.raises(error) as raised:
        check(finished, "the tool")

    assert type(raised.value) is error
    assert "the tool" in str(raised.value)


def test_what_a_child_printed_is_quoted_without_its_control_signs_and_short(tmp_path):
    script = r"printf '\033[31mred\tor\342\200\256not\n'; head -c 9000 /dev/zero | tr '\0' x; exit 3"
    finished = run(shell(script), cwd=tmp_path, limits=SECONDS)

    with pytest.raises(ToolFailed) as raised:
        check(finished, "the tool")

    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 1000
    with pytest.raises(ToolFailed, match=r"instead of 0: \?\[31mred or\?not$"):
        check(replace(finished, log_tail=finished.log_tail[:-9000]), "the tool")


def test_tool_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(ToolFailed, match="no-such-tool could not be started"):
        check(run(["/no-such-tool"], cwd=tmp_path, limits=SECONDS), "no-such-tool")


def test_ending_twice_is_fine(tmp_path):
    child = start(shell("sleep 60"), cwd=tmp_path, limits=SECONDS)

    child.end()
    child.end()

    assert child.wait().returncode != 0
