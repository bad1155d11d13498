"""List the files that USD scenes need: a child process of its own, since it reads what strangers wrote.

    python -m media.geometry.witness usd_layers job.json

The job says `folder` and `scenes`, places in it. Reports one JSON line on file descriptor 3: {"event":
"refused", "found": …} or {"event": "done", "needed": {scene: [place, …]}}. Layers are opened one by one and
never composed: what they refer to is looked at only after it was found to lie within the folder.
"""

import json
import os
import sys
from pathlib import Path

from pxr import Ar, Tf

from media.geometry.usd_references import (
    LAYERS,
    Refused,
    check_pictures,
    outside_references,
    references_in,
    tiles,
    words_of,
)
from media.picture_header import BEGIN_BYTES
from media.reference import resolved

REPORT_FD = 3


def main(argv: list[str]) -> None:
    """Do the job in the JSON file `argv[1]`."""
    job = json.loads(Path(argv[1]).read_text())
    folder = Path(job["folder"])
    known: dict[Path, set[Path]] = {}
    try:
        needed = {scene: files_needed(folder / scene, folder, known) for scene in job["scenes"]}
        check_pictures((file, _begin(file)) for file in set().union(*needed.values()))
        places = {
            scene: sorted(file.relative_to(folder).as_posix() for file in files)
            for scene, files in needed.items()
        }
        answer = {"event": "done", "needed": places}
    except (Refused, Tf.ErrorException, ValueError) as refusal:
        answer = {"event": "refused", "found": words_of(refusal)}
    with os.fdopen(REPORT_FD, "w") as reports:
        reports.write(json.dumps(answer) + "\n")


def files_needed(scene: Path, folder: Path, known: dict[Path, set[Path]]) -> set[Path]:
    """Return every file that a scene needs, through whatever layers. Raises `Refused` or `BadReference`."""
    needed: set[Path] = set()
    pending = [scene]
    while pending:
        layer = pending.pop()
        if layer not in known:
            known[layer] = files_named_in(layer, folder)
        pending += [file for file in known[layer] - needed if file.suffix.lower() in LAYERS]
        needed |= known[layer]
    return needed


def files_named_in(layer: Path, folder: Path) -> set[Path]:
    """Return the files that one layer refers to."""
    named: set[Path] = set()
    for reference in references_in(str(layer)):
        outer, _ = Ar.SplitPackageRelativePathOuter(reference)
        for file in tiles(outer, lambda place: resolved(place, layer, folder)):
            if file.suffix.lower() == ".usdz" and (outside := outside_references(file)):
                raise Refused(
                    f"a package that does not hold all that it refers to ({', '.join(outside[:3])})"
                )
            named.add(file)
    return named


def _begin(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(BEGIN_BYTES)


if __name__ == "__main__":
    main(sys.argv)
