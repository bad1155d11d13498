"""Build templates, and say of each scene what tests ask about it. Run inside Blender, with a list of jobs."""

import hashlib
import json
import os
import sys
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from blender_scripts.events import EventChannel
from blender_scripts.failure import failure_of
from blender_scripts.fields import Fields
from blender_scripts.template_building import build_template
from blender_scripts.template_job import build_template as read_build


def main(jobs: Path) -> None:
    channel = EventChannel(3)
    for job in json.loads(jobs.read_text()):
        try:
            build_template(read_build(Fields("job", job["fields"])), channel)
        except Exception as error:  # noqa: BLE001 - what went wrong is what the test reads
            channel.send("refused", name=job["name"], message=failure_of(error).message)
        else:
            channel.send("built", name=job["name"], **facts(bpy.context.scene, job["fields"]["frames"]))


def facts(scene, frames) -> dict:
    motion = [camera_at(scene, frame) for frame in (1, 2, frames - 1, frames)]
    scene.frame_set(1)
    return {
        "blurs": bool(scene.camera.data.dof.use_dof and scene.camera.data.dof.aperture_fstop > 0),
        "faces": sum(len(thing.data.polygons) for thing in scene.objects if thing.type == "MESH"),
        "digest": digest_of(scene),
        "motion": motion,
    }


def camera_at(scene, frame) -> list[float]:
    """Return where the camera looks, what is right of it, where it is, and how far its focus is."""
    scene.frame_set(frame)
    matrix = np.array(scene.camera.matrix_world)
    focus = scene.camera.data.dof.focus_distance
    return [float(number) for number in (*-matrix[:3, 2], *matrix[:3, 0], *matrix[:3, 3], focus)]


def digest_of(scene) -> str:
    """Return a name of everything that chance might have made otherwise, rounded as floats are in meshes."""
    digest = hashlib.sha256()
    for thing in sorted(scene.objects, key=lambda thing: thing.name):
        digest.update(thing.name.encode())
        digest.update(np.round(np.array(thing.matrix_world), 5).tobytes())
        if thing.type == "MESH":
            corners = np.empty(len(thing.data.vertices) * 3, dtype=np.float32)
            thing.data.vertices.foreach_get("co", corners)
            digest.update(np.round(corners, 5).tobytes())
    for material in sorted(bpy.data.materials, key=lambda material: material.name):
        for node in material.node_tree.nodes if material.node_tree else ():
            values = [plain(socket) for socket in node.inputs if hasattr(socket, "default_value")]
            digest.update(repr((material.name, node.bl_idname, values)).encode())
    return digest.hexdigest()


def plain(socket) -> object:
    value = socket.default_value
    if isinstance(value, str | int | float):
        return round(value, 5) if isinstance(value, float) else value
    return [round(part, 5) for part in value] if hasattr(value, "__len__") else None


if __name__ == "__main__":
    main(Path(sys.argv[-1]))
    sys.stdout.flush()
    os._exit(0)  # as in `blender_scripts/__main__.py`
