"""Data flow: packets of light that travel along a river of fine lines, through a dark space over a wet floor."""

import math
import random
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

from blender_scripts.blender_version import new_node_tree
from blender_scripts.broll.currents import POINTS, Current, Sight, length_of, lines_of, quickest
from blender_scripts.broll.formula import Formula, Term
from blender_scripts.broll.lens import add_camera
from blender_scripts.broll.motion import animate, drifting, swinging
from blender_scripts.broll.packets import Packets, add_packets, disc_mesh, write_attribute
from blender_scripts.broll.palette import Palette, mixed
from blender_scripts.broll.picture import add_glow, set_background
from blender_scripts.broll.stage import Stage

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Wish:
    """The template's own parameters, see the model of the same name."""

    streams: int
    packets: float
    speed: float
    spread: float
    curl: float
    direction: str
    depth_of_field: float


def build(stage: Stage) -> None:
    """Build the scene."""
    fields = stage.parameters
    wish = Wish(
        streams=fields.whole("streams", 40, 240, 150),
        packets=fields.number("packets", 0.2, 2.0, 1.0),
        speed=fields.number("speed", 5.0, 45.0, 30.0),
        spread=fields.number("spread", 0.4, 1.6, 1.0),
        curl=fields.number("curl", 0.0, 1.0, 0.5),
        direction=fields.text("direction", "across", ("across", "towards", "away")),
        depth_of_field=fields.number("depth_of_field", 0.0, 1.0, 0.6),
    )
    sight = _sight(stage, wish)
    lines, gains = _lines(stage, wish, sight)
    tints = _tints(stage.palette, gains, stage.chance("tints"))
    look = _look(lines, sight)
    course = _course(stage, wish, lines, sight)
    _add_fibres(stage, lines, tints, look, course, sight)
    _add_travellers(stage, lines, tints, look, course, sight)
    _add_dust(stage, sight)
    _add_camera(stage, sight)
    colors = stage.palette
    set_background(stage, mixed(colors.background, colors.primary, 0.035), colors.background, 1.0)
    cycles = stage.scene.cycles
    cycles.transparent_max_bounces, cycles.max_bounces = 40, 0
    cycles.adaptive_min_samples = 24
    add_glow(stage, 0.3, 1.0)


def _sight(stage: Stage, wish: Wish) -> Sight:
    """Return the camera at rest. In a tall picture it is a longer lens, so that the river fills it."""
    f_stop = 2.4 * (0.22 / 2.4) ** wish.depth_of_field
    longer = math.sqrt(16 / 9 / stage.aspect)
    if wish.direction == "across":
        return Sight((0.0, -8.0, 1.75), (0.15, 0.0, 0.95), 38.0 * longer, f_stop, stage.aspect)
    return Sight((0.0, -6.5, 1.9), (0.0, 1.0, 0.95), 30.0 * longer, f_stop, stage.aspect)


def _lines(stage: Stage, wish: Wish, sight: Sight) -> tuple[Array, Array]:
    """Return all lines, and how bright each is."""
    chance = stage.chance("currents")
    currents = _across(chance) if wish.direction == "across" else _along(chance)
    mirrored = chance.random() < 0.5
    lines, gains = [], []
    for current in currents:
        count = max(round(wish.streams * current.share), 2)
        found = lines_of(_wider(current, wish.spread), count, wish.curl, chance)
        lines.append(found)
        gains += [current.gain * chance.uniform(0.45, 1.0) for _ in range(count)]
    all_lines = np.concatenate(lines)
    if mirrored:
        all_lines = all_lines * (-1, 1, 1)
    if wish.direction == "away":
        all_lines = all_lines[:, ::-1]
    return all_lines, np.array(gains)


def _wider(current: Current, spread: float) -> Current:
    return Current(
        current.knots,
        current.share,
        current.breadth * spread,
        current.height * spread,
        current.waist,
        current.waist_at,
        current.gain,
    )


