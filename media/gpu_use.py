"""How busy GPUs were while frames rendered: figures, a word, and a bar that shows on and off."""

import statistics
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from media.gpu_watch import GpuSample

BUSY_PERCENT = 10.0
STEADY_SHARE, IDLE_SHARE = 0.9, 0.1
FEWEST = 3
"""From fewer samples nothing is concluded."""
BAR_CELLS = 40
BLOCKS = "▁▂▃▄▅▆▇█"

Verdict = Literal["steady", "on-off", "idle", "too short"]


class GpuUse(BaseModel):
    """How busy one GPU was, whoever used it."""

    model_config = ConfigDict(frozen=True)

    name: str
    driver: str
    samples: int
    mean_percent: float
    busy_share: float = Field(description=f"Share of the samples above {BUSY_PERCENT:.0f} per cent.")
    max_memory_mib: int
    max_encoder_percent: float | None = Field(default=None, description="Of its video encoder.")
    verdict: Verdict = Field(
        description=(
            f"steady: at least {STEADY_SHARE:.0%} of the samples were busy; idle: at most {IDLE_SHARE:.0%}; "
            f"on-off: between; too short: fewer than {FEWEST} samples."
        )
    )
    bar: str = Field(description=f"The samples in turn, a block each; of many, the middle {BAR_CELLS}.")

    def __str__(self) -> str:
        """Return it as a table shows it."""
        return f"{self.mean_percent:.0f} % {self.verdict} {self.bar}"


def use_of(samples: Sequence[GpuSample], begin: float, end: float) -> tuple[GpuUse, ...]:
    """Return how busy each GPU was between two monotonic times, by what was sampled in between."""
    within = [sample for sample in samples if begin <= sample.at <= end]
    indexes = sorted({sample.index for sample in within})
    return tuple(_one([sample for sample in within if sample.index == index]) for index in indexes)


def bar_of(percents: Sequence[float]) -> str:
    """Return a block for each figure, as high as it is; of many, the middle ones, one by one.

    They are not averaged, which would make a GPU that is busy every other second look half busy throughout.
    """
    skipped = max(0, len(percents) - BAR_CELLS) // 2
    shown = percents[skipped : skipped + BAR_CELLS]
    return "".join(BLOCKS[min(len(BLOCKS) - 1, int(percent * len(BLOCKS) / 100))] for percent in shown)


def verdict_of(percents: Sequence[float]) -> Verdict:
    """Return a word for a GPU's use."""
    if len(percents) < FEWEST:
        return "too short"
    share = busy_share(percents)
    if share <= IDLE_SHARE:
        return "idle"
    return "steady" if share >= STEADY_SHARE else "on-off"


def busy_share(percents: Sequence[float]) -> float:
    """Return the share of figures that are those of a GPU at work."""
    return sum(percent > BUSY_PERCENT for percent in percents) / len(percents)


def _one(samples: Sequence[GpuSample]) -> GpuUse:
    percents = [sample.percent for sample in samples]
    encoder = [sample.encoder_percent for sample in samples if sample.encoder_percent is not None]
    return GpuUse(
        name=samples[0].name,
        driver=samples[0].driver,
        samples=len(samples),
        mean_percent=round(statistics.fmean(percents), 1),
        busy_share=round(busy_share(percents), 3),
        max_memory_mib=max(sample.memory_mib for sample in samples),
        max_encoder_percent=max(encoder, default=None),
        verdict=verdict_of(percents),
        bar=bar_of(percents),
    )
