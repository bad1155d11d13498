"""Figure: one measured ratio or difference, as `make bench` prints it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Figure(BaseModel):
    """A ratio or difference taken in one run; printed as one line of JSON."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    name: str = Field(min_length=1, description="What was measured.")
    value: float | None = Field(description="The figure; null when its side condition failed.")
    unit: str = Field(description="Such as ratio or s.")
    arms: dict[str, Any] = Field(description="What each side was and its figure; of a failure, the reason.")
    repeats: int = Field(ge=0, description="How often each side was measured.")


def failure(name: str, reason: str) -> Figure:
    """Return the figure of a benchmark that gave none."""
    return Figure(name=name, value=None, unit="", arms={"reason": reason}, repeats=0)
