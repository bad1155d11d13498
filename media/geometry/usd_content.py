"""Say what is in a USD scene: a child process of its own, since it reads what strangers wrote.

    python -m media.geometry.witness usd_content scene.usdz

Reports one JSON line on file descriptor 3: {"event": "refused", "found": …} or {"event": "done", …} with the
fields of `media.geometry.given.UsdContent`. References to other files are listed and never followed: a scene
that has any is not opened.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pxr import Sdf, Tf, Usd, UsdGeom

from media.geometry.usd_prims import prims_at_most
from media.geometry.usd_references import Refused, outside_references, words_of

REPORT_FD = 3
MAX_PRIMS = 1_000_000  # a few kilobytes of references that double each other can ask for any number
MAX_POINTS = 100_000_000
UNITS = {1.0: "m", 0.01: "cm", 0.001: "mm", 0.0254: "inch", 0.3048: "foot"}

Array = npt.NDArray[np.float64]


def main(argv: list[str]) -> None:
    """Report on the scene `argv[1]`."""
    try:
        answer = {"event": "done", **content_of(Path(argv[1]))}
    except (Refused, Tf.ErrorException, ValueError) as refusal:
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
    counted: dict[Sdf.Path, int] = {}
    parts = triangles = held = 0
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    transforms = UsdGeom.XformCache(Usd.TimeCode.EarliestTime())
    for number, prim in enumerate(Usd.PrimRange.Stage(stage, Usd.TraverseInstanceProxies())):
        if number >= MAX_PRIMS:
            raise Refused(f"more than {MAX_PRIMS} prims")
        if not prim.IsA(UsdGeom.Mesh) or not is_shown(prim):
            continue
        original = prim.GetPrimInPrototype() if prim.IsInstanceProxy() else prim
        points = np.array(UsdGeom.Mesh(prim).GetPointsAttr().Get(Usd.TimeCode.EarliestTime()), dtype=float)
        if not points.size:
            continue
        world = np.array(transforms.GetLocalToWorldTransform(prim))
        placed = points @ world[:3, :3] + world[3, :3]
        low, high = np.minimum(low, placed.min(axis=0)), np.maximum(high, placed.max(axis=0))
        held += 0 if original.GetPath() in counted else len(points)
        if held > MAX_POINTS:
            raise Refused(f"more than {MAX_POINTS} points")
        counted.setdefault(original.GetPath(), triangle_count(prim))
        parts, triangles = parts + 1, triangles + counted[original.GetPath()]
    if not parts or not np.isfinite([low, high]).all():
        raise Refused("no mesh with finite points")
    scale = UsdGeom.GetStageMetersPerUnit(stage)
    corners = y_up(np.stack([low, high]) * scale, UsdGeom.GetStageUpAxis(stage))
    return {
        "parts": parts,
        "distinct_parts": len(counted),
        "triangles": triangles,
        "distinct_triangles": sum(counted.values()),
        "bounds_min": corners.min(axis=0).tolist(),
        "bounds_max": corners.max(axis=0).tolist(),
        "unit": UNITS.get(round(scale, 6), f"{scale:g} m"),
        "part_names": sorted({path.GetParentPath().name for path in counted}),
        "missing": [],
    }


def is_shown(prim: Usd.Prim) -> bool:
    """Say whether a prim is seen in a render: not a guide or proxy, and not hidden."""
    imageable = UsdGeom.Imageable(prim)
    if imageable.ComputePurpose() not in {UsdGeom.Tokens.default_, UsdGeom.Tokens.render}:
        return False
    return bool(imageable.ComputeVisibility(Usd.TimeCode.EarliestTime()) != UsdGeom.Tokens.invisible)


def triangle_count(prim: Usd.Prim) -> int:
    """Return how many triangles a mesh's polygons make."""
    counts = np.array(
        UsdGeom.Mesh(prim).GetFaceVertexCountsAttr().Get(Usd.TimeCode.EarliestTime()) or [], dtype=int
    )
    return int(np.maximum(counts - 2, 0).sum())


def y_up(corners: Array, axis: str) -> Array:
    """Turn a stage's corners so that Y is up."""
    if axis == UsdGeom.Tokens.z:
        return np.stack([corners[:, 0], corners[:, 2], -corners[:, 1]], axis=1)
    return corners


if __name__ == "__main__":
    main(sys.argv)
