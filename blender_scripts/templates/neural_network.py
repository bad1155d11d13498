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

from blender_scripts.broll.lens import SENSOR, add_camera
from blender_scripts.broll.meshes import Floats
from blender_scripts.broll.motion import drifting, swinging
from blender_scripts.broll.nerves.haze import Haze, Patch, fill_with
from blender_scripts.broll.nerves.materials import LEAD, Nerves
from blender_scripts.broll.nerves.network import firing, joined_by_layers, joined_by_nearness
from blender_scripts.broll.nerves.pieces import joined
from blender_scripts.broll.nerves.specks import Specks, add_specks
from blender_scripts.broll.nerves.tissue import Cells, grow_tissue
from blender_scripts.broll.palette import Rgb, brightness, mixed
from blender_scripts.broll.picture import Effort, add_glow, spend
from blender_scripts.broll.stage import Stage

DISTANCE = 7.6  # from camera to what is in focus
NEAREST, FARTHEST = 4.8, 18.0  # from camera to cells
LONGEST = 3.4  # of a fibre
SPEED = 1.2  # of a pulse, units a second, if so it gets to the end of its fibre within a cycle
CYCLE = 4.0  # seconds after which a cell fires again, about
BEYOND = 1.0  # how far behind the end of its fibre a pulse is no longer seen
EFFORT = Effort(bounces=2, diffuse=0, denoised_by="RGB")  # most of the picture is out of focus
BRIGHT = 0.25  # how bright the colour of haze counts as at most


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
        neurons=fields.whole("neurons", 16, 160, 96),
        connections=fields.number("connections", 1.0, 6.0, 3.5),
        pulses=fields.number("pulses", 0.0, 60.0, 24.0),
        bokeh=fields.number("bokeh", 0.1, 2.0, 1.0),
        camera=fields.text("camera", "orbit", ("orbit", "push_in")),
    )
    spend(stage, EFFORT)
    haze = _haze(stage)
    fill_with(stage, haze)
    _add_network(stage, wish, haze)
    add_specks(stage, Specks(_lens(stage), DISTANCE))
    _add_lights(stage)
    _add_camera(stage, wish)
    add_glow(stage, strength=0.4, threshold=0.9)


def _lens(stage: Stage) -> float:
    """Return the focal length: about as much is seen of the depth in a wide, a square and a tall picture."""
    return float(42.0 * (16 / 9 / stage.aspect) ** 0.6)


def _haze(stage: Stage) -> Haze:
    palette, chance = stage.palette, stage.chance("haze")
    side = chance.choice((-1.0, 1.0))

    def patch(across: float, up: float, color: Rgb, strength: float, width: float) -> Patch:
        x, y, z = Vector((across, 1.0, up)).normalized()
        share = strength * min(BRIGHT / max(brightness(color), 0.01), 1.0)  # yellow is no brighter than blue
        return Patch((x, y, z), mixed((0.0, 0.0, 0.0), color, share), width)

    return Haze(
        base=mixed(palette.background, palette.primary, 0.006),
        patches=(
            patch(0.32 * side, 0.1, palette.primary, 0.16, 0.05),
            patch(-0.4 * side, -0.16, palette.secondary, 0.07, 0.04),
            patch(0.0, 0.0, palette.primary, 0.03, 0.3),
        ),
        offset=chance.uniform(0.0, 50.0),
    )


def _add_network(stage: Stage, wish: Wish, haze: Haze) -> None:
    chance = np.random.default_rng(stage.chance("network").getrandbits(64))
    cycles = stage.whole_turns(1 / CYCLE) if stage.loop else stage.seconds / CYCLE
    seconds = stage.seconds / cycles
    if wish.arrangement == "layers":
        places, pairs = joined_by_layers(chance, wish.neurons, wish.connections, stage.aspect)
    else:
        places = _grown(chance, wish.neurons, _slopes(stage))
        pairs = joined_by_nearness(places, wish.connections, LONGEST)
    radii = 0.125 * np.exp(chance.normal(size=len(places)) * 0.22)
    radii[0] = 0.23 if wish.arrangement == "web" else radii[1:].mean()
    longest = max(float(np.linalg.norm(places[one] - places[other])) for one, other in pairs)
    reach = max(SPEED * seconds, LEAD + longest + BEYOND)
    found = firing(chance, places, pairs, round(wish.pulses * seconds), reach)
    nerves = Nerves(stage, haze, cycles, reach, DISTANCE - 1.5, 7.0)
    tints = chance.beta(0.7, 1.3, size=len(places))
    bodies, threads = grow_tissue(chance, Cells(places, radii, tints, wild=wish.arrangement == "web"), found)
    stage.add("cells", joined("cells", bodies, nerves.cells()))
    stage.add("fibres", joined("fibres", threads, nerves.fibres()))


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