def _across(chance: random.Random) -> list[Current]:
    """Return a river that comes out of the distance, passes in focus and leaves beside the camera."""

    def near(x: float, y: float, z: float) -> tuple[float, float, float]:
        return x + chance.uniform(-0.5, 0.5), y + chance.uniform(-0.5, 0.5), z + chance.uniform(-0.15, 0.15)

    main = (near(-19, 24, 2.6), near(-9, 13, 0.7), near(-4.0, 3.0, 1.5), near(-0.6, 0.2, 0.7))
    main += (near(2.0, -1.3, 1.25), near(4.2, -3.6, 1.0), near(7.5, -6.0, 1.8))
    back = (near(-16, 9, 3.0), near(-7, 12, 1.6), near(0, 10, 2.2), near(8, 13, 1.4), near(18, 10, 2.6))
    front = (near(-7, -3.0, 0.6), near(-2.2, -4.4, 0.95), near(0.6, -4.7, 0.55), near(3, -4.2, 1.2), near(7, -3, 1.4))
    return [
        Current(main, 0.68, 1.15, 0.75, 0.5, 0.55),
        Current(back, 0.22, 1.6, 0.9, 0.7, 0.5, 0.5),
        Current(front, 0.1, 0.45, 0.3, 0.8, 0.5, 0.35),
    ]


def _along(chance: random.Random) -> list[Current]:
    """Return a river that comes from the horizon and passes below the camera and beside it."""

    def near(x: float, y: float, z: float) -> tuple[float, float, float]:
        return x + chance.uniform(-0.5, 0.5), y + chance.uniform(-0.5, 0.5), z + chance.uniform(-0.1, 0.1)

    main = (near(7, 48, 1.6), near(3, 30, 1.0), near(-2.5, 17, 0.7), near(-1.2, 8, 0.8), near(0.9, 2, 0.6))
    main += (near(0.4, -3, 0.4), near(-0.6, -8, 0.3))
    left = (near(-9, 46, 2.6), near(-8, 28, 1.8), near(-5, 14, 1.5), near(-4, 5, 1.1), near(-3.4, -1, 1.2), near(-3.6, -7, 1.4))
    return [
        Current(main, 0.72, 2.0, 0.45, 0.45, 0.55),
        Current(left, 0.28, 1.0, 0.7, 0.6, 0.5, 0.6),
    ]


def _tints(colors: Palette, gains: Array, chance: random.Random) -> Array:
    """Return the light of each line (n, 3): most between two colours, few of the accent."""
    tints = []
    for gain in gains:
        color = mixed(colors.primary, colors.secondary, min(max(chance.gauss(0.3, 0.3), 0), 1))
        if chance.random() < 0.07:
            color = colors.accent
        tints.append(np.array(color) * gain)
    return np.array(tints)


def _look(lines: Array, sight: Sight) -> Array:
    """Return for each point (lines, points, 3) how large a packet is there, how bright, and how blurred.

    A small bright thing far out of focus is hit by few rays and gives noise: there it is drawn larger and
    dimmer, as the lens would show it, and the lens only softens its edge.
    """
    blur, depth = sight.blur(lines), sight.depth(lines)
    size = 0.042
    grown = np.maximum(size, 0.62 * blur)
    haze = np.exp(-np.maximum(depth - sight.focus, 0.0) / 16.0)
    near = np.clip((depth - 1.0) / 1.5, 0.0, 1.0)
    ends = np.clip(np.minimum(np.arange(POINTS), np.arange(POINTS)[::-1]) / (0.06 * POINTS), 0.0, 1.0)
    gain = (size / grown) ** 1.15 * haze * near**2 * (ends * ends * (3 - 2 * ends))
    return np.stack([grown, gain, np.clip(blur / size - 0.35, 0.0, 1.0)], axis=-1)


@dataclass(frozen=True)
class Course:
    """How packets travel on each line: how many, from where, and how many gaps they pass over the clip."""

    count: Array
    start: Array
    turns: Array
    gap: Array


