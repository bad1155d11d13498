"""What a catalogue would take: for each picture found or to do, and how long, before it is rendered."""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict, Field

from media.blender import Blender
from media.catalogue.assessment import Assessment
from media.catalogue.estimate import Estimator
from media.catalogue.index import Entry
from media.catalogue.picture import Picture
from media.job import StillJob
from media.plan import plan

PILOT = {"width": 160, "height": 160, "samples": 16, "format": "webp", "profile": "none"}
SAME = ("source", "detail", "source_unit", "up_axis", "materials")
"""What a pilot has from the picture that it is for: all that makes the scene."""


class Forecast(BaseModel):
    """What one picture would take; seconds are probably between `low` and `high`, and none if it is found."""

    model_config = ConfigDict(frozen=True)

    product: str
    output: str
    found: bool
    low: float = 0.0
    likely: float = 0.0
    high: float = 0.0
    source: str = Field(default="", description="Of what the estimate is made.")


def pilots_of(missing: Iterable[Picture], blender: Blender) -> list[Picture]:
    """Return a small picture of few samples for each distinct model that something is to be rendered of."""
    first = {picture.plan.geometry: picture for picture in reversed([*missing])}
    return [_pilot(picture, blender) for picture in first.values()]


def _pilot(picture: Picture, blender: Blender) -> Picture:
    job = picture.plan.job
    same = {name: getattr(job, name) for name in SAME}
    small = StillJob.model_validate({**PILOT, **same})
    return Picture(
        picture.place,
        picture.product,
        "pilot",
        picture.priority,
        plan(small, picture.plan.source, blender),
    )


def forecast(catalogue: Assessment, pilots: Sequence[Entry]) -> tuple[Forecast, ...]:
    """Return what each picture would take, by its product's pilot and what was rendered there before."""
    device = pilots[0].device if pilots else ""
    estimator = Estimator([*catalogue.finished.values(), *pilots], device)
    counted: set[str] = set()
    rows = []
    for picture in catalogue.pictures:
        if picture.result in catalogue.finished or picture.result in counted:
            rows.append(Forecast(product=picture.product, output=picture.output, found=True))
            continue
        counted.add(picture.result)
        estimate = estimator.of(picture)
        rows.append(
            Forecast(
                product=picture.product,
                output=picture.output,
                found=False,
                low=estimate.low,
                likely=estimate.likely,
                high=estimate.high,
                source=estimate.source,
            )
        )
    return tuple(rows)
