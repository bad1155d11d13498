"""What the runs of a farm in virtual time do, and what of it is stored: frames, written once each."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one run is to do, and how long it takes on a machine.

    Attributes:
        frames: How many it renders.
        frame_s: How long one takes.
        upload_s: How long one is on its way to the store, while the next is rendered.
        boot_s: How long the flow takes to begin, once its container runs.
    """

    frames: int = 8
    frame_s: float = 20.0
    upload_s: float = 3.0
    boot_s: float = 10.0


@dataclass
class FrameStore:
    """A store in which every name is written once, and what is known behind its back.

    Attributes:
        stored: The frames of each run.
        manifests: The runs whose work is described as done.
        rendered: How often a frame of each run was begun.
        put_again: How often a frame was there already.
        deaths: How many machines of each run ended while they rendered.
    """

    stored: dict[UUID, set[int]] = field(default_factory=dict)
    manifests: set[UUID] = field(default_factory=set)
    rendered: Counter[UUID] = field(default_factory=Counter)
    put_again: int = 0
    deaths: Counter[UUID] = field(default_factory=Counter)

    def missing(self, run_id: UUID, frames: int) -> list[int]:
        """Return the frames that are still to be rendered."""
        there = self.stored.get(run_id, set())
        return [frame for frame in range(1, frames + 1) if frame not in there]

    def put(self, run_id: UUID, frame: int) -> int:
        """Store a frame, unless it is there; returns how many are."""
        there = self.stored.setdefault(run_id, set())
        self.put_again += frame in there
        there.add(frame)
        return len(there)
