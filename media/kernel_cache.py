"""Kernels that a GPU's driver compiled once, kept for every machine that is like this one.

A first frame by OptiX can wait minutes for the driver to compile, on every fresh machine again. What it makes
of that depends on the GPU's model, the driver and the build of Blender, and on nothing else; so it is kept in
the store under the digest of those, written once, and copied to a fresh machine's own disk before its first
frame. It is never used where it is stored: OptiX's database does not work over a network.

Who opens a file that nobody vouches for gets a copy in the folder of its job, which goes away with it. What
such a child could have written is never passed on: a kernel is a program for the GPUs of all others. Where
nothing is compiled yet, a scene of our own is rendered first, in a child that nobody can take over.

Kernels are a saving and nothing else: whatever fails with them is told in the log, and rendering goes on.
"""

import logging
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from media.blender import Blender, run_script
from media.blender_events import Kernels
from media.digest import digest_of, sha256_of_file
from media.errors import MediaError
from media.gpu import Gpu
from media.kernel_archive import KINDS, MOST_BYTES, Unusable, cache_files, copy_caches, pack, unpack
from media.store import AlreadyExists, ObjectStore
from media.store.keys import key_for
from media.store.touch import TOUCH_AFTER, kept
from media.workspace import workspace

logger = logging.getLogger(__name__)

FORM = 1
"""Raised when what lies under a key changes its form."""
NAME = "kernels.tar.gz"
VARIABLES = {"optix": "OPTIX_CACHE_PATH", "cuda": "CUDA_CACHE_PATH"}
LARGEST = {"OPTIX_CACHE_MAXSIZE": str(2**30), "CUDA_CACHE_MAXSIZE": str(2**30)}
"""Bytes; both together are less than `MOST_BYTES`, so that all of it can be passed on."""
WISH = {"order": ("OPTIX", "CUDA"), "require_gpu": True}
"""What a scene of our own is rendered by; OptiX has CUDA's kernels compiled as well."""
FAILURES = (MediaError, OSError, sqlite3.Error, Unusable)


def kernels_digest(gpu: Gpu, blender: Blender) -> str:
    """Return what names the kernels that a driver compiles for a GPU out of a build of Blender."""
    return digest_of(
        {
            "stage": "kernels",
            "form": FORM,
            "gpu": gpu.name,
            "compute_capability": gpu.compute_capability,
            "driver": gpu.driver,
            "blender": blender.version,
            "build": blender.build,
        }
    )


def variables(folder: Path) -> dict[str, str]:
    """Return what tells the driver to keep its kernels in `folder`."""
    return {variable: str(folder / kind) for kind, variable in VARIABLES.items()}


