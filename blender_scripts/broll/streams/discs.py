"""Discs of light that face the camera: points with a halo, the circles of a lens out of focus, motes."""

from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Vector

from blender_scripts.broll.meshes import Floats, circle, discs, mesh_of, write_mark
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.streams.sight import Sight
from blender_scripts.broll.surfaces import blank

_SIDES = 28
_CORE, _HALO, _CIRCLE = 5.5, 1.0, 2.0  # light of a point, of what is round it, and of a circle out of focus


@dataclass(frozen=True)
class Discs:
    """Circles of a lens out of focus.

    Attributes:
        places: Their middles (n, 3).
        sizes: Their radii (n).
        tints: Their light (n, 3).
    """

    places: Floats
    sizes: Floats
    tints: Floats


def add_disc_guide(stage: Stage, sight: Sight, material: bpy.types.Material) -> bpy.types.Object:
    """Add an unseen disc of radius 1 that is turned to the camera, to be shown where it is wanted."""
    thing = stage.add(material.name, _mesh_of(np.zeros((1, 3)), np.ones(1), np.eye(3)))
    thing.data.materials.append(material)
    thing.hide_render = True
    thing.rotation_euler = Vector(-sight.axes[2]).to_track_quat("Z", "Y").to_euler()
    return thing


def add_discs(stage: Stage, sight: Sight, name: str, motes: Discs) -> bpy.types.Object:
    """Add discs out of focus, turned to the camera."""
    mesh = _mesh_of(motes.places, motes.sizes, sight.axes)
    look = np.stack([motes.sizes, np.ones_like(motes.sizes), np.ones_like(motes.sizes)], axis=1)
    write_mark(mesh, "look", np.repeat(look, _SIDES + 1, axis=0))
    write_mark(mesh, "tint", np.repeat(motes.tints, _SIDES + 1, axis=0))
    mesh.materials.append(disc_material(name))
    return stage.add(name, mesh)


def disc_material(name: str) -> bpy.types.Material:
    """Return what discs are of; "look" says how bright they are (y) and how blurred (z), "tint" the light."""
    material, formula = blank(name)
    away = formula.vector("LENGTH", formula.mark("spot", "Vector"), out="Value")
    rim = formula.math("MINIMUM", away, 1.0)  # 1 at the edge, whatever the corners
    _, brightness, blur = formula.parts(formula.mark("look", "Vector"))
    core = formula.math("MULTIPLY", formula.smooth(rim, 0.5, 0.28), _CORE)
    halo = formula.math("MULTIPLY", formula.math("POWER", formula.math("SUBTRACT", 1.0, rim), 3.0), _HALO)
    lens = formula.math("MULTIPLY_ADD", formula.math("POWER", rim, 4.0), 0.5, 1.0)
    ring = formula.product(formula.smooth(rim, 0.99, 0.9), lens, _CIRCLE)
    light = formula.mixed(formula.math("ADD", core, halo), ring, blur)
    tint = formula.mark("tint", "Color")
    formula.finish(formula.over(formula.light(tint, formula.product(light, brightness))))
    return material


def _mesh_of(places: Floats, sizes: Floats, axes: Floats) -> bpy.types.Mesh:
    """Return discs in one mesh; its mark "spot" says where on its disc a point is."""
    flat = np.vstack([np.zeros(3), circle(np.eye(3), _SIDES)])
    return mesh_of("discs", *discs(places, sizes, axes, _SIDES), spot=np.tile(flat, (len(places), 1)))
