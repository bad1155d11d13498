"""Read STL, OBJ or PLY and write it as GLB: a child process of its own, since it reads what strangers wrote.

    python -m media.geometry.witness mesh_reader job.json

Reports one JSON line on file descriptor 3: {"event": "refused", "found": …} or {"event": "done", …} with the
fields of `media.geometry.mesh.MeshRead`. It is Python and numpy alone: whatever the bytes, it ends with a
sentence and not by a signal.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from media.geometry.mesh_checks import checked
from media.geometry.mesh_glb import write_mesh_glb
from media.geometry.mesh_model import BadMesh, MeshModel
from media.geometry.obj import read_obj
from media.geometry.ply import read_ply
from media.geometry.stl import read_stl

REPORT_FD = 3


def main(argv: list[str]) -> None:
    """Do the job in the JSON file `argv[1]`: kind, source, root, glb, metres, up_axis."""
    job = json.loads(Path(argv[1]).read_text())
    try:
        answer = {"event": "done", **convert(job)}
    except BadMesh as refusal:
        answer = {"event": "refused", "found": str(refusal)}
    with os.fdopen(REPORT_FD, "w") as reports:
        reports.write(json.dumps(answer) + "\n")


def convert(job: dict[str, str]) -> dict[str, Any]:
    """Read the source and write the GLB; returns the fields of the report. Raises `BadMesh`."""
    path, root = Path(job["source"]), Path(job["root"])
    readers: dict[str, Callable[[], MeshModel]] = {
        "stl": lambda: read_stl(path),
        "obj": lambda: read_obj(path, root),
        "ply": lambda: read_ply(path),
    }
    model = checked(readers[job["kind"]]())
    write_mesh_glb(model, Path(job["glb"]), metres=float(job["metres"]), up_axis=job["up_axis"])
    return {"missing": model.missing, "warnings": model.warnings}


if __name__ == "__main__":
    main(sys.argv)
