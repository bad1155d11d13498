"""One job that many runs of a farm in virtual time share: each begins with a chunk and then helps others."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from media.chunks import FrameRange, contiguous, plan, split, whom_to_help
from tests.fakes.virtual_farm.agent import Site
from tests.fakes.virtual_farm.work import Work

JOB = UUID(int=0)


@dataclass
class SharedJob(Site):
    """A site whose runs render the frames of one job.

    What each is at stands where all of them see it, as small objects in the store would.

    Attributes:
        frames: How many there are.
        machines: How many machines share them.
        last_stored: When the last frame was stored.
        splits: How often a chunk was divided with a helper.
    """

    frames: int = 1
    machines: int = 1
    last_stored: float = 0.0
    splits: int = 0
    chunks: list[FrameRange] = field(default_factory=list)
    of_run: dict[UUID, FrameRange] = field(default_factory=dict)
    doubled: set[FrameRange] = field(default_factory=set)

    def begin(self, work: Work) -> None:
        """Divide the job."""
        self.chunks = plan(range(1, self.frames + 1), self.machines, work.frame_s, work.boot_s)

    def frames_for(self, run_id: UUID, work: Work) -> Iterator[int]:
        """Yield what a run renders next for as long as anything is missing."""
        del work
        while (at := self._chunk_of(run_id)) is not None:
            for frame in at.frames:
                mine = self.of_run.get(run_id)
                if mine is None or frame > mine.last:  # somebody helps, and has taken the rest
                    break
                if frame not in self.store.stored.get(JOB, set()):
                    yield frame

    def put(self, run_id: UUID, frame: int) -> int:
        """Store a frame; what a run has stored itself is what it got done."""
        there = len(self.store.stored.get(JOB, set()))
        count = self.store.put(JOB, frame)
        if count > there and count == self.frames:
            self.last_stored = self.cloud.state.now
        return self.book.runs[run_id].history.committed + (count > there)

    def _chunk_of(self, run_id: UUID) -> FrameRange | None:
        """Return what is left of a run's own chunk; then one that nobody has begun; then half of another's."""
        if mine := self._left(self.of_run.get(run_id)):
            return mine
        self.of_run.pop(run_id, None)
        if self.chunks:
            self.of_run[run_id] = self.chunks.pop(0)
            return self.of_run[run_id]
        owners = [
            one for one in self.of_run if (left := self._left(self.of_run[one])) and left not in self.doubled
        ]
        left = [one for owner in owners if (one := self._left(self.of_run[owner]))]
        chosen = whom_to_help(left)
        if chosen is None:
            return None
        self.splits += 1
        halves = split(left[chosen])
        if halves.kept == halves.taken:
            self.doubled.add(halves.taken)
        self.of_run[owners[chosen]] = halves.kept
        self.of_run[run_id] = halves.taken
        return halves.taken

    def _left(self, chunk: FrameRange | None) -> FrameRange | None:
        """Return the first stretch of a chunk that is not stored."""
        if chunk is None:
            return None
        there = self.store.stored.get(JOB, set())
        stretches = contiguous(frame for frame in chunk.frames if frame not in there)
        return FrameRange(stretches[0].first, stretches[-1].last) if stretches else None
