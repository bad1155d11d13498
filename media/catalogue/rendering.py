"""Render a batch of pictures: each for itself, so that one that fails leaves the others alone."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from media.catalogue.job import PicturesJob
from media.errors import BadInput, MediaError, Preempted, Unavailable
from media.geometry.prepare import find_geometry
from media.job import StillJob, TurntableJob
from media.jobs import CostOf, run
from media.manifest import Manifest, find_manifest
from media.patience import retried
from media.plan import Plan, plan
from media.renderer_host.at_hand import kept_warm
from media.source import download_model
from media.store import Missing, ObjectStore
from media.store.keys import key_for
from media.store.single_flight import Work, once_at_a_time
from media.tools import Tools

logger = logging.getLogger(__name__)

Became = Literal["rendered", "found", "failed", "not begun"]


class Outcome(BaseModel):
    """What became of one picture.

    Attributes:
        job: Its digest, or nothing if its source could not be had.
        became: rendered, found, failed or not begun.
        reason: Why it failed, or was not begun.
        seconds: How long all of it took.
    """

    model_config = ConfigDict(frozen=True)

    job: str
    became: Became
    reason: str = ""
    seconds: float = Field(default=0.0, ge=0)


CLOCK_S = 1.0
"""What passes between pictures without anybody's doing."""
OUTCOMES = TypeAdapter(tuple[Outcome, ...])
Told = Callable[[Outcome], None]


def render_pictures(
    job: PicturesJob, tools: Tools, tell: Told = lambda _: None, cost: CostOf = lambda _: None
) -> tuple[Outcome, ...]:
    """Render all pictures of a batch, by one Blender as far as can be, and return what became of each.

    Args:
        job: The batch.
        tools: What to work with.
        tell: Hears of each picture as it is done.
        cost: Says what rented machines cost for a picture, when it is.

    Raises:
        Unavailable, Preempted: The store or the machine is going away; what is finished stays.
    """
    hopeless: dict[str, str] = {}
    outcomes = []
    began = time.monotonic()
    with kept_warm(tools.blender) as blender:
        tools = replace(tools, blender=blender)
        for number, picture in enumerate(job.pictures, start=1):
            if reason := _too_late_for(number, job, time.monotonic() - began):
                outcome = Outcome(job="", became="not begun", reason=reason)
            else:
                outcome = _rendered(picture, tools, hopeless, cost)
            level = logging.WARNING if outcome.became == "failed" else logging.INFO
            of = len(job.pictures)
            logger.log(level, "picture %s of %s %s %s", number, of, outcome.became, outcome.reason)
            outcomes.append(outcome)
            tell(outcome)
    return tuple(outcomes)


def tell_outcomes(batch: str, outcomes: Sequence[Outcome], store: ObjectStore) -> None:
    """Store what became of the pictures of a batch, for the run that sent it."""
    store.put(_key(batch), OUTCOMES.dump_json(tuple(outcomes)))


def read_outcomes(batch: str, store: ObjectStore) -> tuple[Outcome, ...]:
    """Return what became of the pictures of a batch; nothing if its run did not come to its end."""
    try:
        return OUTCOMES.validate_json(store.get(_key(batch)))
    except Missing:
        return ()


def outcomes_address(batch: str, store: ObjectStore) -> str:
    """Return where is told what became of the pictures of a batch."""
    return store.uri(_key(batch))


def forget_outcomes(batch: str, store: ObjectStore) -> None:
    """Delete what was told of a batch, once its reader has it."""
    store.delete(_key(batch))


def outcomes_after_a_loss(results: Iterable[str], reason: str, store: ObjectStore) -> tuple[Outcome, ...]:
    """Return what became of the pictures of a run that ended before its end: what is stored is finished.

    Raises:
        Unavailable: The store cannot be asked.
    """

    def outcome_of(result: str) -> Outcome:
        if retried(lambda: find_manifest(result, store)):
            return Outcome(job=result, became="rendered")
        return Outcome(job=result, became="failed", reason=reason)

    return tuple(outcome_of(result) for result in results)


def outcomes_unknown(results: Iterable[str], reason: str) -> tuple[Outcome, ...]:
    """Return what is told of pictures when the store cannot be asked for them now.

    They may be rendered; who publishes the catalogue looks, and tells the reason where they are not.
    """
    return tuple(Outcome(job=result, became="rendered", reason=reason) for result in results)


def _too_late_for(number: int, job: PicturesJob, so_far: float) -> str:
    """Return why a picture of a batch is not begun, or nothing: what was set aside for all is a bound."""
    if number == 1 or not job.most_seconds:
        return ""
    left = max(0.0, sum(job.most_seconds) - so_far)
    most = job.most_seconds[number - 1]
    if most <= left + CLOCK_S:
        return ""
    return f"it may take {most:.0f} s, {left:.0f} s are left of what was set aside for this run"


def _key(batch: str) -> str:
    return key_for("catalogues", batch, "outcomes.json")


def _rendered(
    picture: StillJob | TurntableJob, tools: Tools, hopeless: dict[str, str], cost: CostOf
) -> Outcome:
    """Render one picture; `hopeless` are the geometries that cannot be used, and why."""
    began = time.monotonic()
    planned: Plan | None = None
    try:
        source = retried(lambda: download_model(picture.source, tools.store, tools.access))
        planned = plan(picture, source, tools.blender)
        result = planned.result
        if reason := hopeless.get(planned.geometry):
            return Outcome(job=result, became="failed", reason=reason)
        made = False

        def make() -> Manifest:
            nonlocal made
            made = True
            return run(picture, tools, cost=cost)

        work = Work(
            name=planned.source.name,
            find=lambda: find_manifest(result, tools.store),
            make=make,
            publish=lambda manifest: manifest,  # that is done, by who was first
        )
        once_at_a_time(result, work, tools.store)
        became: Became = "rendered" if made else "found"
        return Outcome(job=result, became=became, seconds=time.monotonic() - began)
    except (Unavailable, Preempted):
        raise
    except MediaError as error:
        reason = f"{type(error).__name__}: {error}"
        bad = isinstance(error, BadInput)
        if planned and bad and find_geometry(planned.geometry, tools.store) is None:  # it is the file
            hopeless[planned.geometry] = reason
        return Outcome(
            job=planned.result if planned else "",
            became="failed",
            reason=reason,
            seconds=time.monotonic() - began,
        )
