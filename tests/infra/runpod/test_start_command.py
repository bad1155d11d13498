"""What a pod runs, really run by /bin/sh, against a RunPod on loopback that notes who asks for an end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from infra.runpod.start_command import EXIT_MARK, start_command

POD_KEY = "rpa_FAKE_POD_SCOPED"
LATER = 3600
PATIENCE_S = 5


@dataclass
class Asked:
    path: str
    key: str
    body: dict[str, Any]


@dataclass
class LoopbackRunPod:
    """Notes each request; answers by the script, and 204 once that is used up."""

    address: str = ""
    asked: "Queue[Asked]" = field(default_factory=Queue)
    script: "list[int]" = field(default_factory=list)

    def next(self) -> Asked:
        return self.asked.get(timeout=PATIENCE_S)


@pytest.fixture
def runpod() -> Iterator[LoopbackRunPod]:
    runpod = LoopbackRunPod()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            runpod.asked.put(Asked(self.path, self.headers["authorization"], body))
            self.send_response(runpod.script.pop(0) if runpod.script else 204)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    runpod.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield runpod
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class RunningPod:
    """The script as process 1 of a session of its own."""

    process: "subprocess.Popen[str]"
    lines: "Queue[str]" = field(default_factory=Queue)
    said: list[str] = field(default_factory=list)

    def read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def hear(self, part: str) -> str:
        """Wait for a line that holds `part`."""
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            line = self.lines.get(timeout=PATIENCE_S)
            self.said.append(line)
            if part in line:
                return line
        pytest.fail(f"expected a line with {part!r}, found {self.said[:20]}")

    def exit_code(self) -> int:
        return int(self.hear(EXIT_MARK).removeprefix(EXIT_MARK))


@pytest.fixture
def tools(tmp_path) -> Path:
    """A PATH on which curl is missing, as in slim images."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("date", "sleep", "mkdir", "env", "cat"):
        (folder / name).symlink_to(shutil.which(name) or name)
    (folder / "python3").symlink_to(sys.executable)
    return folder


@pytest.fixture
def start(runpod, tmp_path):
    @contextmanager
    def started(
        *argv: str, lives_s: int = LATER, grace_s: int = 0, path: str | None = None, api: str = ""
    ) -> Iterator[RunningPod]:
        entrypoint, cmd = start_command(
            argv, until=int(time.time()) + lives_s, marker="ran-1", debug_grace_s=grace_s, pause_s=0.1
        )
        process = subprocess.Popen(
            [*entrypoint, *cmd],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env={
                "PATH": path or os.environ["PATH"],
                "TMPDIR": str(tmp_path / "layer"),
                "RUNPOD_POD_ID": "7h9k2m4n6p",
                "RUNPOD_API_KEY": POD_KEY,
                "RUNPOD_API_BASE_URL": api or runpod.address,
            },
        )
        pod = RunningPod(process)
        reader = threading.Thread(target=pod.read)
        reader.start()
        try:
            yield pod
            assert process.poll() is None, "whatever happens, RunPod would start it again"
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            reader.join()
            process.stdout.close()

    return started


def python(source: str, *words: str) -> tuple[str, ...]:
    return (sys.executable, "-c", source, *words)


def test_pod_ends_itself_when_its_command_has_ended_and_asks_for_ever(start, runpod):
    with start("true") as pod:
        assert pod.exit_code() == 0
        first, second = runpod.next(), runpod.next()

    assert (
        first == second == Asked("/v2/pods/7h9k2m4n6p/action", f"Bearer {POD_KEY}", {"action": "terminate"})
    )


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("false",), 1),
        (("sh", "-c", "exit 77"), 77),
        (("no-such-program",), 127),
        (("sh", "-c", "kill -KILL $$"), 137),
    ],
)
def test_exit_code_of_a_command_that_fails_is_said(argv, code, start, runpod):
    with start(*argv) as pod:
        assert pod.exit_code() == code
        runpod.next()


@pytest.mark.parametrize(
    "word",
    [
        "",
        " ",
        "'",
        '"',
        "$(touch pwned)",
        "`touch pwned`",
        "a\nb",
        "\\",
        "*",
        "; exit 0",
        "@EXIT@ @ARGV@",
        "ä€😀",
        "-n",
        "$HOME",
        "!",
        "#x",
        "%s\\n",
    ],
)
def test_words_reach_the_command_as_they_are(word, start):
    with start(*python("import sys; print('words', ascii(sys.argv[1:]))", word, "last")) as pod:
        assert pod.hear("words ") == f"words {[word, 'last']!a}"
        assert pod.exit_code() == 0


@pytest.mark.parametrize("name", ["A=b", "if", "!", "rm -rf", "{", "until=0"])
def test_name_of_a_program_is_no_syntax(name, start):
    with start(name) as pod:
        assert pod.exit_code() == 127


@pytest.mark.parametrize(
    ("argv", "marker"),
    [((), "m"), (("",), "m"), (("a\0b",), "m"), (("a",), "../m"), (("a",), "a b"), (("a",), "")],
)
def test_what_no_shell_could_run_is_refused(argv, marker):
    with pytest.raises(ValueError, match="expected"):
        start_command(argv, until=0, marker=marker)


