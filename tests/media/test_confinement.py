"""A confined child gets at nothing but its own folder and what programs read; or it does not start."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from media import child, isolation, landlock
from media.errors import OutOfResources
from media.process import Child, Limits, can_confine, can_isolate, check, run, start
from tests.fakes.counting_server import CountingServer
from tests.processes import is_alive

ROOT = Path(__file__).parents[2]
INTRUDER = Path(__file__).with_name("intruder.py")
SECONDS = Limits(wall_s=60)
CONFINED = replace(SECONDS, confined=True, reads=(INTRUDER,))
REFUSED = {"EACCES", "EPERM", "EXDEV"}
"""The last is what moving and naming files between folders fails with."""
YAMA = Path("/proc/sys/kernel/yama/ptrace_scope")

OF_AN_OLDER_KERNEL = """
import json, runpy, sys
sys.path.insert(0, {root!r})
from media import call_filter, confinement, landlock
version, reads = json.loads(sys.argv.pop(1))
landlock.restrict(confinement.places(reads), version)
call_filter.install(call_filter.for_a_stranger(version))
runpy.run_path({intruder!r}, run_name="__main__")
"""
BY_LANDLOCK_ALONE = """
import socket, sys
sys.path.insert(0, {root!r})
from media import landlock
landlock.restrict([("/", landlock.READ)], landlock.version())
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5)
except PermissionError:
    print("refused")
"""
PAIRS = """
import errno, socket
for family, kind in ((socket.AF_UNIX, socket.SOCK_STREAM), (socket.AF_INET, socket.SOCK_STREAM), (30, 1)):
    try:
        socket.socketpair(family, kind)
        print("made")
    except OSError as error:
        print(errno.errorcode[error.errno])
"""
ON_A_MACHINE_WITHOUT = """
import errno, logging, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from media.call_filter import ALLOW, ARGUMENTS_AT, FAIL_WITH, IF_EQUAL, LOAD, RETURN, install, refuse, whole
from media.errors import OutOfResources
from media.process import Limits, can_confine, run
PRCTL, SET_SECCOMP = 157, 22
without = dict(
    landlock=refuse((444,), errno.ENOSYS),
    seccomp=[
        (IF_EQUAL, 0, 4, PRCTL),
        (LOAD, 0, 0, ARGUMENTS_AT),
        (IF_EQUAL, 0, 1, SET_SECCOMP),
        (RETURN, 0, 0, FAIL_WITH | errno.EINVAL),
        (RETURN, 0, 0, ALLOW),
    ],
)
install(whole(without[sys.argv[1]]))
print(can_confine())
try:
    run(["/bin/echo", "ran"], cwd=Path(sys.argv[2]), limits=Limits(wall_s=20, confined=True))
except OutOfResources as error:
    print(error)
print(run(["/bin/echo", "ran"], cwd=Path(sys.argv[2]), limits=Limits(wall_s=20)).log_tail)
"""

confining = pytest.mark.usefixtures("_confinement")


@pytest.fixture(scope="module")
def _confinement() -> None:
    if not can_confine():
        pytest.skip("this machine does not let children be confined")


@dataclass(frozen=True)
class Place:
    """A child's own folder, what lies outside, and who listens there."""

    own: Path
    outside: Path
    target: dict[str, object]
    server: CountingServer


@pytest.fixture
def place(tmp_path) -> Iterator[Place]:
    own, outside, store = (tmp_path / name for name in ("own", "outside", "store"))
    for folder in (own, outside, store / "renders"):
        folder.mkdir(parents=True)
    for file in ("secret", "victim", "other victim", "readable", "../store/renders/object"):
        (outside / file).write_text("unseen")
    (own / "own").write_text("mine")
    (own / "link").symlink_to(outside / "secret")
    abstract = f"rendermill-test-{os.getpid()}"
    with CountingServer() as server, ExitStack() as listeners:
        for address, kind in (
            (str(outside / "socket"), socket.SOCK_STREAM),
            ("\0" + abstract, socket.SOCK_STREAM),
            (str(outside / "datagrams"), socket.SOCK_DGRAM),
        ):
            listener = listeners.enter_context(socket.socket(socket.AF_UNIX, kind))
            listener.bind(address)
            if kind == socket.SOCK_STREAM:
                listener.listen()
        target = {
            "outside": str(outside),
            "home": str(Path.home()),
            "store": str(store),
            "readable": str(outside / "readable"),
            "port": server.port,
            "socket": str(outside / "socket"),
            "abstract": abstract,
            "datagrams": str(outside / "datagrams"),
            "engine": os.getpid(),
        }
        yield Place(own, outside, target, server)


