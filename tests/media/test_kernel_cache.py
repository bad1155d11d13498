"""Compiled kernels that travel by the store, with a stand-in for the driver that compiles them."""

import errno
import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from media.blender import Blender
from media.blender_events import KernelsReady
from media.encoder import Ffmpeg
from media.errors import ToolFailed, Unavailable
from media.frame_feed import FrameFeed
from media.frames import Frame
from media.gpu import Gpu
from media.kernel_archive import KINDS, MOST_BYTES, Unusable, cache_files, copy_caches, pack, unpack
from media.kernel_cache import NAME, KernelCache, kernels_digest, variables
from media.order import Order, Report
from media.process import can_confine
from media.rendering import render_frames, render_missing
from media.store import FolderStore, Stat
from media.store.keys import key_for
from media.tools import Tools
from tests.fakes.flaky_store import FlakyStore
from tests.media.test_rendering import DIGEST, PLAN, SCENE, SCENE_BYTES

ROOT = Path(__file__).parents[2]
DRIVER = ROOT / "tests" / "fakes" / "gpu_driver.py"
L4 = Gpu(name="NVIDIA L4", driver="550.54.15", compute_capability="8.9", memory_mib=23034)
BLENDER = Blender(("blender",), "4.5.15", build="abc")


@dataclass(frozen=True)
class Machine:
    """A machine with the GPU of our stand-in, on a store that others share."""

    folder: Path
    store: FolderStore
    gpu: Gpu = L4

    @property
    def kernels(self) -> KernelCache:
        return KernelCache.of(self.gpu, BLENDER, self.folder / "kernels")

    @property
    def compiled(self) -> int:
        """How often the driver compiled here."""
        notes = self.folder / "notes"
        return len(notes.read_text().split()) if notes.exists() else 0

    @property
    def tools(self) -> Tools:
        blender = replace(BLENDER, command=(sys.executable, str(DRIVER), str(self.folder / "notes")))
        return Tools(self.store, blender, Ffmpeg(Path("/no/ffmpeg")), kernels=self.kernels)

    def render(self, render: str, hear: Report = lambda _: None) -> tuple[Frame, ...]:
        """Render frames that nobody has rendered, as `render` names them."""
        self.store.put(key_for("scenes", DIGEST, "scene.blend"), SCENE_BYTES)
        plan = PLAN.model_copy(update={"render": render * 32})
        return render_frames(plan, SCENE, self.tools, FrameFeed(), hear)


@pytest.fixture
def store(tmp_path) -> FolderStore:
    return FolderStore(tmp_path / "store")


def machine(folder: Path, store, **facts) -> Machine:
    folder.mkdir()
    return Machine(folder, store, **facts)


def filled(folder: Path, text: bytes = b"cubin") -> Path:
    """Fill caches as a driver would."""
    for kind in KINDS:
        (folder / kind / "9").mkdir(parents=True)
        (folder / kind / "9" / "ad4d").write_bytes(text)
    return folder


def origins(frames: tuple[Frame, ...]) -> set[str]:
    return {frame.kernels for frame in frames}


def test_second_machine_is_warm_before_its_first_frame(tmp_path, store):
    first, second = machine(tmp_path / "a", store), machine(tmp_path / "b", store)

    cold, warm = first.render("a0"), second.render("b0")

    assert (first.compiled, second.compiled) == (1, 0)
    assert (origins(cold), origins(warm)) == ({"cold"}, {"restored"})
    assert cold[0].seconds > 100 > warm[0].seconds


def test_whoever_waits_for_a_cold_gpu_is_told_before_it_starts(tmp_path, store):
    heard: list[object] = []

    machine(tmp_path / "a", store).render("a0", heard.append)

    names = "NVIDIA L4, driver 550.54.15, Blender 4.5.15"
    assert heard[0] == KernelsReady(names=names, origin="cold")


def test_machine_keeps_its_kernels_for_its_next_job(tmp_path, store):
    only = machine(tmp_path / "a", store)
    only.render("a0")

    frames = only.render("a1")

    assert only.compiled == 1
    assert origins(frames) == {"kept"}


@pytest.mark.parametrize(
    "other", [{"name": "NVIDIA A10G"}, {"driver": "570.1"}, {"compute_capability": "8.6"}]
)
def test_kernels_of_another_gpu_or_driver_are_not_taken(tmp_path, store, other):
    machine(tmp_path / "a", store).render("a0")
    unlike = machine(tmp_path / "b", store, gpu=L4.model_copy(update=other))

    frames = unlike.render("b0")

    assert unlike.compiled == 1
    assert origins(frames) == {"cold"}


