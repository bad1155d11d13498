"""What the pilot's frames tell of the rest: how long it will take, and what it will cost. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from pydantic import BaseModel, ConfigDict, Field

from media.cost import MachineCost, to_micro
from media.frames import Frame
from media.shot.plan import ShotPlan


class Forecast(BaseModel):
    """How long the rest of a job will take, and what it will cost."""

    model_config = ConfigDict(frozen=True)

    frames: int = Field(description="How many are left.")
    chunks: int
    machines: int = Field(description="How many of them render at once, at most.")
    frame_s: float = Field(description="What a frame took, in seconds: the median of the pilot.")
    longest_frame_s: float
    machine_s: float = Field(description="Rendering on all machines together, in seconds.")
    wall_s: float = Field(description="Until the last frame, in seconds.")
    usd: Decimal | None = Field(default=None, description="None where nothing is rented.")


def forecast_of(
    pilot: Sequence[Frame],
    left: Sequence[int],
    parts: Sequence[ShotPlan],
    machines: int,
    rented: Sequence[MachineCost] = (),
) -> Forecast:
    """Return what a job's pilot tells of the frames that are left.

    Args:
        pilot: Its frames, one at least.
        left: The numbers of the others that are missing.
        parts: What they are divided into.
        machines: How many render at once, at most.
        rented: The machines of the pilot, by which those of the rest are priced.
    """
    seconds = [frame.seconds for frame in pilot]
    machine_s = median(seconds) * len(left)
    hired = sum(one.seconds for one in rented)
    price = sum((one.usd for one in rented), Decimal(0)) / Decimal(str(hired)) if hired else None
    going = max(1, min(machines, len(parts)))
    return Forecast(
        frames=len(left),
        chunks=len(parts),
        machines=going,
        frame_s=median(seconds),
        longest_frame_s=max(seconds),
        machine_s=machine_s,
        wall_s=machine_s / going,
        usd=None if price is None else to_micro(price * Decimal(str(round(machine_s, 3)))),
    )
