"""A source as a file on this machine, ready to be read."""

from dataclasses import dataclass
from pathlib import Path

from media.kind import Kind


@dataclass(frozen=True)
class ModelFile:
    """A file to make geometry of.

    Attributes:
        path: Where it lies.
        name: What its owner calls it, for messages only.
        kind: What it is.
        root: The folder that came with it; files that it refers to are read below it and nowhere else.
    """

    path: Path
    name: str
    kind: Kind
    root: Path