def _course(stage: Stage, wish: Wish, lines: Array, sight: Sight) -> Course:
    """Choose how packets travel: no faster in the picture than wished, in a loop a whole number of gaps."""
    chance = stage.chance("packets")
    length, limit = length_of(lines), wish.speed / 100 / quickest(lines, sight)
    usual = float(np.median(limit))
    count, start, turns = [], [], []
    for whole, most in zip(length, limit, strict=True):
        passed = min(most, usual * 1.3) * chance.uniform(0.62, 1.0) * stage.seconds
        number = max(round(whole / chance.uniform(2.2, 4.2) * wish.packets), 1)
        if stage.loop:
            number = max(number, math.ceil(whole / passed))
        turned = passed * number / whole
        count.append(number)
        start.append(chance.random())
        turns.append(float(math.floor(turned + 1e-9)) if stage.loop else turned)
    gap = length / np.array(count)
    return Course(np.array(count), np.array(start), np.array(turns), gap)


def _add_fibres(
    stage: Stage, lines: Array, tints: Array, look: Array, course: Course, sight: Sight
) -> None:
    """Add the lines as ribbons that face the camera, and their mirror images below the floor."""
    along = np.gradient(lines, axis=1)
    across = np.cross(along, lines - np.array(sight.place))
    across /= np.linalg.norm(across, axis=2, keepdims=True)
    pixel = sight.depth(lines) * 36 / sight.focal_length / 1920
    thin = np.maximum(0.006, 0.8 * pixel)
    half = np.maximum(thin, 0.55 * sight.blur(lines))
    gain = look[..., 1] * (look[..., 0] / 0.042) ** 1.15 * (thin / half) ** 0.9 * (0.006 / thin) ** 0.5
    ribbons = np.stack([lines - across * half[..., None], lines + across * half[..., None]], axis=2)
    number, points = lines.shape[:2]
    base = (np.arange(number)[:, None] * points + np.arange(points - 1)).ravel() * 2
    faces = np.stack([base, base + 1, base + 3, base + 2], axis=1)
    mesh = bpy.data.meshes.new("fibres")
    mesh.from_pydata(ribbons.reshape(-1, 3).tolist(), [], faces.tolist())
    cell = np.linspace(0, 1, points)[None] * course.count[:, None] - course.start[:, None]
    ride = np.stack([cell, *(np.broadcast_to(v[:, None], cell.shape) for v in (course.turns, course.gap))], axis=-1)
    write_attribute(mesh, "ride", np.repeat(ride.reshape(-1, 3), 2, axis=0))
    write_attribute(mesh, "tint", np.repeat((tints[:, None] * gain[..., None]).reshape(-1, 3), 2, axis=0))
    write_attribute(mesh, "edge", np.tile([-1.0, 1.0], number * points))
    mesh.materials.append(_fibre_material(stage))
    stage.add("fibres", mesh)
    stage.add("fibres in the floor", mesh).scale = (1, 1, -1)


def _add_travellers(
    stage: Stage, lines: Array, tints: Array, look: Array, course: Course, sight: Sight
) -> None:
    """Add the packets at the heads of the lines' pulses, and their mirror images."""
    paths = bpy.data.meshes.new("paths")
    paths.from_pydata(lines.reshape(-1, 3).tolist(), [], [])
    write_attribute(paths, "look", look.reshape(-1, 3))
    guide = stage.add("paths", paths)
    guide.hide_render = True
    disc = stage.add("packet", disc_mesh("packet"))
    disc.hide_render = True
    disc.rotation_euler = Vector(-sight.axes[2]).to_track_quat("Z", "Y").to_euler()
    disc.data.materials.append(_packet_material(stage))
    which = np.repeat(np.arange(len(lines)), course.count)
    order = np.concatenate([np.arange(count) for count in course.count])
    packets = Packets(
        line=which,
        start=(order + course.start[which]) / course.count[which],
        passed=(course.turns / course.count)[which],
        tint=tints[which],
    )
    thing = add_packets(stage, guide, POINTS, packets, disc)
    below = stage.add("packets in the floor", thing.data)
    below.scale = (1, 1, -1)
    below.modifiers.new("travelling", "NODES").node_group = thing.modifiers[0].node_group


