"""A USD scene of several files: which of them it needs, and one package of them all."""

import json
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

from media.errors import BadInput
from media.geometry.children import DoneModel, Refused, outcome, start_reader, twice
from media.process import Limits

USD_READER = "the USD reader"
ALIGNMENT, LOCAL_HEADER_BYTES = 64, 30
EXTRA_HEADER, EXTRA_ID = 4, b"\x86\x19"
MAX_PACKAGE_BYTES = 2_000_000_000  # beyond it a ZIP takes the ZIP64 form, which USDZ does not allow
DATE = (1980, 1, 1, 0, 0, 0)


class Needed(DoneModel):
    """The places of the files that each scene needs; see `media.geometry.usd_layers`."""

    needed: dict[str, tuple[str, ...]]


def files_of_usd(
    folder: Path, scenes: Iterable[str], name: str, scratch: Path, limits: Limits
) -> dict[str, tuple[str, ...]]:
    """Return the places in `folder` of the files that each of its scenes needs, however deep.

    Args:
        folder: What no reference may leave.
        scenes: The places of scenes in it.
        name: What their owner calls them.
        scratch: A folder for the child to work in.
        limits: What the child may use.

    Raises:
        BadInput: A layer is damaged, or names a file that is not there, lies elsewhere or is no scene's.
        OutOfResources, TimedOut, ToolFailed: The child was stopped or broke.
    """
    job = scratch / "layers.json"
    job.write_text(json.dumps({"folder": str(folder.absolute()), "scenes": list(scenes)}))

    def attempt() -> Needed:
        with start_reader("usd_layers", job, limits=limits) as child:
            return outcome(child, USD_READER, Needed, limits)

    try:
        return twice(attempt, name, USD_READER).needed
    except Refused as refusal:
        raise BadInput(
            f"{name}: expected a USD scene with all that it needs beside it, found {refusal}; "
            "export it again, as one .usdz if that is offered"
        ) from refusal


def pack_usd(main: Path, others: Iterable[Path], folder: Path, target: Path, name: str) -> None:
    """Write a scene and the files that it needs as one USDZ: nothing in them changes, nor where they stand.

    The USDZ file format specification: stored, the scene first, data at multiples of 64 bytes.

    Args:
        main: The scene.
        others: The files that it needs.
        folder: What all of them are in.
        target: Where the package goes.
        name: What its owner calls it.

    Raises:
        BadInput: They are too large for a package.
    """
    files = [main, *sorted(set(others) - {main})]
    size = sum(file.stat().st_size for file in files)
    if size > MAX_PACKAGE_BYTES:
        raise BadInput(f"{name}: expected at most {MAX_PACKAGE_BYTES} bytes of scene files, found {size}")
    with target.open("wb") as packed, zipfile.ZipFile(packed, "w") as package:
        for file in files:
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), DATE)
            header = LOCAL_HEADER_BYTES + len(entry.filename.encode()) + EXTRA_HEADER
            padding = -(packed.tell() + header) % ALIGNMENT
            entry.extra = EXTRA_ID + padding.to_bytes(2, "little") + bytes(padding)
            entry.file_size = file.stat().st_size
            with file.open("rb") as source, package.open(entry, "w") as place:
                shutil.copyfileobj(source, place)
