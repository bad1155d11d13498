"""A web of nerve cells in haze, along whose fibres pulses of light run.

The camera looks along +Y at the origin, near which the cells in focus are; others are before and behind them.
Lengths are in units of which a body is about a third wide. What a number is, where none is said to follow
from another, is a matter of taste.
"""

import math
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Vector

from blender_scripts.broll.haze import Haze, Patch, fill_with
from blender_scripts.broll.lens import add_camera
from blender_scripts.broll.meshes import Floats, Piece, mesh_of
from blender_scripts.broll.motion import drifting, swinging
from blender_scripts.broll.nerve_shaders import LEAD, Nerves
from blender_scripts.broll.nerve_shapes import bent, body, fibre, twig
from blender_scripts.broll.network import Firing, firing, joined_by_layers, joined_by_nearness
from blender_scripts.broll.palette import Rgb, mixed
from blender_scripts.broll.picture import add_glow
from blender_scripts.broll.specks import Specks, add_specks
from blender_scripts.broll.stage import Stage

DISTANCE = 7.6  # from camera to what is in focus
NEAREST, FARTHEST = 4.4, 17.0  # from camera to cells
LONGEST = 3.4  # of a fibre
SPEED = 1.1  # of a pulse, units a second
SENSOR = 36.0


@dataclass(frozen=True)
class Wish:
    """The template's parameters, the same as of its model in `media/broll/templates`."""

    arrangement: str
    neurons: int
    connections: float
    pulses: float
    bokeh: float
    camera: str


def build(stage: Stage) -> None:
    """Build the scene."""
    fields = stage.parameters
    wish = Wish(
        arrangement=fields.text("arrangement", "web", ("web", "layers")),
        neurons=fields.whole("neurons", 16, 160, 64),
        connections=fields.number("connections", 1.0, 6.0, 3.0),
        pulses=fields.number("pulses", 0.0, 60.0, 14.0),
        bokeh=fields.number("bokeh", 0.1, 2.0, 1.0),
        camera=fields.text("camera", "orbit", ("orbit", "push_in")),
    )
    stage.scene.cycles.max_bounces, stage.scene.cycles.diffuse_bounces = 2, 0
    haze = _haze(stage)
    fill_with(stage, haze)
    _add_network(stage, wish, haze)
    add_specks(stage, Specks(_lens(stage), DISTANCE))
    _add_lights(stage)
    _add_camera(stage, wish)
    add_glow(stage, strength=0.4, threshold=0.9)


def _lens(stage: Stage) -> float:
    """Return the focal length: about as much is seen of the depth in a wide, a square and a tall picture."""
    return 42.0 * (16 / 9 / stage.aspect) ** 0.6


def _haze(stage: Stage) -> Haze:
    palette, chance = stage.palette, stage.chance("haze")
    side = chance.choice((-1.0, 1.0))

    def patch(across: float, up: float, color: Rgb, strength: float, width: float) -> Patch:
        towards = Vector((across, 1.0, up)).normalized()
        return Patch(tuple(towards), tuple(strength * part for part in color), width)

    return Haze(
        base=mixed(palette.background, palette.primary, 0.006),
        patches=(
            patch(0.32 * side, 0.1, palette.primary, 0.12, 0.05),
            patch(-0.4 * side, -0.16, palette.secondary, 0.05, 0.04),
            patch(0.0, 0.0, palette.primary, 0.02, 0.3),
        ),
        offset=chance.uniform(0.0, 50.0),
    )


def _add_network(stage: Stage, wish: Wish, haze: Haze) -> None:
    chance = np.random.default_rng(stage.chance("network").getrandbits(64))
    cycles = stage.whole_turns(0.25)
    seconds = stage.seconds / cycles
    reach = max(SPEED * seconds, LONGEST + 2.0 + LEAD)
    if wish.arrangement == "layers":
        places, pairs = joined_by_layers(chance, wish.neurons, wish.connections, stage.aspect)
    else:
        places = _grown(chance, wish.neurons, _slopes(stage))
        pairs = joined_by_nearness(places, wish.connections, LONGEST)
    radii = 0.17 * np.exp(chance.normal(size=len(places)) * 0.22)
    radii[0] = 0.36
    found = firing(chance, places, pairs, round(wish.pulses * seconds), reach)
    nerves = Nerves(stage, haze, cycles, reach, DISTANCE - 1.5, 7.0)
    tints = chance.beta(0.7, 1.3, size=len(places))
    bodies, threads = _grow(chance, Cells(places, radii, tints), found)
    stage.add("cells", mesh_of("cells", bodies, nerves.cells()))
    stage.add("fibres", mesh_of("fibres", threads, nerves.fibres()))


def _slopes(stage: Stage) -> tuple[float, float]:
    """Return half of what is seen at a distance of 1, across and up."""
    across = SENSOR / 2 / _lens(stage)
    return across, across / stage.aspect


def _grown(chance: np.random.Generator, count: int, slopes: tuple[float, float]) -> Floats:
    """Return places that fill what the camera sees, evenly, and somewhat beyond; the first is in focus."""
    first = np.array([chance.choice((-1, 1)) * 0.28 * slopes[0], 0.0, 0.1 * slopes[1]]) * DISTANCE
    places = [first]
    for _ in range(count - 1):
        depths = NEAREST + (FARTHEST - NEAREST) * chance.random(24) ** 1.5
        spread = chance.uniform(-1.3, 1.3, (24, 2)) * np.array(slopes) * depths[:, None]
        tries = np.stack([spread[:, 0], depths - DISTANCE, spread[:, 1]], axis=-1)
        apart = np.linalg.norm(tries[:, None] - np.array(places)[None], axis=2).min(axis=1) / depths**0.7
        places.append(tries[int(np.argmax(apart))])
    return np.array(places)


