"""Delete what no finished job needs and no job uses, in two passes a day apart: mark, then delete.

What one pass marks, a later one deletes if it is still unreferenced and was neither written nor touched
since; a job touches what it finds (`media.store.touch`). The objects of one digest go together, frames before
what shows them and their records, each only while it is as it was marked; at the first that is not, the rest
is left.

Left is one request's time on S3, whose delete knows an object's etag but not its time: who finds and touches
an object between our last look and our delete loses it, and makes it again. In a folder even that is closed.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, islice

from pydantic import BaseModel, ConfigDict, Field

from media.mark import Mark, Marked, MarkWriter, Seen, finished_marks, remove_unfinished
from media.reach import PRUNED, Place, reachable
from media.store import ObjectStore, Stat
from media.tally import Fate, Row, Tally

logger = logging.getLogger(__name__)

WORKERS = 8
FOREIGN = "not ours"
LEFTOVERS = "unfinished uploads"
BESIDE = ".display.png"


class PruneJob(BaseModel):
    """Delete from the store what no finished job needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dry_run: bool = Field(
        default=True, description="Only tell what would be marked and deleted; nothing is written."
    )
    min_age_hours: int = Field(
        default=24,
        ge=24,
        le=8760,
        title="Least age (hours)",
        description="Least time since an object was written or used, before it is marked.",
    )
    wait_hours: int = Field(
        default=24,
        ge=24,
        le=8760,
        title="Wait (hours)",
        description="Least time between marking and deleting.",
    )
    sources_days: int = Field(
        default=30,
        ge=1,
        le=3650,
        title="Age of sources (days)",
        description="The same for sources that no finished job was made of: nobody can make them again.",
    )
    results_days: int = Field(
        default=30,
        ge=1,
        le=3650,
        title="Age of results (days)",
        description="The same for idempotency keys and results of Prefect's, which go by their age alone.",
    )

    def least_age(self, kind: str) -> timedelta:
        """Return how long an object of this kind must have been left alone before it is marked."""
        days = {
            "sources": self.sources_days,
            "catalogues": self.sources_days,  # what a catalogue knows of its sources saves downloads
            "kernels": self.sources_days,  # a GPU that is rented once a week has them still
            "results": self.results_days,
            "requests": self.results_days,
        }.get(kind, 0)
        return max(timedelta(hours=self.min_age_hours), timedelta(days=days))


def prune(job: PruneJob, store: ObjectStore, now: datetime) -> tuple[Row, ...]:
    """Take one pass through a store, and return what lies there and what became of it.

    Args:
        job: What may go.
        store: Where.
        now: What time it is by the clock that dates the store's objects.

    Raises:
        StoredWrong: A manifest is damaged; nothing is deleted while nobody knows what it needs.
    """
    marks = finished_marks(store, now)
    one = _Pass(job, store, now, needed=reachable(store))
    due = [mark for mark in marks if now - mark.at >= timedelta(hours=job.wait_hours)]
    for mark in due:
        one.delete(mark)
    one.mark(waiting=len(due) < len(marks))
    one.sweep()
    if not job.dry_run:
        remove_unfinished(store, now)
    return one.tally.rows()


def fate_of(place: Place, stats: Iterable[Stat], needed: set[bytes], job: PruneJob, now: datetime) -> Fate:
    """Return what is to become of the objects of one digest, of which `place` is one."""
    if place.kind not in PRUNED:
        return "kept"
    if place.digest in needed and place.kind not in {"results", "requests"}:
        return "referenced"
    least = job.least_age(place.kind)
    if any(stat.modified is None or now - stat.modified < least for stat in stats):
        return "young"
    return "unreferenced"


