"""The chip itself: solder balls, substrate with gold, a brushed frame, and the die with its cores."""

import math

import bmesh
import bpy

from blender_scripts.broll.slabs import frame, slab
from blender_scripts.broll.stage import Stage
from blender_scripts.templates._chip_cores import cores_mesh
from blender_scripts.templates._chip_light import core_light
from blender_scripts.templates._chip_surfaces import GOLD, TIN, brushed, metal, moulded, silicon, solder_mask

SIDE = 1.0
BALL = 0.015
FOOT = 0.022  # of the substrate above the board
TOP = FOOT + 0.034
DIE = (0.44, 0.36)
DIE_TOP = TOP + 0.024
DIES = {"few": (3, 2), "some": (5, 4), "many": (9, 7)}  # cores across and deep


def add_package(stage: Stage) -> dict[str, bpy.types.Object]:
    """Add the chip; returns its dies by how many cores they have, of which all but one are to be hidden."""
    add_part(stage, "substrate", slab("substrate", (SIDE, SIDE, 0.02), TOP - FOOT, 0.006), solder_mask("substrate", 0.9, 0.34), (0, 0, FOOT))
    _add_balls(stage)
    _add_contacts(stage)
    ring = frame("frame", (0.9, 0.9, 0.05), (0.64, 0.56, 0.035), 0.034, 0.007)
    add_part(stage, "frame", ring, brushed("brushed metal"), (0, 0, TOP))
    resin = slab("underfill", (DIE[0] + 0.03, DIE[1] + 0.03, 0.02), 0.012, 0.010)
    add_part(stage, "underfill", resin, moulded("resin", 0.0, 0.3), (0, 0, TOP))
    body = slab("die", (*DIE, 0.004), DIE_TOP - TOP, 0.0025)
    add_part(stage, "die", body, metal("silicon edge", (0.1, 0.1, 0.12, 1.0), 0.25), (0, 0, TOP))
    etched = silicon("etched silicon", core_light)
    return {
        name: add_part(stage, f"{name} cores", cores_mesh(stage.chance(f"cores {name}"), DIE, grid), etched, (0, 0, DIE_TOP + 0.0005))
        for name, grid in DIES.items()
    }


def add_part(
    stage: Stage, name: str, mesh: bpy.types.Mesh, material: bpy.types.Material | None, place: tuple[float, float, float], turn: float = 0.0
) -> bpy.types.Object:
    """Put a mesh into the scene, turned about Z in degrees."""
    if material and not mesh.materials:
        mesh.materials.append(material)
    thing = stage.add(name, mesh)
    thing.location, thing.rotation_euler = place, (0.0, 0.0, math.radians(turn))
    return thing


def _add_balls(stage: Stage) -> None:
    """Solder balls, of which only the outer rows are ever seen."""
    mesh = bpy.data.meshes.new("ball")
    shape = bmesh.new()
    bmesh.ops.create_icosphere(shape, subdivisions=2, radius=BALL)
    shape.to_mesh(mesh)
    shape.free()
    mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    tin = metal("solder", TIN, 0.22)
    count = 25
    for row in range(2):
        for at in range(count):
            along = (at / (count - 1) - 0.5) * (SIDE - 0.06)
            across = SIDE / 2 - 0.03 - row * 0.04
            for x, y in ((along, -across), (along, across), (-across, along), (across, along)):
                add_part(stage, "ball", mesh, tin, (x, y, 0.011))


def _add_contacts(stage: Stage) -> None:
    """Gold pads along the substrate's edge, and small parts between frame and die."""
    gold = metal("gold", GOLD, 0.24)
    pad = slab("pad", (0.017, 0.028, 0.004), 0.0016, 0.0006)
    count = 29
    for at in range(count):
        along = (at - (count - 1) / 2) * 0.0325
        for quarter in range(4):
            turn = math.pi / 2 * quarter
            x, y = along, -SIDE / 2 + 0.027
            add_part(stage, "pad", pad, gold, (x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn), TOP), 90.0 * quarter)