@dataclass(frozen=True)
class KernelCache:
    """The kernels of this machine's GPU, for one build of Blender.

    Attributes:
        home: Folder on this machine's own disk, below which those of each digest have theirs.
        digest: Of GPU, driver and Blender.
        names: These, in words.
    """

    home: Path
    digest: str
    names: str

    @classmethod
    def of(cls, gpu: Gpu, blender: Blender, home: Path) -> "KernelCache":
        """Return the kernels of a GPU for a Blender."""
        names = f"{gpu.name}, driver {gpu.driver}, Blender {blender.version}"
        return cls(home, kernels_digest(gpu, blender), names)

    @property
    def folder(self) -> Path:
        """Where the driver keeps them here."""
        return self.home / self.digest[:32]

    @property
    def key(self) -> str:
        """Their key in the store."""
        return key_for("kernels", self.digest, NAME)

    @property
    def env(self) -> Mapping[str, str]:
        """What tells a driver where they are; the same for every job, so that a warm Blender may stay."""
        return variables(self.folder)

    def given_to(self, blender: Blender) -> Blender:
        """Return a Blender whose driver keeps them where they are."""
        return replace(blender, env={**blender.env, **self.env})

    @contextmanager
    def used_by(
        self,
        blender: Blender,
        store: ObjectStore,
        job: Path,
        tell: Callable[[Kernels], None] = lambda _: None,
    ) -> Iterator[tuple[Blender, Kernels]]:
        """Have them on this disk for the block; if it ends well, pass on what the store lacks.

        Yields the Blender to start and what was compiled beforehand.

        Args:
            blender: Which one will render; a confined one gets a copy of its own, and passes nothing on: what
                it lacks is compiled before by one that is not.
            store: Where they are kept for all.
            job: The job's own folder.
            tell: Hears what was compiled beforehand, before anything is compiled now.
        """
        origin = self.ready(store)
        tell(origin)
        if blender.is_confined:
            if origin == "cold" and not self._nothing.exists():
                self._compile(blender, store, job)
            own = self._copied(job)
            yield replace(blender, env={**blender.env, **variables(own)}), origin
            return
        yield self.given_to(blender), origin
        self.publish(store)

    def ready(self, store: ObjectStore) -> Kernels:
        """Bring them to this disk, if they are not there and the store has them; returns what is there."""
        began, origin = time.monotonic(), self._origin(store)
        logger.info("kernels for %s: %s after %.1f s", self.names, origin, time.monotonic() - began)
        return origin

    def publish(self, store: ObjectStore) -> bool:
        """Put what was compiled here into the store, unless somebody was first; returns whether we did."""
        try:
            if self._is_known_to_be_stored() or not cache_files(self.folder):
                return False
            if kept(store.stat(self.key), store):
                self._stamp.touch()
                return False
            with workspace(self.home) as scratch:
                copy_caches(self.folder, scratch / "copy")
                pack(scratch / "copy", scratch / NAME)
                sha256 = sha256_of_file(scratch / NAME)
                stat = store.put(self.key, scratch / NAME, write_once=True, sha256=sha256)
        except AlreadyExists:
            return False
        except FAILURES as error:
            logger.warning("kernels for %s are not passed on: %s", self.names, error)
            return False
        logger.info("kernels for %s are passed on: %s bytes as %s", self.names, stat.size, self.key)
        return True

    @property
    def _stamp(self) -> Path:
        """A file whose time says when they were last seen in the store: it is not asked for every picture."""
        return self.folder / "stored"

    @property
    def _nothing(self) -> Path:
        """A file that is there if the driver keeps nothing, as CUDA does where Blender brings all kernels."""
        return self.folder / "nothing"

    def _is_known_to_be_stored(self) -> bool:
        try:
            return time.time() - self._stamp.stat().st_mtime < TOUCH_AFTER.total_seconds()
        except FileNotFoundError:
            return False

    def _compile(self, blender: Blender, store: ObjectStore, job: Path) -> None:
        """Have them compiled by a scene of our own, and pass them on."""
        ours = replace(self.given_to(blender), is_confined=False, host=None)
        try:
            with workspace(job) as folder:
                run_script(ours, {"do": "warm_kernels", "device": WISH}, folder)
            if not cache_files(self.folder):
                self._nothing.touch()
        except FAILURES as error:
            logger.warning("kernels for %s are compiled within the job: %s", self.names, error)
        else:
            self.publish(store)

    def _origin(self, store: ObjectStore) -> Kernels:
        try:
            if cache_files(self.folder):
                return "kept"
            if self._restored(store):
                return "restored"
        except FAILURES as error:
            logger.warning("kernels for %s are compiled anew: %s", self.names, error)
        for kind in KINDS:
            with suppress(OSError):  # then the driver does without
                (self.folder / kind).mkdir(parents=True, exist_ok=True)
        return "cold"

    def _restored(self, store: ObjectStore) -> bool:
        """Copy them from the store; whoever looks at the folder sees all of them or none."""
        stat = store.stat(self.key)
        if stat is None or not kept(stat, store):
            return False
        if stat.size > MOST_BYTES:
            raise Unusable(f"expected at most {MOST_BYTES} bytes, found {stat.size}")
        self.home.mkdir(parents=True, exist_ok=True)
        with workspace(self.home) as scratch:
            store.fetch(self.key, scratch / NAME)
            try:
                unpack(scratch / NAME, scratch / "kernels")
            except Unusable:
                store.delete_if(self.key, stat.etag)  # the next one who compiles puts better ones there
                raise
            return self._moved_in(scratch / "kernels")

    def _moved_in(self, new: Path) -> bool:
        """Give restored kernels their place, unless a neighbour has compiled or restored some meanwhile."""
        self._nothing.unlink(missing_ok=True)
        for empty in (*(self.folder / kind for kind in KINDS), self.folder):
            with suppress(OSError):  # not there, or not empty
                empty.rmdir()
        with suppress(OSError):
            new.rename(self.folder)
            return True
        return bool(cache_files(self.folder))

    def _copied(self, job: Path) -> Path:
        """Return a folder of the job's own with a copy of them, or with none if that fails."""
        own = Path(tempfile.mkdtemp(prefix="kernels-", dir=job))
        try:
            copy_caches(self.folder, own / "of")
        except FAILURES as error:
            logger.warning("kernels for %s are compiled anew for this job: %s", self.names, error)
            own = Path(tempfile.mkdtemp(prefix="kernels-", dir=job))
        return own / "of"
