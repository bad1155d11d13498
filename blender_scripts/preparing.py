"""Prepare a scene: geometry in, a .blend out that holds part, materials, studio and support points."""

import time

import bpy
import numpy as np
from mathutils import Matrix

from blender_scripts.events import EventChannel
from blender_scripts.geometry_import import Extent, import_geometry, measure, smooth_unshaded
from blender_scripts.job import PrepareScene
from blender_scripts.materials import complete_materials
from blender_scripts.overrides import override_materials
from blender_scripts.scene_file import save_scene
from blender_scripts.scene_notes import SceneNotes, write_notes
from blender_scripts.search_trees import keep_own_trees
from blender_scripts.studio import build_studio


def prepare_scene(job: PrepareScene, channel: EventChannel) -> None:
    """Build the scene that a job asks for, save it and say what is in it.

    Raises:
        BadInput: The geometry cannot be read, or nothing is in it.
        OSError: The .blend cannot be written.
    """
    began = time.monotonic()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    channel.send("started", blender=bpy.app.version_string)
    import_geometry(job.geometry, job.geometry_format, every_name=bool(job.materials))
    imported = time.monotonic()
    smooth_unshaded()
    extent = measure()
    materials = complete_materials()
    said = override_materials(job.materials, job.names) if job.materials else {}
    keep_own_trees(extent.placed_once)
    scene = bpy.context.scene
    notes = _normalise(scene, extent, job.background)
    build_studio(scene)
    write_notes(scene, notes)
    save_scene(job.output)
    channel.send(
        "scene_saved",
        path=str(job.output),
        seconds=time.monotonic() - began,
        import_seconds=imported - began,
        objects=extent.objects,
        meshes=extent.meshes,
        triangles=extent.triangles,
        bounds=extent.bounds.tolist(),
        materials=materials,
        **said,
    )


def _normalise(scene: bpy.types.Scene, extent: Extent, background: str) -> SceneNotes:
    """Bring the part to the origin and to a radius of one.

    A part of 1 mm and one of 30 m then give the same picture, and one that lies a kilometre from its origin
    keeps the few digits that a renderer has.
    """
    centre = extent.bounds.mean(axis=0)
    radius = float(np.linalg.norm(extent.hull - centre, axis=1).max())
    part = bpy.data.objects.new("part", None)
    part.matrix_world = Matrix.Scale(1 / radius, 4) @ Matrix.Translation((-centre).tolist())
    prototypes = {thing.instance_collection for thing in scene.objects} - {None}
    prototypes |= {collection for collection in bpy.data.collections if collection.hide_render}
    instanced = {thing for collection in prototypes for thing in collection.all_objects}
    for thing in scene.objects:
        if thing.parent is None and thing not in instanced:  # those move with their instances
            thing.parent = part
    scene.collection.objects.link(part)
    scene.unit_settings.scale_length = radius  # so that Blender's rulers still read metres
    hull = (extent.hull - centre) / radius
    return SceneNotes(tuple(hull.ravel().round(7).tolist()), radius, background)
