"""What lies in a store and what becomes of it, counted by kind."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Fate = Literal[
    "deleted",
    "would be deleted",
    "marked",
    "would be marked",
    "unreferenced",
    "young",
    "referenced",
    "kept",
]
ORDER: tuple[Fate, ...] = get_args(Fate)


class Row(BaseModel):
    """Objects of one kind that share a fate."""

    model_config = ConfigDict(frozen=True)

    kind: str = Field(description="What they are: the first step of their keys, or words.")
    fate: Fate
    objects: int
    size: int = Field(description="Bytes of all of them.")
    oldest: datetime | None = Field(description="When the one was written that was left alone the longest.")


@dataclass
class _Count:
    objects: int = 0
    size: int = 0
    oldest: datetime | None = None


class Tally:
    """Counts objects by kind and fate."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, Fate], _Count] = defaultdict(_Count)

    def count(self, kind: str, fate: Fate, size: int, modified: datetime | None) -> None:
        """Count one object."""
        count = self._counts[kind, fate]
        count.objects += 1
        count.size += size
        if modified and (count.oldest is None or modified < count.oldest):
            count.oldest = modified

    def rows(self) -> tuple[Row, ...]:
        """Return the counts, what goes before what stays."""
        rows = (
            Row(kind=kind, fate=fate, objects=count.objects, size=count.size, oldest=count.oldest)
            for (kind, fate), count in self._counts.items()
        )
        return tuple(sorted(rows, key=lambda row: (ORDER.index(row.fate), row.kind)))
