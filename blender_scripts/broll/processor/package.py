"""The chip itself: solder balls, substrate with gold, a brushed frame, and the die with its cores."""

import math
from collections.abc import Callable

import bpy

from blender_scripts.broll.processor.cores import cores_mesh
from blender_scripts.broll.processor.light import core_light
from blender_scripts.broll.processor.materials import GOLD, TIN, brushed, metal, moulded, silicon, solder_mask
from blender_scripts.broll.processor.slabs import ball, frame, slab
from blender_scripts.broll.stage import Stage

Place = tuple[float, float, float]
SIDE = 1.0
BALL = 0.015
FOOT = 0.022  # of the substrate above the board
TOP = FOOT + 0.034
DIE = (0.44, 0.36)
DIE_TOP = TOP + 0.024
DIES = {"few": (3, 2), "some": (5, 4), "many": (9, 7)}  # cores across and deep


def add_package(stage: Stage) -> dict[str, bpy.types.Object]:
    """Add the chip; returns its dies by how many cores they have, of which all but one are to be hidden."""
    add_part(
        stage,
        slab("substrate", (SIDE, SIDE, 0.02), TOP - FOOT, 0.006),
        solder_mask("substrate", 0.9, 0.34),
        (0, 0, FOOT),
    )
    _add_balls(stage)
    _add_contacts(stage)
    ring = frame("frame", (0.76, 0.7, 0.04), (0.6, 0.52, 0.03), 0.034, 0.006)
    add_part(stage, ring, brushed("brushed metal"), (0, 0, TOP))
    _add_capacitors(stage)
    resin = slab("underfill", (DIE[0] + 0.03, DIE[1] + 0.03, 0.02), 0.012, 0.010)
    add_part(stage, resin, moulded("resin", 0.0, 0.3), (0, 0, TOP))
    body = slab("die", (*DIE, 0.004), DIE_TOP - TOP, 0.0025)
    add_part(stage, body, metal("silicon edge", (0.1, 0.1, 0.12, 1.0), 0.25), (0, 0, TOP))
    etched = silicon("etched silicon", core_light)
    return {
        name: add_part(
            stage,
            cores_mesh(f"{name} cores", stage.chance(name), DIE, grid),
            etched,
            (0, 0, DIE_TOP + 0.0005),
        )
        for name, grid in DIES.items()
    }


def add_part(
    stage: Stage,
    mesh: bpy.types.Mesh,
    material: bpy.types.Material | None,
    place: Place,
    turn: float = 0.0,
) -> bpy.types.Object:
    """Put a mesh into the scene under its name, turned about Z in degrees."""
    if material and not mesh.materials:
        mesh.materials.append(material)
    thing = stage.add(mesh.name, mesh)
    thing.location, thing.rotation_euler = place, (0.0, 0.0, math.radians(turn))
    return thing


def _add_balls(stage: Stage) -> None:
    """Solder balls, of which only the outer rows are ever seen."""
    mesh = ball("ball", BALL)
    tin = metal("solder", TIN, 0.22)
    count = 25
    for row in range(2):
        for at in range(count):
            along = (at / (count - 1) - 0.5) * (SIDE - 0.06)
            across = SIDE / 2 - 0.03 - row * 0.04
            for x, y in ((along, -across), (along, across), (-across, along), (across, along)):
                add_part(stage, mesh, tin, (x, y, BALL - 0.004))


def _add_capacitors(stage: Stage) -> None:
    """Rows of small ceramic capacitors on the substrate, outside the frame."""
    chance = stage.chance("capacitors")
    place = two_ended("substrate capacitor", (0.03, 0.016, 0.013), 0.75)
    for quarter in range(4):
        across = 0.425 if quarter % 2 else 0.4
        for start in (-0.27, 0.03):
            for at in range(chance.randint(4, 9)):
                x, y = start + at * 0.028, -across
                for _ in range(quarter):
                    x, y = -y, x
                place(stage, (x, y, TOP), 90.0 * quarter + 90.0)


def two_ended(name: str, size: Place, lightness: float) -> Callable[[Stage, Place, float], None]:
    """Return what places a part with a ceramic body and two tinned ends."""
    length, depth, height = size
    body = slab(name, (length * 0.6, depth * 0.94, depth * 0.1), height * 0.94, depth * 0.08)
    body.materials.append(moulded(name, lightness, 0.42))
    end = slab(f"{name} end", (length * 0.24, depth, depth * 0.12), height, depth * 0.11)
    end.materials.append(metal(f"{name} end", TIN, 0.3))

    def place(stage: Stage, at: Place, turn: float) -> None:
        shift = length * 0.38
        x, y = shift * math.cos(math.radians(turn)), shift * math.sin(math.radians(turn))
        add_part(stage, body, None, at, turn)
        add_part(stage, end, None, (at[0] + x, at[1] + y, at[2]), turn)
        add_part(stage, end, None, (at[0] - x, at[1] - y, at[2]), turn)

    return place


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
            add_part(
                stage,
                pad,
                gold,
                (x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn), TOP),
                90.0 * quarter,
            )
