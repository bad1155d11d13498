"""What a STEP file's text says before the CAD kernel is let near it (ISO 10303-21 clear text)."""

import gzip
import mmap
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from media.errors import BadInput

MAX_UNPACKED_BYTES = 4 * 2**30
MAX_PACKING_RATIO = 100  # STEP text packs about 5 to 10 times; more is a bomb
BLOCK_BYTES = 2**20
TAIL_BYTES = 64 * 1024
SCHEMA = re.compile(rb"FILE_SCHEMA\s*\(\s*\(\s*'([^']*)'", re.IGNORECASE)
ANALYSIS_SCHEMAS = ("AP209", "STRUCTURAL_ANALYSIS_DESIGN")
EXTERNAL_FILE = re.compile(rb"\bDOCUMENT_FILE\s*\(\s*'((?:[^']|'')*)'")
FACE = re.compile(rb"=\s*\(?\s*(?:ADVANCED_FACE|FACE_SURFACE)\s*\(")


@dataclass(frozen=True)
class StepText:
    """What the text states: its schema's name and how many faces it defines."""

    schema: str
    faces: int

    @property
    def form(self) -> str:
        """What it is, for people."""
        return f"STEP ({self.schema or 'no schema named'})"


def unpack(source: Path, target: Path, name: str) -> None:
    """Decompress a .stpz into `target`, within bounds.

    Raises:
        BadInput: It is cut short or damaged, or would grow beyond the limits.
    """
    limit = min(MAX_UNPACKED_BYTES, max(BLOCK_BYTES, source.stat().st_size * MAX_PACKING_RATIO))
    written = 0
    try:
        with gzip.open(source) as packed, target.open("wb") as plain:
            while block := packed.read(BLOCK_BYTES):
                written += len(block)
                if written > limit:
                    raise BadInput(
                        f"{name}: expected at most {limit} bytes when unpacked, found more; send it unpacked"
                    )
                plain.write(block)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadInput(
            f"{name}: expected a whole gzip file, found {error} after {written} bytes; compress it again"
        ) from error


def read_step_text(path: Path, name: str) -> StepText:
    """Read what can be known of a STEP file without a CAD kernel.

    Raises:
        BadInput: It is cut short, is an analysis model, or names files at absolute places.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        if b"END-ISO-10303-21" not in text[max(0, len(text) - TAIL_BYTES) :]:
            raise BadInput(
                f"{name}: expected a STEP file that ends with END-ISO-10303-21, "
                f"found {len(text)} bytes without that end: it was cut short; export or upload it again"
            )
        found = SCHEMA.search(text)
        schema = found[1].decode(errors="replace").split("{")[0].strip().upper() if found else ""
        if schema.startswith(ANALYSIS_SCHEMAS):
            raise BadInput(
                f"{name}: expected a STEP design model (AP203, AP214 or AP242), found an analysis model of "
                f"schema {schema}; export the design instead"
            )
        _refuse_far_references(text, name)
        return StepText(schema, sum(1 for _ in FACE.finditer(text)))


def _refuse_far_references(text: mmap.mmap, name: str) -> None:
    """Refuse references that lead out of the file's own folder, before anything can follow them."""
    for reference in EXTERNAL_FILE.finditer(text):
        target = reference[1].decode(errors="replace")
        if target.startswith(("/", "\\")) or ":" in target or ".." in re.split(r"[/\\]", target):
            raise BadInput(
                f"{name}: expected references to files beside it, found {target!r}; "
                "export the assembly into one file"
            )
