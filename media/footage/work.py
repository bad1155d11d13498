"""What every job over footage has in common: its name by what goes in, and its manifest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from media.cost import Cost
from media.digest import digest_of, exact
from media.footage.job import FootageJob
from media.footage.source import Footage
from media.manifest import Content, Manifest, Output, Record
from media.tools import Tools

OnFrames = Callable[[int, int], None]
"""Hears how many frames are done, and of how many."""


@dataclass(frozen=True)
class Work:
    """A job over footage that is in the store.

    Attributes:
        job: What is asked for.
        footage: What goes in, by the job's field that names it; outputs are named after the first.
    """

    job: FootageJob
    footage: Mapping[str, Footage]

    @property
    def name(self) -> str:
        """What outputs and messages are named after."""
        return next(iter(self.footage.values())).name

    @property
    def result(self) -> str:
        """The digest that names what comes of it: of its footage's bytes and of what it asks for."""
        return digest_of({
            "stage": self.job.noun,
            "recipe": self.job.recipe,
            "footage": {field: one.asset.sha256 for field, one in self.footage.items()},
            "asked": exact(self.job.identity),
        })  # fmt: skip


class Finished(BaseModel):
    """What came of a job over footage.

    Attributes:
        outputs: The stored files, the one that was asked for first.
        encoder: What encoded the video, if anything was.
        encoder_reason: Why that one.
        seconds: What stages took.
        warnings: Sentences for whoever asked.
        table: Rows that the run's page shows of it, by column.
    """

    model_config = ConfigDict(frozen=True)

    outputs: tuple[Output, ...]
    encoder: str = ""
    encoder_reason: str = ""
    seconds: dict[str, float] = {}
    warnings: tuple[str, ...] = ()
    table: tuple[dict[str, str], ...] = ()


def manifest_of(work: Work, made: Finished, machine: str, cost: Cost | None = None) -> Manifest:
    """Return the manifest of finished work whose every output is stored.

    Args:
        work: What was to be made.
        made: What was.
        machine: Where, for the record.
        cost: What rented machines cost for it.
    """
    record = Record(
        source=work.name,
        source_sha256=next(iter(work.footage.values())).asset.sha256,
        asked=work.job.asked,
        encoder=made.encoder,
        encoder_reason=made.encoder_reason,
        seconds=made.seconds,
        machine=machine,
        cost=cost,
        warnings=made.warnings,
    )
    content = Content(job=work.result, noun=work.job.noun, outputs=made.outputs)
    return Manifest(content=content, record=record)


Make = Callable[[Work, Tools, OnFrames], Finished]
"""Makes and stores what is asked for, decoded and counted before it is believed."""
