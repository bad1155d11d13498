"""A child reaches no network and nothing of its engine, where the kernel allows that; else it is said."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from media import child
from media.errors import OutOfResources, ToolFailed
from media.process import Limits, can_isolate, check, run, start
from tests.fakes.counting_server import CountingServer
from tests.processes import is_alive

ROOT = Path(__file__).parents[2]

CALLER = """
import json, os, socket, sys
port, engine = int(sys.argv[1]), sys.argv[2]
found = {}
def attempt(name, act):
    try:
        found[name] = act() or "done"
    except OSError as error:
        found[name] = type(error).__name__
attempt("tcp", lambda: socket.create_connection(("127.0.0.1", port), 5).close())
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
attempt("udp", lambda: datagrams.sendto(b"?", ("127.0.0.1", port)) and None)
attempt("name", lambda: socket.getaddrinfo("rendermill.example", 80) and None)
attempt("environ", lambda: len(open(f"/proc/{engine}/environ", "rb").read()) and None)
attempt("memory", lambda: open(f"/proc/{engine}/mem", "rb").close())
attempt("file", lambda: open("made", "w").close())
os.write(3, json.dumps(found).encode() + b"\\n")
"""
REFUSING = """
import json, logging, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from media.process import Limits, can_isolate, run
logging.basicConfig(stream=sys.stderr, format="%(message)s")
finished = run(["/bin/echo", "ran"], cwd=Path({folder!r}), limits=Limits(wall_s=20))
print(json.dumps([can_isolate(), finished.returncode, finished.log_tail]))
"""
NO_MORE_NAMESPACES = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'

isolating = pytest.mark.usefixtures("_isolation")


@pytest.fixture(scope="module")
def _isolation() -> None:
    if not can_isolate():
        pytest.skip("this machine does not let children be cut off from the network")


def what_a_child_can(folder: Path, port: int, *, network: bool) -> dict[str, str]:
    reports: list[str] = []
    argv = [sys.executable, "-c", CALLER, str(port), str(os.getpid())]
    limits = Limits(wall_s=60, network=network)
    check(run(argv, cwd=folder, limits=limits, on_report=reports.append), "the caller")
    found: dict[str, str] = json.loads(reports[-1])
    return found


@isolating
def test_child_reaches_no_address_and_no_resolver(tmp_path):
    with CountingServer() as server:
        found = what_a_child_can(tmp_path, server.port, network=False)

    assert server.calls == 0
    assert (found["tcp"], found["udp"], found["name"]) == ("OSError", "OSError", "gaierror")


def test_same_child_calls_when_it_is_allowed_to(tmp_path):
    with CountingServer() as server:
        found = what_a_child_can(tmp_path, server.port, network=True)

    assert server.calls == 2, "the test above counts what would come"
    assert (found["tcp"], found["udp"]) == ("done", "done")


@isolating
def test_child_cannot_read_the_environment_or_the_memory_of_its_engine(tmp_path):
    found = what_a_child_can(tmp_path, 9, network=False)

    assert (found["environ"], found["memory"]) == ("PermissionError", "PermissionError")
    assert what_a_child_can(tmp_path, 9, network=True)["environ"] == "done"


@isolating
def test_files_of_an_isolated_child_are_ours(tmp_path):
    what_a_child_can(tmp_path, 9, network=False)

    made = (tmp_path / "made").stat()
    assert (made.st_uid, made.st_gid) == (os.geteuid(), os.getegid())


@isolating
def test_isolated_child_is_ended_with_its_whole_tree(tmp_path):
    script = (
        "trap '' TERM; (trap '' TERM; setsid sleep 300) & echo $! >&3; echo $$ >&3; while :; do sleep 1; done"
    )
    with start(["/bin/sh", "-c", script], cwd=tmp_path, limits=Limits(wall_s=20)) as child:
        reports = child.reports()
        pids = [int(next(reports)), int(next(reports))]
        outside = Path("/proc/self/ns/net").readlink()
        assert all(Path(f"/proc/{pid}/ns/net").readlink() != outside for pid in pids)

    assert not any(is_alive(pid) for pid in pids)


def test_machine_that_refuses_is_reported_once_and_children_run_without(tmp_path):
    code = REFUSING.format(root=str(ROOT), folder=str(tmp_path))
    inside = ["sh", "-c", NO_MORE_NAMESPACES, "sh", sys.executable, "-c", code]
    done = subprocess.run(["unshare", "-Ur", *inside], capture_output=True, text=True, check=False)  # noqa: S607 - on PATH
    if "unshare" in done.stderr:
        pytest.skip("this machine lets no test make namespaces")

    assert json.loads(done.stdout) == [False, 0, "ran\n"]
    assert done.stderr.count("children can reach the network") == 1


@pytest.mark.parametrize(
    ("ending", "error"),
    [
        ("print('env: [Errno 12] Cannot allocate memory'); sys.exit(127)", ToolFailed),
        ("print('BlockingIOError: [Errno 11] Resource temporarily unavailable'); sys.exit(1)", ToolFailed),
        ("os.kill(os.getpid(), 9)", OutOfResources),
    ],
)
def test_failure_that_passes_is_no_refusal_and_is_not_remembered(tmp_path, monkeypatch, ending, error):
    known = can_isolate()
    (tmp_path / "keeper.py").write_text(f"import os, sys; {ending}")
    with monkeypatch.context() as short_of_memory:
        short_of_memory.setattr(child, "KEEPER", tmp_path / "keeper.py")
        can_isolate.cache_clear()
        with pytest.raises(error, match="whether children can be cut off"):
            start(["/bin/echo", "ran"], cwd=tmp_path, limits=Limits(wall_s=20))

    assert can_isolate() == known


def test_child_that_was_to_be_isolated_and_is_not_does_not_start(tmp_path):
    code = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from media.process import Child, Limits
with Child(["/bin/echo", "ran"], Path({str(tmp_path)!r}), Limits(wall_s=20), {{}}, isolated=True) as child:
    print(child.wait())
"""
    inside = ["sh", "-c", NO_MORE_NAMESPACES, "sh", sys.executable, "-c", code]
    done = subprocess.run(["unshare", "-Ur", *inside], capture_output=True, text=True, check=False)  # noqa: S607 - on PATH
    if "unshare" in done.stderr:
        pytest.skip("this machine lets no test make namespaces")

    assert "returncode=127" in done.stdout
    assert "no namespaces of its own" in done.stdout