@pytest.mark.parametrize("other", [{"version": "4.5.16"}, {"build": "def"}])
def test_kernels_of_another_blender_have_another_name(other):
    assert kernels_digest(L4, BLENDER) != kernels_digest(L4, replace(BLENDER, **other))


def test_two_machines_that_are_cold_at_once_publish_once(tmp_path, store):
    machines = [machine(tmp_path / name, store) for name in ("a", "b", "c")]
    for one in machines:
        filled(one.kernels.folder)

    with ThreadPoolExecutor(3) as pool:
        published = list(pool.map(lambda one: one.kernels.publish(store), machines))

    assert sorted(published) == [False, False, True]
    assert len(list(store.list("kernels/"))) == 1


def test_store_is_not_asked_for_every_picture_but_often_enough_to_keep_them(tmp_path, store):
    one = machine(tmp_path / "a", store)
    one.render("a0")
    one.kernels.publish(store)
    (stored,) = store.list("kernels/")
    store.delete(stored.key)

    assert not one.kernels.publish(store)
    yesterday = time.time() - 24 * 3600
    os.utime(one.kernels.folder / "stored", (yesterday, yesterday))
    assert one.kernels.publish(store)


def test_failed_render_publishes_nothing(tmp_path, store):
    one = machine(tmp_path / "a", store)
    filled(one.kernels.folder)

    with pytest.raises(ToolFailed), one.kernels.used_by(BLENDER, store, tmp_path):
        raise ToolFailed("the driver broke")

    assert list(store.list("kernels/")) == []


def test_child_that_is_confined_gets_a_copy_of_its_own_and_publishes_nothing(tmp_path, store):
    one, job = machine(tmp_path / "a", store), tmp_path / "job"
    job.mkdir()
    filled(one.kernels.folder)

    with one.kernels.used_by(BLENDER.confined, store, job) as (blender, origin):
        optix = Path(blender.env["OPTIX_CACHE_PATH"])
        assert optix.is_relative_to(job)
        assert (optix / "9" / "ad4d").read_bytes() == b"cubin"
        (optix / "evil").write_bytes(b"a program for other people's GPUs")

    assert origin == "kept"
    assert list(store.list("kernels/")) == []
    assert cache_files(one.kernels.folder) == ["cuda/9/ad4d", "optix/9/ad4d"]


def test_strangers_scene_finds_kernels_that_a_scene_of_ours_had_compiled(tmp_path, store):
    one, job = machine(tmp_path / "a", store), tmp_path / "job"
    job.mkdir()

    with one.kernels.used_by(one.tools.blender.confined, store, job) as (blender, origin):
        assert blender.is_confined
        assert cache_files(Path(blender.env["OPTIX_CACHE_PATH"]).parent)

    assert (origin, one.compiled) == ("cold", 1)
    assert machine(tmp_path / "b", store).kernels.ready(store) == "restored"


def test_driver_that_keeps_nothing_is_not_asked_to_compile_before_every_job(tmp_path, store, children):
    one, job = machine(tmp_path / "a", store), tmp_path / "job"
    job.mkdir()
    keeps_nothing = Blender((sys.executable, "-c", "pass"), "4.5.15", build="abc").confined

    for _ in range(2):
        with children.counted() as commands, one.kernels.used_by(keeps_nothing, store, job):
            pass

    assert commands == []
    assert list(store.list("kernels/")) == []


def test_kernels_that_cannot_be_compiled_beforehand_are_left_to_the_job(tmp_path, store, caplog):
    one, job = machine(tmp_path / "a", store), tmp_path / "job"
    job.mkdir()
    broken = replace(one.tools.blender, command=("/no/blender",)).confined

    with one.kernels.used_by(broken, store, job) as (blender, origin):
        assert Path(blender.env["OPTIX_CACHE_PATH"]).is_relative_to(job)

    assert origin == "cold"
    assert "compiled within the job" in caplog.text
    assert list(store.list("kernels/")) == []


