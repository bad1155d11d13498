"""The request for a catalogue."""

import math
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from media.address import PUBLIC, is_public
from media.form import Unsaid
from media.job import StillJob, TurntableJob

SHORTEST_BATCH_S = 60
MOST_IN_A_BATCH = 1000

# On the number alone: on the whole of `float | None` pydantic compares None with it as well.
Positive = Annotated[float, Field(gt=0)]


class CatalogueJob(BaseModel):
    """Render what an order list asks for, as far as it is not there already."""

    noun: ClassVar[str] = "catalogue"
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    orders: str = Field(
        min_length=1,
        max_length=4096,
        description=(
            "Order list as CSV, JSON or YAML: an https:// or s3:// address, or a path on the machine that "
            "renders."
        ),
        json_schema_extra={"pattern": PUBLIC},
    )
    output_types: dict[str, dict[str, Any]] = Field(
        default={},
        description="Types of output by name: the fields of a still, or kind turntable and those of one.",
    )
    deployment: str = Field(
        default="",
        pattern=r"^[a-z0-9-]{0,64}$",
        description="Which deployment of render-pictures renders, such as runpod; if empty, this one's name.",
    )
    dry_run: bool = Field(
        default=False, description="Only say what is there, what is to do, and how long that would take."
    )
    budget_seconds: Positive | Unsaid = Field(
        default=None,
        description="Begin no picture that may exceed so many seconds of the machines that render.",
    )
    budget_usd: Positive | Unsaid = Field(
        default=None, description="The same in US dollars; say usd_per_hour too."
    )
    usd_per_hour: Positive | Unsaid = Field(
        default=None, description="What an hour of the machines that render costs at most."
    )
    batch_seconds: int = Field(
        default=SHORTEST_BATCH_S,
        ge=1,
        le=3600,
        description="Least work that is worth a run of its own, in seconds.",
    )

    @field_validator("orders")
    @classmethod
    def _address_may_be_seen_by_everybody(cls, orders: str) -> str:
        if not is_public(orders):
            raise ValueError(
                "expected an address without user name, query and fragment; give a path or s3://"
            )
        return orders

    @model_validator(mode="after")
    def _money_has_a_price_of_time(self) -> Self:
        if self.budget_usd is not None and self.usd_per_hour is None:
            raise ValueError("expected usd_per_hour beside budget_usd, found none; say what an hour costs")
        return self

    @property
    def seconds_to_spend(self) -> float:
        """How long may be rendered, by both budgets."""
        bounds = [self.budget_seconds or math.inf]
        if self.budget_usd is not None and self.usd_per_hour is not None:
            bounds.append(self.budget_usd / self.usd_per_hour * 3600)
        return min(bounds)


class PicturesJob(BaseModel):
    """Render several pictures one after the other; one that fails leaves the others alone."""

    noun: ClassVar[str] = "pictures"
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    batch: str = Field(
        pattern=r"^[0-9a-f]{64}$", description="Digest under which is told what became of each picture."
    )
    pictures: tuple[TurntableJob | StillJob, ...] = Field(
        min_length=1, max_length=MOST_IN_A_BATCH, description="The stills and turntables, in their order."
    )
    most_seconds: tuple[float, ...] = Field(
        default=(),
        max_length=MOST_IN_A_BATCH,
        description="What each may take; one that may exceed the sum of them is not begun. Empty: no bound.",
    )

    @model_validator(mode="after")
    def _each_picture_has_its_seconds_or_none_has(self) -> Self:
        if self.most_seconds and len(self.most_seconds) != len(self.pictures):
            raise ValueError(
                f"expected most_seconds for each of {len(self.pictures)} pictures, "
                f"found {len(self.most_seconds)}; leave it empty, or say all"
            )
        return self
