"""Say what is in a GLB: a child process of its own, since JSON can take a hundred times its size in memory.

    python -m media.geometry.witness glb_content job.json

Reports one JSON line on file descriptor 3: {"event": "refused", "found": …} or {"event": "done", …} with the
fields of `media.geometry.given.GlbContent`.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from media.errors import BadInput
from media.geometry.gltf import read_glb
from media.geometry.gltf_caps import check_caps
from media.geometry.placement import bounds, content

REPORT_FD = 3


def main(argv: list[str]) -> None:
    """Do the job in the JSON file `argv[1]`: source, and the name that its owner knows it by."""
    job = json.loads(Path(argv[1]).read_text())
    try:
        answer = {"event": "done", **content_of(Path(job["source"]), job["name"])}
    except BadInput as refusal:
        answer = {"event": "refused", "found": str(refusal)}
    with os.fdopen(REPORT_FD, "w") as reports:
        reports.write(json.dumps(answer) + "\n")


def content_of(path: Path, name: str) -> dict[str, Any]:
    """Return the fields of the report.

    Raises:
        BadInput: It is damaged, shows nothing, asks for too much, or depends on other files.
    """
    gltf = read_glb(path, name)
    check_caps(gltf, name)
    try:
        low, high = bounds(gltf)
    except ValueError as error:
        raise BadInput(
            f"{name}: expected a model that can be drawn, found {error}; export it again"
        ) from error
    return {**asdict(content(gltf)), "bounds_min": low.tolist(), "bounds_max": high.tolist()}


if __name__ == "__main__":
    main(sys.argv)