def test_confined_renderer_can_use_its_copy(tmp_path, store):
    if not can_confine():
        pytest.skip("this machine cannot confine")
    one = machine(tmp_path / "a", store)
    one.render("a0")
    plan = PLAN.model_copy(update={"render": "b0" * 32})
    # It may neither read this repository's tests nor write notes, so the stand-in is asked less.
    look = "import os; open(os.environ['OPTIX_CACHE_PATH'] + '/optix7cache.db', 'r+b'); os.write(3, b'found')"
    blender = Blender((sys.executable, "-c", look), "4.5.15", build="abc")
    tools = replace(one.tools, blender=blender)
    order = Order(plan, None, lambda _: {"device": {"order": ["OPTIX"]}}, confined=True)

    with pytest.raises(ToolFailed, match="found 'found'"):  # which is no event
        render_missing(order, tools, FrameFeed(), lambda _: None)


def test_database_is_copied_whole_while_it_is_written_to(tmp_path):
    filled(tmp_path / "from")
    path = tmp_path / "from" / "optix" / "optix7cache.db"
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE kernels (code BLOB)")
    database.execute("INSERT INTO kernels VALUES ('committed')")
    database.commit()
    database.execute("INSERT INTO kernels VALUES ('not yet')")

    copy_caches(tmp_path / "from", tmp_path / "to")

    assert path.with_name("optix7cache.db-wal").stat().st_size
    assert cache_files(tmp_path / "to") == ["cuda/9/ad4d", "optix/9/ad4d", "optix/optix7cache.db"]
    copied = sqlite3.connect(tmp_path / "to" / "optix" / "optix7cache.db")
    assert copied.execute("SELECT code FROM kernels").fetchall() == [("committed",)]
    copied.close()
    database.close()


def test_equal_caches_make_equal_archives(tmp_path):
    archives = []
    for name in ("a", "b"):
        pack(filled(tmp_path / name), tmp_path / f"{name}.gz")
        archives.append((tmp_path / f"{name}.gz").read_bytes())

    assert archives[0] == archives[1]


@pytest.mark.parametrize("damage", ["nothing", "cut", "flipped", "stranger"])
def test_archive_that_cannot_be_used_costs_a_warning_and_is_made_anew(tmp_path, store, caplog, damage):
    machine(tmp_path / "a", store).render("a0")
    (stored,) = store.list("kernels/")
    store.delete(stored.key)
    store.put(stored.key, damaged(store_bytes(tmp_path), damage))
    second = machine(tmp_path / "b", store)

    frames = second.render("b0")

    assert origins(frames) == {"cold"}
    assert "compiled anew" in caplog.text
    assert origins(machine(tmp_path / "c", store).render("c0")) == {"restored"}


def store_bytes(tmp_path: Path) -> bytes:
    pack(filled(tmp_path / "made", os.urandom(4000)), tmp_path / "made.gz")
    return (tmp_path / "made.gz").read_bytes()


