"""How a job finds its host, and what it does where there is none."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from media.errors import BadInput, ToolFailed
from media.renderer_host import client
from media.renderer_host import connection as connection_module
from media.renderer_host.connection import Connection
from media.renderer_host.messages import Heard, Report, Request
from media.renderer_host.socket_file import listening_at
from tests.media.renderer_host.conftest import OTHER, frame
from tests.processes import descendants, is_alive, wait_until_gone

ROOT = Path(__file__).parents[3]


def own_child_refuses(place):
    """The fake only serves, so a child of one's own fails on its job file: the proof that one was started."""
    with pytest.raises(ToolFailed, match="AssertionError"):
        place.render()


def test_without_a_host_the_job_starts_its_own_blender_and_says_so(place, caplog):
    caplog.set_level("INFO")

    own_child_refuses(place)

    (line,) = [record.message for record in caplog.records if "renderer host" in record.message]
    assert line.startswith(f"no renderer host at {place.socket} (No such file or directory)")


def test_socket_of_a_dead_host_is_no_host_and_that_is_a_warning(place, caplog):
    place.socket.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(place.socket))

    with caplog.at_level("WARNING"):
        own_child_refuses(place)
    assert "Connection refused" in caplog.text


def test_job_whose_turn_does_not_come_for_hours_starts_its_own_blender(place, monkeypatch, caplog):
    monkeypatch.setattr(client, "LONGEST_TURN_S", 0.2)
    with place.host(), place.job("first", "heavy"), place.job("second", "heavy") as script:
        assert "AssertionError" in script.wait().log_tail  # of the fake, which only serves

    assert "has no turn for this job" in caplog.text


def test_host_that_falls_silent_while_a_job_waits_for_its_turn_is_no_host(place, monkeypatch):
    monkeypatch.setattr(client, "LONGEST_UNSAID_S", 0.2)
    with listening_at(place.socket) as listening:
        answering = threading.Thread(target=answer_once, args=(listening,))
        answering.start()
        own_child_refuses(place)
        answering.join()


def answer_once(listening: socket.socket) -> None:
    """Be a host that hears a job and then hangs until that goes away."""
    connection = Connection(listening.accept()[0])
    assert connection.receive(Request, 10)
    connection.send(Heard())
    assert connection.receive(Request, 10) is None
    connection.close()


def test_whoever_takes_nothing_is_not_waited_for_even_while_he_is_listened_to(monkeypatch):
    monkeypatch.setattr(connection_module, "LONGEST_SEND_S", 0.2)
    ours, theirs = socket.socketpair()
    connection = Connection(ours)
    with theirs:
        listener = threading.Thread(target=lambda: connection.receive(Heard, 60))
        listener.start()
        with pytest.raises(TimeoutError):
            connection.send(Report(line="x" * 10**7))
        connection.stop_receiving()
        listener.join()
    connection.close()


def test_line_that_comes_late_is_received_after_all():
    ours, theirs = map(Connection, socket.socketpair())
    with pytest.raises(TimeoutError):
        ours.receive(Heard, 0)

    theirs.send(Heard())

    assert ours.receive(Heard, 10) == Heard()
    ours.close()
    assert theirs.receive(Heard, 10) is None
    theirs.close()


def test_host_that_does_not_answer_is_no_host(place, monkeypatch, caplog):
    monkeypatch.setattr(client, "LONGEST_UNHEARD_S", 0.2)
    with listening_at(place.socket):
        own_child_refuses(place)

    assert "does not answer" in caplog.text


def test_stale_socket_is_replaced_by_the_next_host(place):
    place.socket.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(place.socket))

    with place.host():
        place.render()

    assert len(place.started) == 1


def test_socket_is_its_users_alone(place):
    with place.host():
        assert place.socket.stat().st_mode & 0o777 == 0o600
        assert place.socket.parent.stat().st_mode & 0o777 == 0o700


