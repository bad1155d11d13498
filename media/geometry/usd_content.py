"""Say what is in a USD scene: a child process of its own, since it reads what strangers wrote.

    python -m media.geometry.witness usd_content scene.usdz

Reports one JSON line on file descriptor 3: {"event": "refused", "found": …} or {"event": "done", …} with the
fields of `media.geometry.given.UsdContent`. References to other files are listed and never followed: a scene
that has any is not opened.
"""

import json
import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pxr import Tf, Usd, UsdGeom

from media.geometry.usd_names import name_of
from media.geometry.usd_parts import MAX_PRIMS, Placement
from media.geometry.usd_prims import prims_at_most
from media.geometry.usd_references import Refused, outside_references, words_of

REPORT_FD = 3
UNITS = {1.0: "m", 0.01: "cm", 0.001: "mm", 0.0254: "inch", 0.3048: "foot"}
UNIT_GUESSED = (
    "The unit was guessed: cm, as USD does where a scene states none; "
    "write metersPerUnit into it if it is another."
)
AXIS_GUESSED = (
    "The up axis was guessed: y, as USD does where a scene states none; "
    "write upAxis into it if the part lies on its side."
)

Array = npt.NDArray[np.float64]


def main(argv: list[str]) -> None:
    """Report on the scene `argv[1]`."""
    try:
        answer = {"event": "done", **content_of(Path(argv[1]))}
    except (Refused, Tf.ErrorException, UnicodeDecodeError) as refusal:
        answer = {"event": "refused", "found": words_of(refusal)}
    with os.fdopen(REPORT_FD, "w") as reports:
        reports.write(json.dumps(answer) + "\n")


def content_of(path: Path) -> dict[str, Any]:
    """Return the fields of the report. Raises `Refused` or `Tf.ErrorException`."""
    if missing := outside_references(path):
        nothing = [0.0, 0.0, 0.0]
        empty = dict.fromkeys(("parts", "distinct_parts", "triangles", "distinct_triangles"), 0)
        return {
            **empty,
            "bounds_min": nothing,
            "bounds_max": nothing,
            "unit": "",
            "part_names": [],
            "missing": missing,
        }
    if prims_at_most(path) > MAX_PRIMS:
        raise Refused(f"more than {MAX_PRIMS} prims")
    stage = Usd.Stage.Open(str(path))
    scale = metres_per_unit(stage)
    found = Placement(stage)
    corners = y_up(found.bounds * scale, UsdGeom.GetStageUpAxis(stage))
    if not found.parts or not np.isfinite(corners).all():
        raise Refused("no mesh with finite points")
    return {
        "parts": found.parts,
        "distinct_parts": len(found.distinct),
        "triangles": found.triangles,
        "distinct_triangles": sum(part.triangles for part in found.distinct),
        "bounds_min": corners.min(axis=0).tolist(),
        "bounds_max": corners.max(axis=0).tolist(),
        "unit": UNITS.get(round(scale, 6), f"{scale:g} m"),
        "part_names": sorted({name_of(part.prim) for part in found.distinct}),
        "missing": [],
        "warnings": list(warnings(stage, found)),
    }


def metres_per_unit(stage: Usd.Stage) -> float:
    """Return a stage's unit of length in metres. Raises `Refused` if nothing can be that long."""
    scale = UsdGeom.GetStageMetersPerUnit(stage)
    if not (math.isfinite(scale) and scale > 0):
        raise Refused(f"a metersPerUnit of {scale:g}, which is no length")
    return float(scale)


def warnings(stage: Usd.Stage, found: Placement) -> Iterator[str]:
    """Say what was guessed and what is left out, one sentence each."""
    if not UsdGeom.StageHasAuthoredMetersPerUnit(stage):
        yield UNIT_GUESSED
    if not stage.HasAuthoredMetadata(UsdGeom.Tokens.upAxis):
        yield AXIS_GUESSED
    if found.left_out:
        yield f"Only meshes and plain shapes are drawn; left out: {', '.join(sorted(found.left_out))}."


def y_up(corners: Array, axis: str) -> Array:
    """Turn a stage's corners so that Y is up."""
    if axis == UsdGeom.Tokens.z:
        return np.stack([corners[:, 0], corners[:, 2], -corners[:, 1]], axis=1)
    return corners


if __name__ == "__main__":
    main(sys.argv)