def _fibre_material(stage: Stage) -> bpy.types.Material:
    """Return what the lines are of: a faint thread, and a pulse with a tail for each packet."""
    material = bpy.data.materials.new("fibre")
    tree = new_node_tree(material)
    sums = Formula(tree)
    apart = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(_read(tree, "ride", "Vector"), apart.inputs[0])
    cell, turns, gap = apart.outputs
    time = sums.value("moment")
    animate(stage, time.outputs[0], "default_value", lambda moment: moment)
    ahead = sums.of("FRACT", sums.of("SUBTRACT", cell, sums.of("MULTIPLY", turns, time.outputs[0])))
    behind = sums.product(sums.of("SUBTRACT", 1.0, ahead), gap)
    tail = sums.of("POWER", math.e, sums.of("DIVIDE", behind, -0.38))
    front = sums.of("POWER", math.e, sums.of("DIVIDE", sums.product(ahead, gap), -0.015))
    edge = _read(tree, "edge", "Fac")
    profile = sums.of("SUBTRACT", 1.0, sums.of("MULTIPLY", edge, edge))
    light = sums.of("MULTIPLY_ADD", sums.of("ADD", tail, front), 2.6, 0.16)
    _finish(material, sums, sums.product(light, profile))
    return material


def _packet_material(stage: Stage) -> bpy.types.Material:
    """Return what packets are of: a point with a halo where it is sharp, an even disc where it is not."""
    material = bpy.data.materials.new("packet")
    tree = new_node_tree(material)
    sums = Formula(tree)
    rim = _read(tree, "rim", "Fac")
    apart = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(_read(tree, "look", "Vector"), apart.inputs[0])
    core = sums.of("MULTIPLY", sums.smooth(rim, 0.5, 0.28), 7.0)
    halo = sums.of("MULTIPLY", sums.of("POWER", sums.of("SUBTRACT", 1.0, rim), 3.0), 1.0)
    disc = sums.product(sums.smooth(rim, 1.0, 0.93), sums.of("MULTIPLY_ADD", sums.of("POWER", rim, 4.0), 0.5, 1.0))
    light = sums.mixed(sums.of("ADD", core, halo), sums.product(disc, 2.2), apart.outputs["Z"])
    _finish(material, sums, sums.product(light, apart.outputs["Y"]))
    return material


def _finish(material: bpy.types.Material, sums: Formula, light: Term) -> None:
    """Let a material shine in its tint and be seen through, and be dim below the floor."""
    tree = sums.tree
    place = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(tree.nodes.new("ShaderNodeNewGeometry").outputs["Position"], place.inputs[0])
    height = place.outputs["Z"]
    sunk = sums.product(0.22, sums.of("POWER", math.e, sums.of("MULTIPLY", height, 0.9)))
    light = sums.product(light, sums.mixed(sunk, 1.0, sums.of("GREATER_THAN", height, 0.0)))
    shine, clear, both = (
        tree.nodes.new(kind)
        for kind in ("ShaderNodeEmission", "ShaderNodeBsdfTransparent", "ShaderNodeAddShader")
    )
    tree.links.new(_read(tree, "tint", "Color"), shine.inputs["Color"])
    sums.feed(shine.inputs["Strength"], light)
    tree.links.new(shine.outputs[0], both.inputs[0])
    tree.links.new(clear.outputs[0], both.inputs[1])
    tree.links.new(both.outputs[0], tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    material.cycles.emission_sampling = "NONE"


def _read(tree: bpy.types.NodeTree, name: str, output: str) -> bpy.types.NodeSocket:
    node = tree.nodes.new("ShaderNodeAttribute")
    node.attribute_name = name
    return node.outputs[output]


def _add_dust(stage: Stage, sight: Sight) -> None:
    """Add motes that hang in the air, blurred before the river and behind it."""


def _add_camera(stage: Stage, sight: Sight) -> None:
    """Add a camera that sways round its place, or glides past it."""

    def place_at(moment: float) -> tuple[float, float, float]:
        x, y, z = sight.place
        if stage.loop:
            return x + 0.22 * swinging(moment), y + 0.12 * swinging(moment, 1, 0.25), z + 0.05 * swinging(moment, 1, 0.4)
        share = drifting(moment) - 0.5
        return x + 0.7 * share, y + 0.5 * share, z + 0.1 * share

    add_camera(stage, place_at, lambda _: sight.target, focal_length=sight.focal_length, f_stop=sight.f_stop)