@dataclass(frozen=True)
class Cells:
    """Where cells are, how large, and how far from the first to the second colour each is."""

    places: Floats
    radii: Floats
    tints: Floats


def _grow(chance: np.random.Generator, cells: Cells, found: Firing) -> tuple[list[Piece], list[Piece]]:
    """Return the bodies, and the fibres and twigs."""
    threads, leaving = [], [[] for _ in cells.places]
    for link in found.links:
        ends = (link.source, link.target)
        points = bent(chance, cells.places[link.source], cells.places[link.target], 0.055)
        marks = {
            "tint": np.linspace(*cells.tints[list(ends)], len(points)),
            "start": float(found.starts[link.source]),
            "carries": float(link.carries),
        }
        threads.append(fibre(points, tuple(cells.radii[list(ends)]), chance.uniform(0.008, 0.02), marks))
        for end, near in zip(ends, (points[2], points[-3]), strict=True):
            leaving[end].append(_unit(near - cells.places[end]))
    bodies = []
    for cell, (place, radius, tint) in enumerate(zip(cells.places, cells.radii, cells.tints, strict=True)):
        for way in _unit(chance.normal(size=(int(chance.integers(3, 7)), 3))):
            leaving[cell].append(way)
            threads += _twigs(chance, place, way, radius, tint)
        marks = {"tint": tint, "start": float(found.starts[cell]), "carries": float(found.fires[cell])}
        bodies.append(body(chance, place, radius, np.array(leaving[cell]), marks))
    return bodies, threads


def _twigs(
    chance: np.random.Generator, place: Floats, way: Floats, radius: float, tint: float
) -> list[Piece]:
    """Return a twig and what branches off it."""
    marks = {"tint": tint, "start": 0.0, "carries": 0.0}
    points = _wandering(chance, place + way * 0.6 * radius, way, radius * chance.uniform(3.0, 7.0))
    grown = [twig(points, 0.2 * radius, marks)]
    for _ in range(int(chance.integers(1, 4))):
        at = int(chance.integers(4, 11))
        aside = _unit(_unit(points[at + 1] - points[at]) + 0.7 * chance.normal(size=3))
        side = _wandering(chance, points[at], aside, radius * chance.uniform(1.2, 3.2))
        grown.append(twig(side, 0.2 * radius * (1 - at / 14) * 0.7, marks))
    return grown


def _wandering(chance: np.random.Generator, start: Floats, way: Floats, length: float) -> Floats:
    """Return points of a curve that sets out one way and wanders."""
    steps, ways = 14, [way]
    for _ in range(steps - 1):
        ways.append(_unit(ways[-1] + 0.2 * chance.normal(size=3)))
    return np.concatenate([start[None], start + np.cumsum(np.array(ways), axis=0) * (length / steps)])


def _unit(vectors: Floats) -> Floats:
    found: Floats = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return found


def _add_lights(stage: Stage) -> None:
    palette = stage.palette
    white = (1.0, 1.0, 1.0)
    for name, place, color, power in (
        ("key", (-5.0, -3.0, 6.0), mixed(palette.primary, white, 0.5), 700.0),
        ("rim", (6.0, 5.0, 3.0), palette.secondary, 900.0),
        ("low", (0.0, 2.0, -7.0), palette.primary, 500.0),
    ):
        light = bpy.data.lights.new(name, "AREA")
        light.shape, light.size = "DISK", 4.0
        light.color, light.energy = color, power
        thing = stage.add(name, light)
        thing.location = place
        thing.rotation_euler = (-Vector(place)).to_track_quat("-Z", "Y").to_euler()
        thing.visible_camera = False


def _add_camera(stage: Stage, wish: Wish) -> None:
    side = stage.chance("camera").choice((-1.0, 1.0))

    def polar(degrees: float, rise: float, distance: float) -> tuple[float, float, float]:
        turn = math.radians(degrees) * side
        return distance * math.sin(turn), -distance * math.cos(turn), rise

    def orbit(moment: float) -> tuple[float, float, float]:
        if stage.loop:
            return polar(7.0 * swinging(moment), 0.4 * swinging(moment, phase=0.25), DISTANCE)
        along = drifting(moment)
        return polar(24.0 * along - 12.0, 0.9 * along - 0.45, DISTANCE - 0.5 * along)

    def push_in(moment: float) -> tuple[float, float, float]:
        if stage.loop:
            near = 0.7 * swinging(moment)
            return polar(
                2.5 * swinging(moment, phase=0.25), 0.2 * swinging(moment, phase=0.25), DISTANCE - near
            )
        along = drifting(moment)
        return polar(6.0 * along - 3.0, 0.3 * along, DISTANCE + 1.2 - 2.6 * along)

    place_at = orbit if wish.camera == "orbit" else push_in
    lens = _lens(stage)
    add_camera(
        stage, place_at, lambda _: (0.0, 0.0, 0.0), focal_length=lens, f_stop=lens / 1000 / (0.2 * wish.bokeh)
    )