@dataclass
class _Pass:
    """One pass through a store."""

    job: PruneJob
    store: ObjectStore
    now: datetime
    needed: set[bytes]
    tally: Tally = field(default_factory=Tally)
    gone: set[str] = field(default_factory=set)

    @property
    def _deleted(self) -> Fate:
        return "would be deleted" if self.job.dry_run else "deleted"

    def delete(self, mark: Mark) -> None:
        """Delete what a mark names and nothing speaks for, and then the mark."""
        folders = mark.folders(self.store)
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="prune") as pool:
            while batch := list(islice(folders, WORKERS * 8)):
                for folder, stats in zip(batch, pool.map(self._delete, batch), strict=True):
                    self.gone |= {folder.prefix} if stats else set()
                    for stat in stats:
                        kind = folder.prefix.partition("/")[0]
                        self.tally.count(kind, self._deleted, stat.size, stat.modified)
        if not self.job.dry_run:
            mark.remove(self.store)

    def mark(self, *, waiting: bool) -> None:
        """Mark what may go, unless another mark still waits for its time; count everything."""
        writer = None if self.job.dry_run or waiting else MarkWriter(self.store, self.now)
        marked: Fate = "marked" if writer else "unreferenced" if waiting else "would be marked"
        for prefix, stats in self._folders():
            if prefix in self.gone:
                continue
            place = Place.of(stats[0].key)
            fate = fate_of(place, stats, self.needed, self.job, self.now) if place else "kept"
            if fate == "unreferenced":
                fate = marked
                if writer:
                    writer.add(_as_marked(prefix, stats))
            for stat in stats:
                self.tally.count(place.kind if place else FOREIGN, fate, stat.size, stat.modified)
        if writer:
            writer.finish()

    def sweep(self) -> None:
        """Remove what killed writers left; what they were writing was never to be seen."""
        before = self.now - timedelta(hours=self.job.min_age_hours)
        for left in self.store.leftovers(before, remove=not self.job.dry_run):
            self.tally.count(LEFTOVERS, self._deleted, left.size, left.begun)

    def _folders(self) -> Iterator[tuple[str, list[Stat]]]:
        """Yield the objects of each digest together; what is not of our making is counted and left out."""

        def ours() -> Iterator[Stat]:
            for stat in self.store.scan():
                if Place.of(stat.key):
                    yield stat
                else:
                    self.tally.count(FOREIGN, "kept", stat.size, stat.modified)

        for prefix, stats in groupby(ours(), key=lambda stat: stat.key.rpartition("/")[0] + "/"):
            yield prefix, list(stats)

    def _delete(self, folder: Marked) -> list[Stat]:
        """Delete the objects of one digest if all that is there is as it was marked; returns what went."""
        place = Place.of(f"{folder.prefix}x")
        if place is None:
            return []
        stats = list(self.store.list(folder.prefix))
        marked = {seen.key: seen for seen in folder.objects}
        # A mark is an object like others: it is believed only as far as it can be seen again.
        marked_at = self.now - timedelta(hours=self.job.wait_hours)
        if fate_of(place, stats, self.needed, self.job, marked_at) != "unreferenced":
            return []
        if not all(stat.key in marked and marked[stat.key].still(stat) for stat in stats):
            return []
        return stats if self.job.dry_run else list(self._deleted_of(stats, marked))

    def _deleted_of(self, stats: Iterable[Stat], marked: Mapping[str, Seen]) -> Iterator[Stat]:
        """Delete objects of one digest, up to the first that is not as it was marked."""
        for stat in sorted(stats, key=lambda stat: (_rank(stat.key), stat.key)):
            found = self.store.stat(stat.key)
            if found is None:
                continue
            if not marked[stat.key].still(found) or not self.store.delete_if(stat.key, found.etag):
                logger.info("%s was used just now; it stays, and what belongs to it", stat.key)
                return
            yield stat


def _rank(key: str) -> int:
    """Return when an object's turn is: frames before what shows them, and records last."""
    return 2 if key.endswith(".json") else int(key.endswith(BESIDE))


def _as_marked(prefix: str, stats: Iterable[Stat]) -> Marked:
    seen = (
        Seen(key=stat.key, size=stat.size, etag=stat.etag, modified=stat.modified)
        for stat in stats
        if stat.modified
    )
    return Marked(prefix=prefix, objects=tuple(seen))