def damaged(archive: bytes, damage: str) -> bytes:
    match damage:
        case "nothing":
            return b""
        case "cut":
            return archive[: len(archive) // 2]
        case "flipped":
            middle = len(archive) // 2
            return archive[:middle] + bytes([archive[middle] ^ 0xFF]) + archive[middle + 1 :]
        case _:
            return b"PK\x03\x04 of another make"


def test_archive_that_reaches_out_of_its_folder_is_refused(tmp_path):
    for made in ("link", "above", "absolute", "elsewhere"):
        archive = tmp_path / f"{made}.gz"
        subprocess.run([sys.executable, "-c", TAR_OF, made, str(archive)], check=True)

        with pytest.raises(Unusable, match="files of kernels"):
            unpack(archive, tmp_path / made)


TAR_OF = """
import io, sys, tarfile
names = {"above": "optix/../../x", "absolute": "/tmp/x", "elsewhere": "scripts/x", "link": "optix/x"}
member = tarfile.TarInfo(names[sys.argv[1]])
if sys.argv[1] == "link":
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
with tarfile.open(sys.argv[2], "w:gz") as tar:
    tar.addfile(member, io.BytesIO())
"""


def test_caches_beyond_all_bounds_are_not_passed_on(tmp_path, store, caplog):
    one = machine(tmp_path / "a", store)
    filled(one.kernels.folder)
    with (one.kernels.folder / "cuda" / "huge").open("wb") as huge:
        huge.truncate(MOST_BYTES + 1)

    assert not one.kernels.publish(store)
    assert "not passed on" in caplog.text


class FullDisk(FolderStore):
    """A store whose objects no longer fit on this machine's disk."""

    def fetch(self, key: str, path: Path) -> None:
        """Copy half of it."""
        path.write_bytes(self.get(key)[:10])
        raise OSError(errno.ENOSPC, "No space left on device")


def test_disk_that_is_full_costs_no_more_than_time(tmp_path, store):
    machine(tmp_path / "a", store).render("a0")
    second = machine(tmp_path / "b", store)

    assert second.kernels.ready(FullDisk(store.root)) == "cold"

    assert cache_files(second.kernels.folder) == []
    assert [path.name for path in second.kernels.home.iterdir()] == [second.kernels.folder.name]


def test_store_that_is_down_costs_no_more_than_time(tmp_path, store):
    one = machine(tmp_path / "a", FlakyStore(store, "kernels", refusals=1))

    frames = one.render("a0")

    assert origins(frames) == {"cold"}
    assert list(store.list("kernels/")) == []
    one.render("a1")
    assert len(list(store.list("kernels/"))) == 1


def test_restored_kernels_are_seen_whole_or_not_at_all(tmp_path, store, monkeypatch):
    machine(tmp_path / "a", store).render("a0")
    second = machine(tmp_path / "b", store)
    seen: list[bool] = []
    monkeypatch.setattr(
        "media.kernel_cache.unpack",
        lambda archive, folder: (unpack(archive, folder), seen.append(second.kernels.folder.exists())),
    )

    assert second.kernels.ready(store) == "restored"

    assert seen == [False]
    assert cache_files(second.kernels.folder) == cache_files(
        tmp_path / "a" / "kernels" / second.kernels.folder.name
    )


def test_neighbour_who_compiled_meanwhile_keeps_his_kernels(tmp_path, store, monkeypatch):
    machine(tmp_path / "a", store).render("a0")
    second = machine(tmp_path / "b", store)
    monkeypatch.setattr(
        "media.kernel_cache.unpack",
        lambda archive, folder: (unpack(archive, folder), filled(second.kernels.folder, b"mine")),
    )

    second.kernels.ready(store)

    assert (second.kernels.folder / "cuda" / "9" / "ad4d").read_bytes() == b"mine"


def test_publisher_that_is_killed_leaves_nothing_half(tmp_path, store):
    one = machine(tmp_path / "a", store)
    filled(one.kernels.folder)
    argv = [sys.executable, "-c", KILLED, str(one.kernels.home), one.kernels.digest, str(store.root)]

    killed = subprocess.run(argv, cwd=ROOT, check=False)

    assert killed.returncode == -signal.SIGKILL
    assert list(store.list("kernels/")) == []
    assert one.kernels.publish(store)
    assert machine(tmp_path / "b", store).kernels.ready(store) == "restored"


def test_machine_that_is_killed_while_it_restores_begins_again_and_leaves_nothing(tmp_path, store):
    machine(tmp_path / "a", store).render("a0")
    second = machine(tmp_path / "b", store)
    script = KILLED.replace("os.link", "os.rename").replace(".publish(", ".ready(")
    argv = [sys.executable, "-c", script, str(second.kernels.home), second.kernels.digest, str(store.root)]

    killed = subprocess.run(argv, cwd=ROOT, check=False)

    assert killed.returncode == -signal.SIGKILL
    assert not second.kernels.folder.exists()
    assert second.kernels.ready(store) == "restored"
    assert [path.name for path in second.kernels.home.iterdir()] == [second.kernels.folder.name]


KILLED = """
import os, signal, sys
from pathlib import Path
from media.kernel_cache import KernelCache
from media.store import FolderStore
sys.addaudithook(lambda event, _: event == "os.link" and os.kill(os.getpid(), signal.SIGKILL))
KernelCache(Path(sys.argv[1]), sys.argv[2], "L4").publish(FolderStore(Path(sys.argv[3])))
"""


def test_kernels_are_found_under_a_key_of_their_own(tmp_path):
    kernels = KernelCache.of(L4, BLENDER, tmp_path)

    assert kernels.key == key_for("kernels", kernels_digest(L4, BLENDER), NAME)
    assert kernels.env == variables(kernels.folder)


def test_render_goes_on_when_the_store_breaks_while_it_is_asked(tmp_path, store, caplog):
    class Down(FolderStore):
        def stat(self, key: str) -> Stat | None:
            """Refuse for kernels."""
            if key.startswith("kernels/"):
                raise Unavailable("the store is down")
            return super().stat(key)

    one = machine(tmp_path / "a", Down(store.root))

    assert origins(one.render("a0")) == {"cold"}
    assert "the store is down" in caplog.text