def test_script_that_was_started_again_does_not_run_its_command_twice(start, runpod):
    with start("echo", "ran") as pod:
        pod.hear("ran")
        runpod.next()

    with start("echo", "ran") as pod:
        pod.hear("not run twice")
        runpod.next()
        pod.hear("asked RunPod")

    assert "ran" not in pod.said
    assert not any(EXIT_MARK in line for line in pod.said)


def test_command_does_not_run_where_nothing_would_keep_it_from_a_second_run(start, runpod, tmp_path):
    (tmp_path / "layer").write_bytes(b"no folder")

    with start("echo", "ran") as pod:
        assert pod.exit_code() == 125
        runpod.next()

    assert "ran" not in pod.said


TERMED = """
import os, signal, sys, time
def ended(*_):
    os.write(1, b"told\\n"); time.sleep(0.3); sys.exit(7)
signal.signal(signal.SIGTERM, ended)
print("ready", flush=True)
while True: time.sleep(60)
"""


def test_term_reaches_the_command_whose_own_exit_code_is_waited_for(start, runpod):
    with start(*python(TERMED)) as pod:
        pod.hear("ready")
        pod.process.send_signal(signal.SIGTERM)
        pod.hear("told")
        assert pod.exit_code() == 7
        runpod.next()


TOLD_TWICE = """
import signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
print("ready", flush=True)
for number in (1, 2):
    signal.sigwait([signal.SIGTERM])
    print("told", number, flush=True)
sys.exit(9)
"""


def test_second_term_does_not_cut_the_wait_short(start):
    with start(*python(TOLD_TWICE)) as pod:
        pod.hear("ready")
        for number in (1, 2):
            pod.process.send_signal(signal.SIGTERM)
            pod.hear(f"told {number}")
        assert pod.exit_code() == 9


PARENT = """
import signal, subprocess, sys
source = "import time; print('child', flush=True); time.sleep(0.5); print('child ended', flush=True)"
child = subprocess.Popen([sys.executable, "-c", source])
signal.signal(signal.SIGTERM, lambda *_: sys.exit(child.wait()))
while True: signal.pause()
"""


def test_term_reaches_the_command_alone_which_tells_its_own(start):
    with start(*python(PARENT)) as pod:
        pod.hear("child")
        pod.process.send_signal(signal.SIGTERM)
        pod.hear("child ended")
        assert pod.exit_code() == 0


def test_pod_ends_when_its_time_is_up_whatever_runs(start, runpod):
    with start("sleep", "600", lives_s=1) as pod:
        pod.hear("time is up")
        assert runpod.next().body == {"action": "terminate"}

    assert not any(EXIT_MARK in line for line in pod.said)


def test_time_is_up_at_once_after_a_restart_beyond_it(start, runpod):
    with start("sleep", "600", lives_s=-5) as pod:
        pod.hear("time is up")
        runpod.next()


def test_api_that_is_down_is_asked_again_and_the_older_one_too(start, runpod):
    runpod.script += [503, 503, 403, 200]

    with start("true") as pod:
        asked = [runpod.next() for _ in range(5)]
        pod.hear("asking again")

    assert [one.path for one in asked] == [
        "/v2/pods/7h9k2m4n6p/action",
        "/graphql",
        "/v2/pods/7h9k2m4n6p/action",
        "/graphql",
        "/v2/pods/7h9k2m4n6p/action",
    ]
    assert asked[1].body["variables"] == {"id": "7h9k2m4n6p"}
    assert "podTerminate(input: {podId: $id})" in asked[1].body["query"]


def test_api_that_cannot_be_reached_is_asked_for_ever(start):
    with start("true", api="http://127.0.0.1:9") as pod:
        for _ in range(3):
            pod.hear("asking again")


def test_image_without_curl_ends_itself_by_python(start, runpod, tools):
    runpod.script += [500]

    with start("true", path=str(tools)) as pod:
        first, second, third = runpod.next(), runpod.next(), runpod.next()
        pod.hear("HTTPError")

    assert [first.path, second.path] == ["/v2/pods/7h9k2m4n6p/action", "/graphql"]
    assert third == Asked("/v2/pods/7h9k2m4n6p/action", f"Bearer {POD_KEY}", {"action": "terminate"})


@pytest.mark.parametrize("command", ["false", "true"])
def test_pod_for_debugging_stays_whatever_its_command_ended_with_but_not_beyond_its_time(
    start, runpod, command
):
    with start(command, grace_s=1800, lives_s=2) as pod:
        pod.exit_code()
        pod.hear("stays until")
        assert runpod.asked.empty()
        runpod.next()


def test_pod_for_debugging_goes_after_its_grace(start, runpod):
    with start("false", grace_s=1) as pod:
        pod.hear("stays until")
        runpod.next()


def test_key_is_never_said_nor_in_the_list_of_processes(start, tmp_path):
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "curl").write_text('#!/bin/sh\nprintf "argv %s\\n" "$*"\ncat >/dev/null\n')
    (fake / "curl").chmod(0o755)

    with start("true", path=f"{fake}:{os.environ['PATH']}") as pod:
        assert "/action" in pod.hear("argv ")

    assert POD_KEY not in "\n".join(pod.said)
