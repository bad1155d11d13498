"""Which cities are connected, and the light that travels between them."""

import math
import random
from dataclasses import dataclass

import bpy
import numpy as np

from blender_scripts.broll.formula import Formula
from blender_scripts.broll.globe.cities import CITIES
from blender_scripts.broll.globe.sphere import arc, direction, rings, tangents, tube
from blender_scripts.broll.meshes import Floats, fans, hoses, mesh_of
from blender_scripts.broll.palette import Palette, mixed
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.surfaces import blank

_SHORTEST, _LONGEST = 10.0, 100.0  # degrees from city to city
_STEPS, _SIDES = 56, 6
_TUBE = 0.0018
_MARK = 0.05
_BEFORE, _TAIL = -0.12, 0.5
_WHITE = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Connection:
    """From where to where (points on the sphere), and when its light sets out, as a share of a round."""

    start: Floats
    end: Floats
    phase: float
    rounds: int

    @property
    def angle(self) -> float:
        """Degrees between its ends."""
        return math.degrees(math.acos(float(np.clip(self.start @ self.end, -1, 1))))


def chosen_connections(stage: Stage, view: Floats, count: int) -> list[Connection]:
    """Choose so many, most of them from a few hubs, about the side of the globe that `view` points at."""
    chance = stage.chance("connections")
    places = [direction(*at) for at in CITIES.values()]
    seen = sorted(range(len(places)), key=lambda number: (-float(places[number] @ view), number))
    front = [number for number in seen if places[number] @ view > 0.35]  # noqa: PLR2004 - well on this side
    hubs = chance.sample(front, min(len(front), 3 + count // 14))
    pairs: dict[tuple[int, int], None] = {}
    for _ in range(count * 60):
        if len(pairs) == count:
            break
        start = chance.choice(hubs) if chance.random() < 0.6 else chance.choice(front)  # noqa: PLR2004 - most from hubs
        end = chance.choice([number for number in seen if places[number] @ view > -0.35])  # noqa: PLR2004 - just round the edge
        near_enough = math.cos(math.radians(_LONGEST)) < places[start] @ places[end]
        if (
            near_enough
            and places[start] @ places[end] < math.cos(math.radians(_SHORTEST))
            and (end, start) not in pairs
        ):
            pairs[start, end] = None
    return [_connection(stage, chance, places[start], places[end]) for start, end in pairs]


def _connection(stage: Stage, chance: random.Random, start: Floats, end: Floats) -> Connection:
    usual = stage.whole_turns(0.25)
    return Connection(start, end, chance.random(), max(usual + chance.choice((-1, 0, 0, 1)), 1))


def add_arcs(stage: Stage, globe: bpy.types.Object, connections: list[Connection], height: float) -> None:
    """Add an arc over each connection; `height` is that of one over a quarter of the globe."""
    chance, colors = stage.chance("arcs"), stage.palette
    lines = [arc(one.start, one.end, height * (0.06 + 0.94 * one.angle / 90), _STEPS) for one in connections]
    tubes = np.stack([tube(line, _TUBE * chance.uniform(0.7, 1.15), _SIDES) for line in lines])
    points, faces = hoses(tubes)
    each = _STEPS * _SIDES
    tints = [_tint(colors, chance) for _ in connections]
    mesh = mesh_of(
        "arcs",
        points,
        faces,
        along=np.tile(np.repeat(np.linspace(0, 1, _STEPS), _SIDES), len(connections)),
        phase=np.repeat([one.phase for one in connections], each),
        rounds=np.repeat([float(one.rounds) for one in connections], each),
        tint=np.repeat(np.array(tints), each, axis=0),
        breath=np.repeat([chance.random() for _ in connections], each),
    )
    mesh.materials.append(_arc_light(stage))
    _add_unlit(stage, globe, "arcs", mesh)


def add_marks(stage: Stage, globe: bpy.types.Object, connections: list[Connection]) -> None:
    """Add a spot at both ends of every connection, and a ring that spreads where its light arrives."""
    chance = stage.chance("marks")
    centres = np.array([one.end for one in connections] + [one.start for one in connections])
    rounds = np.array([float(one.rounds) for one in connections] * 2)
    phases = np.array([one.phase for one in connections] * 2)
    arrives = np.repeat([1.0, 0.0], len(connections))
    sizes = np.array([chance.uniform(0.7, 1.2) for _ in centres]) * _MARK
    outlines = rings(centres, tangents(centres), sizes, 20, 0.004)
    points, faces = fans(centres * 1.004, outlines)
    mesh = mesh_of(
        "marks",
        points,
        faces,
        reach=np.tile([0.0] + [1.0] * 20, len(centres)),
        phase=np.repeat(phases, 21),
        rounds=np.repeat(rounds, 21),
        arrives=np.repeat(arrives, 21),
    )
    mesh.materials.append(_mark_light(stage))
    _add_unlit(stage, globe, "marks", mesh)


def _add_unlit(stage: Stage, globe: bpy.types.Object, name: str, mesh: bpy.types.Mesh) -> None:
    thing = stage.add(name, mesh, globe)
    thing.visible_diffuse = thing.visible_shadow = False


def _tint(colors: Palette, chance: random.Random) -> tuple[float, float, float]:
    """Return an arc's colour: one in six stands out."""
    if chance.random() < 1 / 6:
        return colors.accent
    return mixed(mixed(colors.primary, colors.secondary, chance.random()), _WHITE, 0.08)


def _head(formula: Formula, stage: Stage) -> bpy.types.NodeSocket:
    """Return where along its arc a light is: from before its beginning until its tail has passed the end."""
    turned = formula.product(formula.moment(stage), formula.mark("rounds"))
    share = formula.math("FRACT", formula.sum(turned, formula.mark("phase")))
    return formula.sum(_BEFORE, formula.product(share, 1.02 + _TAIL - _BEFORE))


def _arc_light(stage: Stage) -> bpy.types.Material:
    """Write a faint line, and along it a light with a long tail."""
    material, formula = blank("arcs")
    along, head = formula.mark("along"), _head(formula, stage)
    behind = formula.math("SUBTRACT", head, along)
    tail = formula.math("POWER", formula.smoother(behind, _TAIL, 0.0), 1.6)
    pulse = formula.product(tail, formula.smoother(behind, -0.035, 0.03), 1.5)
    spark = formula.product(
        formula.smoother(behind, -0.03, 0.012), formula.smoother(behind, 0.075, 0.012), 0.9
    )
    ends = formula.product(formula.smoother(along, 0.0, 0.06), formula.smoother(along, 1.0, 0.94))
    faint = formula.wave(formula.moment(stage), formula.mark("breath"), 0.13, 0.06)
    line = formula.product(faint, formula.sum(0.5, formula.product(ends, 0.5)))
    tinted = formula.scaled(formula.mark("tint", "Vector"), formula.sum(line, pulse))
    front = formula.math("SUBTRACT", 1.0, formula.node("ShaderNodeNewGeometry", "Backfacing"))
    formula.finish(
        formula.over(formula.light(formula.vector("ADD", tinted, formula.scaled(_WHITE, spark)), front))
    )
    return material


def _mark_light(stage: Stage) -> bpy.types.Material:
    """Write a spot with a soft glow, and the ring that spreads when a light has arrived."""
    material, formula = blank("marks")
    colors, reach = stage.palette, formula.mark("reach")
    glow = formula.product(formula.math("POWER", formula.smoother(reach, 0.7, 0.0), 2.0), 0.16)
    spot = formula.product(formula.sum(formula.smoother(reach, 0.16, 0.10), glow), 1.1)
    since = formula.math("DIVIDE", formula.sum(_head(formula, stage), -0.98), 0.04 + _TAIL)
    distance = formula.math("SUBTRACT", reach, formula.product(since, 0.95))
    shape = formula.product(formula.smoother(distance, -0.16, 0.0), formula.smoother(distance, 0.06, 0.0))
    fade = formula.product(
        formula.smoother(since, 0.0, 0.2),
        formula.smoother(since, 0.95, 0.35),
        formula.smoother(reach, 1.0, 0.9),
    )
    ring = formula.product(shape, fade, formula.mark("arrives"), 0.7)
    near = formula.scaled(mixed(colors.accent, _WHITE, 0.2), spot)
    far = formula.scaled(mixed(colors.secondary, _WHITE, 0.2), ring)
    formula.finish(formula.over(formula.light(formula.vector("ADD", near, far))))
    return material