def argv(place: Place) -> list[str]:
    return [sys.executable, str(INTRUDER), json.dumps(place.target)]


def what_came(child: Child) -> dict[str, str]:
    reports = list(child.reports())
    check(child.wait(), "the intruder")
    found: dict[str, str] = json.loads(reports[-1])
    return found


def confined(place: Place) -> Limits:
    return replace(CONFINED, reads=(INTRUDER, place.outside / "readable"))


def assert_refused(found: dict[str, str], place: Place) -> None:
    assert {name: how for name, how in found.items() if how not in REFUSED} == {}
    assert place.server.calls == 0
    assert (place.outside / "secret").read_text() == (place.outside / "readable").read_text() == "unseen"


@confining
@pytest.mark.parametrize("isolated", [True, False], ids=["with namespaces", "without namespaces"])
def test_confined_child_gets_at_nothing_outside(place, isolated):
    if isolated and not can_isolate():
        pytest.skip("this machine has no namespaces to spare")

    with Child(argv(place), place.own, confined(place), {}, isolated=isolated) as intruder:
        found = what_came(intruder)

    assert_refused(found, place)


@confining
@pytest.mark.parametrize("version", range(1, 8))
def test_older_kernels_refuse_the_same(place, version):
    if version > landlock.version():
        pytest.skip(f"this kernel has Landlock {landlock.version()}")
    terms = json.dumps([version, child.readable(confined(place).reads)])
    code = OF_AN_OLDER_KERNEL.format(root=str(ROOT), intruder=str(INTRUDER))
    open_terms = replace(SECONDS, network=True)

    with start(
        [sys.executable, "-c", code, terms, json.dumps(place.target)], cwd=place.own, limits=open_terms
    ) as intruder:
        found = what_came(intruder)

    assert_refused(found, place)


def test_ordinary_child_gets_at_all_of_it(place):
    with start(argv(place), cwd=place.own, limits=replace(SECONDS, network=True)) as intruder:
        found = what_came(intruder)

    forbidden_anyway = {
        *(() if can_isolate() else ("namespaces",)),
        *(("trace its keeper",) if YAMA.exists() and YAMA.read_text().strip() != "0" else ()),
    }
    assert {name for name, how in found.items() if how != "done"} <= forbidden_anyway
    assert place.server.calls == 2, "the tests above count what would come"


@confining
def test_pairs_of_sockets_are_of_this_machine_alone(place):
    with start([sys.executable, "-c", PAIRS], cwd=place.own, limits=replace(SECONDS, confined=True)) as child:
        finished = child.wait()

    assert finished.log_tail.split() == ["made", "EPERM", "EPERM"]


@confining
def test_landlock_refuses_tcp_by_itself(place):
    if landlock.version() < 4:
        pytest.skip("this kernel's Landlock knows no TCP")
    code = BY_LANDLOCK_ALONE.format(root=str(ROOT))

    with start(
        [sys.executable, "-c", code, str(place.server.port)],
        cwd=place.own,
        limits=replace(SECONDS, network=True),
    ) as caller:
        finished = caller.wait()

    assert finished.log_tail == "refused\n"
    assert place.server.calls == 0


