"""Import a model into Blender or open a scene; say how long it took and what came of it, as JSON on fd 3.

python benchmarks/blender_import.py model.glb|model.usdc|scene.blend
"""

import json
import os
import sys
import time
from pathlib import Path

import bpy
import mathutils

REPORT_FD = 3


def main(argv: list[str]) -> None:
    """Import `argv[1]` into an empty scene and report."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    path = Path(argv[1])
    started = time.perf_counter()
    if path.suffix == ".glb":
        bpy.ops.import_scene.gltf(filepath=str(path))
    elif path.suffix == ".blend":
        bpy.ops.wm.open_mainfile(filepath=str(path), use_scripts=False, load_ui=False)
    else:
        bpy.ops.wm.usd_import(filepath=str(path))
    seconds = time.perf_counter() - started
    triangles, bounds = measured(bpy.context.evaluated_depsgraph_get())
    with os.fdopen(REPORT_FD, "w") as reports:
        reports.write(json.dumps({"seconds": seconds, "triangles": triangles, "bounds": bounds}) + "\n")


def measured(depsgraph: bpy.types.Depsgraph) -> tuple[int, list[list[float]]]:
    """Return the triangles and the corners of everything shown, instances included."""
    triangles, low, high = 0, [float("inf")] * 3, [float("-inf")] * 3
    counts: dict[str, int] = {}
    for instance in depsgraph.object_instances:
        if instance.object.type != "MESH" or not instance.show_self:
            continue
        mesh = instance.object.data
        if mesh.name not in counts:
            counts[mesh.name] = len(mesh.loops) - 2 * len(mesh.polygons)
        triangles += counts[mesh.name]
        for corner in instance.object.bound_box:
            point = instance.matrix_world @ mathutils.Vector(corner)
            for axis in range(3):
                low[axis], high[axis] = min(low[axis], point[axis]), max(high[axis], point[axis])
    return triangles, [low, high]


if __name__ == "__main__":
    main(sys.argv)
