"""One job that many runs of a farm in virtual time share: each begins with a chunk and then helps others."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from media.chunks import FrameRange, contiguous, plan, split, whom_to_help
from tests.fakes.virtual_farm.agent import Site
from tests.fakes.virtual_farm.work import Work

JOB = UUID(int=0)
LATE = 1.2
"""A frame that takes so many times as long as it should is begun by somebody else too."""


@dataclass
class SharedJob(Site):
    """A site whose runs render the frames of one job.

    What each is at stands where all of them see it, as small objects in the store would.

    Attributes:
        frames: How many there are.
        machines: How many machines share them.
        last_stored: When the last frame was stored.
        splits: How often a chunk was divided with a helper.
        chunks: Those that nobody has begun.
        of_run: What each run is at.
        begun: When each frame was last begun.
    """

    frames: int = 1
    machines: int = 1
    last_stored: float = 0.0
    splits: int = 0
    chunks: list[FrameRange] = field(default_factory=list)
    of_run: dict[UUID, FrameRange] = field(default_factory=dict)
    begun: dict[int, float] = field(default_factory=dict)
    there: set[int] = field(default_factory=set)
    late_s: float = 0.0

    def begin(self, work: Work) -> None:
        """Divide the job."""
        self.late_s = LATE * (work.frame_s + work.upload_s)
        self.there = self.store.stored.setdefault(JOB, set())
        self.chunks = plan(range(1, self.frames + 1), self.machines, work.frame_s, work.boot_s)

    def frames_for(self, run_id: UUID, work: Work) -> Iterator[int | None]:
        """Yield what a run renders next, or None while others are at all that is missing: they may die."""
        del work
        while len(self.there) < self.frames:
            frame = self._next(run_id)
            if frame is not None:
                self.begun[frame] = self.cloud.state.now
            yield frame

    def put(self, run_id: UUID, frame: int) -> int:
        """Store a frame; returns how many this run has stored first."""
        new = frame not in self.there
        if self.store.put(JOB, frame) == self.frames and new:
            self.last_stored = self.cloud.state.now
        return self.book.runs[run_id].history.committed + new

    def _next(self, run_id: UUID) -> int | None:
        mine = self.of_run.get(run_id)
        frame = self._first_idle(mine) if mine else None
        if frame is None and (new := self._new_chunk(run_id)):
            self.of_run[run_id] = new
            frame = self._first_idle(new)
        return frame

    def _new_chunk(self, run_id: UUID) -> FrameRange | None:
        """Return a chunk that nobody has begun, or half of what somebody else has left."""
        if self.chunks:
            return self.chunks.pop(0)
        left = {
            run: rest for run, chunk in self.of_run.items() if run != run_id and (rest := self._rest(chunk))
        }
        owners = list(left)
        chosen = whom_to_help([left[owner] for owner in owners])
        if chosen is None:
            return self._rest(FrameRange(1, self.frames))
        self.splits += 1
        owner = owners[chosen]
        halves = split(left[owner])
        self.of_run[owner] = FrameRange(self.of_run[owner].first, halves.kept.last)
        return halves.taken

    def _first_idle(self, chunk: FrameRange) -> int | None:
        return next((frame for frame in chunk.frames if self._is_idle(frame)), None)

    def _rest(self, chunk: FrameRange) -> FrameRange | None:
        """Return the last stretch of a chunk that nobody is at."""
        idle = contiguous(filter(self._is_idle, chunk.frames))
        return idle[-1] if idle else None

    def _is_idle(self, frame: int) -> bool:
        """Tell whether a frame is missing and nobody is at it, or has been for too long."""
        begun = self.begun.get(frame, -math.inf)
        return frame not in self.there and self.cloud.state.now - begun > self.late_s