@confining
def test_confined_child_does_as_it_likes_in_its_own_folder(tmp_path):
    elsewhere = "b" if landlock.version() > 1 else "a"  # the first moves no file from folder to folder
    script = (
        f"mkdir -p a b && echo one >a/file && mv a/file {elsewhere}/moved && cp {elsewhere}/moved copy && "
        f"rm {elsewhere}/moved && rmdir a b && cat copy"
    )

    finished = run(["/bin/sh", "-c", script], cwd=tmp_path, limits=CONFINED)

    assert (finished.returncode, finished.log_tail) == (0, "one\n")
    assert [file.name for file in tmp_path.iterdir()] == ["copy"]
    assert (tmp_path / "copy").stat().st_uid == os.geteuid()


@confining
def test_confined_child_reads_what_its_limits_name_and_does_not_write_it(tmp_path):
    own, given = tmp_path / "own", tmp_path / "given"
    own.mkdir()
    given.mkdir()
    (given / "texture").write_text("brick")

    script = f"cat {given}/texture; echo x 2>/dev/null >{given}/texture"
    finished = run(["/bin/sh", "-c", script], cwd=own, limits=replace(CONFINED, reads=(given,)))

    assert finished.log_tail.startswith("brick")
    assert finished.returncode != 0
    assert (given / "texture").read_text() == "brick"


@confining
def test_confined_child_may_have_children_threads_and_an_end_of_its_own(tmp_path):
    code = (
        "import os, threading\n"
        "worker = threading.Thread(target=print, args=('thread',)); worker.start(); worker.join()\n"
        "os.wait() if os.fork() else os._exit(0)\n"
        "os.abort()"
    )

    finished = run([sys.executable, "-u", "-c", code], cwd=tmp_path, limits=CONFINED)

    assert (finished.returncode, finished.log_tail) == (-6, "thread\n")


@confining
def test_confined_child_of_root_has_no_capabilities(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root has any to give up")
    code = "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('CapEff')][0])"

    found = {
        confined: int(run([sys.executable, "-c", code], cwd=tmp_path, limits=limits).log_tail, 16)
        for confined, limits in ((True, CONFINED), (False, SECONDS))
    }

    assert found[True] == 0
    assert found[False] > 0


@confining
def test_confined_child_is_ended_with_its_whole_tree(tmp_path):
    script = (
        "trap '' TERM; (trap '' TERM; setsid sleep 300) & echo $! >&3; echo $$ >&3; while :; do sleep 1; done"
    )
    with start(["/bin/sh", "-c", script], cwd=tmp_path, limits=CONFINED) as tree:
        reports = tree.reports()
        pids = [int(next(reports)), int(next(reports))]

    assert not any(is_alive(pid) for pid in pids)


@pytest.mark.parametrize(
    ("lacking", "said"), [("landlock", "no Landlock (Function not implemented)"), ("seccomp", "no filter of")]
)
def test_machine_that_cannot_confine_refuses_only_children_that_must_be(tmp_path, lacking, said):
    code = ON_A_MACHINE_WITHOUT.format(root=str(ROOT))
    done = subprocess.run(
        [sys.executable, "-c", code, lacking, tmp_path], capture_output=True, text=True, check=False
    )
    if "no filter of system calls" in done.stderr:
        pytest.skip("this machine lets no test take anything from it")

    able, refusal, ordinary = done.stdout.strip().splitlines()
    assert (able, ordinary) == ("False", "ran")
    assert refusal.startswith(
        "echo was not started on a file that nobody vouches for: expected a machine that"
    )
    assert said in refusal
    assert refusal.endswith("a container whose rules allow both (docs/images.md)")


@confining
def test_machine_that_only_says_that_it_confines_is_not_believed(tmp_path, monkeypatch):
    keeper = child.KEEPER.read_text().replace("confinement.confine(reads)", "pass")
    assert keeper != child.KEEPER.read_text()
    (tmp_path / "keeper.py").write_text(keeper.replace("from media import confinement", "pass"))
    with monkeypatch.context() as pretending:
        pretending.setattr(child, "KEEPER", tmp_path / "keeper.py")
        isolation.refusal_to_confine.cache_clear()
        try:
            with pytest.raises(
                OutOfResources, match="found a confined child reads what lies beside its folder"
            ):
                start(["/bin/echo", "ran"], cwd=tmp_path, limits=CONFINED)
        finally:
            isolation.refusal_to_confine.cache_clear()
