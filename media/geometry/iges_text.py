"""What an IGES file's text says before the CAD kernel is let near it (IGES 5.3, 2.2: fixed format)."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from media.errors import BadInput

SECTION_COLUMN = 72
TERMINATE = re.compile(rb"S\s*(\d{1,7})G\s*(\d{1,7})D\s*(\d{1,7})P\s*(\d{1,7})")
FACE_TYPES = (b"143", b"144", b"510")  # bounded surface, trimmed surface, face of a solid


@dataclass(frozen=True)
class IgesText:
    """What the text states: how many faces it defines."""

    faces: int
    form: str = "IGES"


def read_iges_text(path: Path, name: str) -> IgesText:
    """Read what can be known of an IGES file without a CAD kernel.

    Raises:
        BadInput: It is cut short, or records are missing.
    """
    found: Counter[bytes] = Counter()
    faces, last = 0, b""
    with path.open("rb") as file:
        while line := file.readline(1024):
            section = line[SECTION_COLUMN : SECTION_COLUMN + 1]
            if section == b"D" and found[section] % 2 == 0 and line[:8].strip() in FACE_TYPES:
                faces += 1  # an entity has two directory records; the first begins with its type
            if section == b"T":
                last = line
            found[section] += 1
    stated = TERMINATE.match(last)
    if stated is None:
        raise BadInput(
            f"{name}: expected an IGES file that ends with a T record, found none: it was cut short; "
            "export or upload it again"
        )
    for section, count in zip((b"S", b"G", b"D", b"P"), map(int, stated.groups()), strict=True):
        if found[section] < count:
            raise BadInput(
                f"{name}: expected {count} {section.decode()} records, as its last record says, "
                f"found {found[section]}: part of the file is missing; export or upload it again"
            )
    return IgesText(faces)
