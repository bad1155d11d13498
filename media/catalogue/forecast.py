"""What a catalogue would take: for each picture its state, and how long it takes, before it is rendered."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from media.blender import Blender
from media.catalogue.assessment import Assessment
from media.catalogue.estimate import Estimate, Estimator
from media.catalogue.index import Entry
from media.catalogue.order import Problem
from media.catalogue.picture import Picture
from media.job import StillJob
from media.plan import plan

PILOT = {"width": 160, "height": 160, "samples": 16, "format": "webp", "profile": "none"}
SAME = ("source", "detail", "source_unit", "up_axis", "materials")
"""What a pilot has from the picture that it is for: all that makes the scene."""
NOTHING: Mapping[str, str] = {}


State = Literal["found", "to do", "same", "cannot"]


class Forecast(BaseModel):
    """What one picture would take; seconds, if it is to do, are probably between `low` and `high`."""

    model_config = ConfigDict(frozen=True)

    product: str
    output: str
    state: State = Field(
        description="found, to do, the same as a picture above that is to do, or one that cannot be rendered."
    )
    low: float = 0.0
    likely: float = 0.0
    high: float = 0.0
    source: str = Field(default="", description="Of what the estimate is made.")
    reason: str = Field(default="", description="Which picture it is the same as, or why it cannot be.")


class Pilots:
    """What became of the pilots.

    A plain class, so that Prefect does not look for futures in every picture.

    Attributes:
        pictures: They, also if they failed.
        failed: Why nothing can be rendered of a model, by the digest of its geometry.
    """

    def __init__(self, pictures: Iterable[Picture], failed: Mapping[str, str]) -> None:
        self.pictures = tuple(pictures)
        self.failed = dict(failed)


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


def forecast(
    catalogue: Assessment, pilots: Sequence[Entry], failed: Mapping[str, str] = NOTHING
) -> tuple[Forecast, ...]:
    """Return what becomes of each picture and of each line that was left out.

    Args:
        catalogue: What is asked for.
        pilots: Those that are finished; with what was rendered before, they tell what others take.
        failed: Why pilots failed, by the digest of their geometry.
    """
    device = pilots[0].device if pilots else ""
    estimator = Estimator([*catalogue.finished.values(), *pilots], device)
    first: dict[str, Picture] = {}
    scenes: set[str] = set()
    rows = []
    for picture in catalogue.pictures:
        if picture.result in catalogue.finished:
            rows.append(_row(picture, "found"))
        elif reason := failed.get(picture.plan.geometry):
            rows.append(_row(picture, "cannot", reason=reason))
        elif other := first.get(picture.result):
            rows.append(_row(picture, "same", reason=f"{other.product}, {other.output}"))
        else:
            first[picture.result] = picture
            estimate = estimator.of(picture, first=False if picture.plan.scene in scenes else None)
            scenes.add(picture.plan.scene)
            rows.append(_row(picture, "to do", **_told(estimate)))
    return (*rows, *(_problem(one) for one in catalogue.problems))


def _row(picture: Picture, state: State, **fields: Any) -> Forecast:  # noqa: ANN401 - other fields of the row
    return Forecast(product=picture.product, output=picture.output, state=state, **fields)


def _told(estimate: Estimate) -> dict[str, Any]:
    return {name: getattr(estimate, name) for name in ("low", "likely", "high", "source")}


def _problem(problem: Problem) -> Forecast:
    return Forecast(
        product=problem.product, output="", state="cannot", reason=f"{problem.place}: {problem.reason}"
    )