def test_folder_that_others_may_look_into_is_refused(place):
    place.socket.parent.mkdir(mode=0o755)

    with pytest.raises(BadInput, match=r"expected a folder of this user's alone.*found mode 755"):
        listening_at(place.socket).__enter__()


def test_path_that_is_too_long_for_a_socket_is_refused(tmp_path):
    with pytest.raises(BadInput, match="at most 107 bytes"):
        listening_at(tmp_path / ("x" * 100)).__enter__()


def test_second_host_is_refused_or_waits_for_the_end_of_its_keeper(place):
    keeper, life = os.pipe()
    os.close(life)
    with place.host():
        with pytest.raises(BadInput, match="listens there already"):
            listening_at(place.socket).__enter__()
        with listening_at(place.socket, keeper) as never:
            assert never is None
    os.close(keeper)


def started_host(place, *arguments: str) -> subprocess.Popen[str]:
    argv = [sys.executable, "-m", "infra.renderer_host", "--socket", str(place.socket), *arguments]
    host = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert host.stdout
    assert host.stdout.readline() == "ready\n"
    return host


def test_host_that_is_killed_leaves_no_blender_and_the_job_falls_back(place):
    with started_host(place) as host, place.job("first", behaviour="stands") as script:
        script.send(frame(2, place.folder / "never.png"))
        next(script.reports())
        below = descendants(host.pid)
        assert place.started[0] in below

        host.send_signal(signal.SIGKILL)

        with pytest.raises(ToolFailed, match="the renderer host ended in the middle of the job"):
            script.wait()
        for pid in below:
            wait_until_gone(pid)
    assert place.socket.exists(), "it could not tidy up"
    own_child_refuses(place)


def test_host_alone_ends_when_idle_and_by_a_signal(place):
    with started_host(place, "--idle", "0.3") as host:
        place.render()
        assert host.wait(30) == 0
    wait_until_gone(place.started[0])
    with started_host(place) as host:
        place.render(render=OTHER)
        host.send_signal(signal.SIGTERM)
        assert host.wait(30) == 0
    wait_until_gone(place.started[1])


@contextmanager
def command_beside_a_host(place) -> Iterator[subprocess.Popen[str]]:
    script = "import os, sys; print(os.environ['RENDERMILL_HOST'], flush=True); sys.stdin.read()"
    argv = [sys.executable, "-m", "infra.renderer_host", "--", sys.executable, "-c", script]
    env = {**os.environ, "RENDERMILL_HOST": str(place.socket)}
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(argv, cwd=ROOT, env=env, text=True, **pipes) as command:
        assert command.stdout
        assert command.stdout.readline() == f"{place.socket}\n"
        yield command
        command.kill()


def wait_until_it_listens(command: subprocess.Popen[str]) -> None:
    """Return when one more host of a command says so."""
    assert command.stderr
    assert any("listening at" in line for line in command.stderr)


def test_command_finds_the_host_beside_it_and_takes_it_along_when_it_ends(place):
    with command_beside_a_host(place) as command:
        supervisor, host = (pid for pid in descendants(command.pid) if is_alive(pid))
        place.render()

    for pid in (place.started[0], host, supervisor):
        wait_until_gone(pid)
    assert not place.socket.exists()


def test_host_beside_a_command_that_is_killed_comes_back(place):
    with command_beside_a_host(place) as command:
        wait_until_it_listens(command)
        _, host = descendants(command.pid)
        place.render()

        os.kill(host, signal.SIGKILL)
        wait_until_it_listens(command)

        assert {frame.warmth for frame in place.render(render=OTHER)} == {"cold"}
        wait_until_gone(place.started[0])
        assert is_alive(place.started[1])
    wait_until_gone(place.started[1])


def test_host_beside_a_command_that_cannot_be_is_not_tried_again(place):
    place.socket.parent.mkdir(mode=0o755)

    with command_beside_a_host(place) as command:
        assert "expected a folder of this user's alone" in command.stderr.readline()
        assert "none was started" in command.stderr.readline()
        assert not [pid for pid in descendants(command.pid) if is_alive(pid)]
