"""What the CAD kernel's child says of a file that it has read."""

from dataclasses import dataclass, field


class Refused(Exception):
    """The file was read and cannot be used."""


@dataclass
class Counts:
    """What was found in a model; `parts` are placed, everything else is of the distinct parts."""

    parts: int = 0
    faces: int = 0
    faces_without_triangles: int = 0
    check_fails: int = 0
    unit: str = ""
    missing_files: list[str] = field(default_factory=list)
