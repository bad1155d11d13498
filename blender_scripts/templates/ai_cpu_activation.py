"""A processor wakes up: light runs along the board's traces into it, and core after core begins to shine.

What is saved is a .blend with named parameters: it moves by `moment` alone, takes its colours from the
palette's custom properties, and can be opened, changed by hand and sent again as a .blend.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import bpy
from mathutils import Vector

from blender_scripts.blender_version import new_node_tree
from blender_scripts.broll.following import follow
from blender_scripts.broll.lens import SENSOR
from blender_scripts.broll.motion import drifting
from blender_scripts.broll.named_clip import offer, offer_clip, set_clip
from blender_scripts.broll.named_parameters import set_named_parameters
from blender_scripts.broll.palette import linear
from blender_scripts.broll.picture import Effort, add_glow, spend
from blender_scripts.broll.processor.board import add_board
from blender_scripts.broll.processor.light import awake
from blender_scripts.broll.processor.package import DIE_TOP, add_package
from blender_scripts.broll.processor.signals import color_of_scene, connect, mixed_colors, of_scene
from blender_scripts.broll.stage import Stage

CHOICES = ("few", "some", "many")
Place = tuple[float, float, float]
EFFORT = Effort(noise=0.4, least_samples=5, bounces=1, glossy=1, by_nearness=False)  # few lamps, much blur
DIE_LIGHT = 0.35  # of the die on what is round it, in watts of a light of one watt
F_STOP = 0.95  # at a `blur` of 1; the chip counts as one metre wide
LENSES = ((0.5, 62.0), (1.0, 56.0), (1.78, 58.0), (2.4, 64.0))  # millimetres by aspect
SHIFTS = ((0.5, -0.3), (1.0, -0.05), (1.78, 0.0))  # a tall picture shows more board in front of the chip
STEPS = 96  # straight pieces of a way
BLURS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0)  # values of `blur` between which it is even


@dataclass(frozen=True)
class Lamp:
    """An ellipse of light towards the chip: its place, axes and watts, and a colour mixed with white.

    A rectangle's light takes longer to work out, at every hit.
    """

    name: str
    place: Place
    axes: tuple[float, float]
    energy: float
    color: str
    white: float


LAMPS = (
    Lamp("rim", (-1.5, 2.2, 1.2), (1.58, 0.56), 26.0, "palette_primary", 0.5),
    Lamp("sky", (1.75, 2.3, 1.95), (1.47, 1.02), 26.0, "palette_secondary", 0.6),
    Lamp("strip", (1.9, -0.2, 0.7), (0.23, 1.8), 9.0, "palette_accent", 0.45),
    Lamp("overhead", (-0.7, -0.4, 2.6), (1.35, 1.35), 14.0, "palette_primary", 0.85),
)


def build(stage: Stage) -> None:
    """Build the scene with its named parameters, then set those that are wished."""
    _offer_parameters(stage.scene)
    spend(stage, EFFORT)
    dies = add_package(stage)
    for number, name in enumerate(CHOICES):
        hidden = [(float(at), float(at != number)) for at in range(len(CHOICES))]
        follow(stage.scene, dies[name], "hide_render", "cores", hidden)
        follow(stage.scene, dies[name], "hide_viewport", "cores", hidden)
    follow(stage.scene, stage.scene.objects["frame"], "hide_render", "1 - frame")
    add_board(stage)
    _add_lights(stage)
    _add_background(stage)
    _add_camera(stage)
    add_glow(stage, 0.3, 1.0)
    set_clip(stage)
    set_named_parameters(stage.scene, stage.parameters)


def _offer_parameters(scene: bpy.types.Scene) -> None:
    """Add the named parameters; `media/broll/templates/ai_cpu_activation.py` has the same."""
    offer_clip(scene)
    offer(scene, "glow", 1.0, "How bright traces and cores shine.", min=0.0, max=2.0)
    offer(
        scene,
        "wake",
        0.6,
        "When all cores are awake, as a part of the clip, if it is no loop.",
        min=0.3,
        max=0.9,
    )
    offer(scene, "pulses", 0.45, "Pulses of light a second on each trace.", min=0.1, max=0.6)
    offer(scene, "blur", 1.0, "How shallow the depth of field is.", min=0.0, max=2.0)
    items = [(name, name.title(), "", 0, number) for number, name in enumerate(CHOICES)]
    offer(scene, "cores", 1, "How many cores the die has.", items=items)
    offer(scene, "frame", True, "Whether a metal frame lies round the die.")  # noqa: FBT003 - a value
    offer(scene, "metal", linear("#ced0d3"), "Colour of the metal frame.", subtype="COLOR", min=0.0, max=1.0)


def _add_lights(stage: Stage) -> None:
    """A rim from behind, what the die mirrors, a strip for bevels, a faint fill; and the die's own light."""
    for lamp in LAMPS:
        _add_lamp(stage, lamp)
    own = _add_lamp(
        stage, Lamp("die light", (0.0, 0.0, DIE_TOP + 0.07), (0.38, 0.32), 1.0, "palette_primary", 0.1)
    )
    tree = own.data.node_tree
    strength = awake(tree, 0.4) * of_scene(tree, "glow") * DIE_LIGHT
    connect(tree, tree.nodes["Emission"].inputs["Strength"], strength)
    own.visible_glossy = False


def _add_lamp(stage: Stage, lamp: Lamp) -> bpy.types.Object:
    light = bpy.data.lights.new(lamp.name, "AREA")
    light.shape, light.size, light.size_y, light.energy = "ELLIPSE", *lamp.axes, lamp.energy
    tree = new_node_tree(light)
    shader = tree.nodes.new("ShaderNodeEmission")
    tint = mixed_colors(tree, lamp.white, color_of_scene(tree, lamp.color), (1.0, 1.0, 1.0, 1.0))
    tree.links.new(tint, shader.inputs["Color"])
    tree.links.new(shader.outputs[0], tree.nodes.new("ShaderNodeOutputLight").inputs[0])
    thing = stage.add(lamp.name, light)
    thing.location = lamp.place
    thing.rotation_euler = (-Vector(lamp.place)).to_track_quat("-Z", "Y").to_euler()
    thing.visible_camera = False
    return thing


def _add_background(stage: Stage) -> None:
    """The dark that is behind, and in which everything far away ends."""
    world = bpy.data.worlds.new("background")
    stage.scene.world = world
    world.cycles.sampling_method = "NONE"  # dim and smooth: to seek its light costs a tenth of the frame
    tree = new_node_tree(world)
    light = tree.nodes.new("ShaderNodeBackground")
    tree.links.new(color_of_scene(tree, "palette_background"), light.inputs["Color"])
    tree.links.new(light.outputs[0], tree.nodes.new("ShaderNodeOutputWorld").inputs["Surface"])


def _add_camera(stage: Stage) -> None:
    """A macro lens that drifts in and round; in a loop it sways instead. It stands where `moment` says."""
    scene = stage.scene
    target = stage.add("target", None)
    lens = bpy.data.cameras.new("camera")
    camera = stage.add("camera", lens)
    scene.camera = camera
    aim = camera.constraints.new("TRACK_TO")
    aim.target, aim.track_axis, aim.up_axis = target, "TRACK_NEGATIVE_Z", "UP_Y"
    lens.sensor_fit, lens.sensor_width, lens.clip_start, lens.clip_end = "HORIZONTAL", SENSOR, 0.01, 100.0
    lens.dof.use_dof, lens.dof.focus_object, lens.dof.aperture_blades = True, target, 0
    for axis in range(3):
        once, loop = ([place[axis] for place in _places(way)] for way in (_drift, _sway))
        curve = [
            (start + step / STEPS, value)
            for start, values in ((0, once), (2, loop))
            for step, value in enumerate(values)
        ]
        follow(scene, camera, f"location[{axis}]", "moment + 2 * loop", curve)
    target.location = (0.0, 0.0, DIE_TOP)
    follow(scene, lens, "lens", "aspect", LENSES)
    follow(scene, lens, "shift_y", "aspect", SHIFTS)
    f_stops = [(blur, F_STOP / blur) for blur in BLURS]
    follow(scene, lens.dof, "aperture_fstop", "blur", f_stops)


def _places(way: Callable[[float], Place]) -> list[Place]:
    """Return the places of a way at even moments."""
    return [way(step / STEPS) for step in range(STEPS + 1)]


def _drift(moment: float) -> Place:
    share = drifting(moment)
    return _seen_from(-34.0 + 20.0 * share, 33.0 - 5.0 * share, 2.05 - 0.42 * share)


def _sway(moment: float) -> Place:
    turn = math.tau * moment
    return _seen_from(-24.0 + 7.0 * math.sin(turn), 30.0 + 1.5 * math.cos(turn), 1.8 - 0.06 * math.cos(turn))


def _seen_from(azimuth: float, elevation: float, distance: float) -> Place:
    """Return a place so far from the chip; at azimuth 0 it is seen along +Y."""
    flat = distance * math.cos(math.radians(elevation))
    turn = math.radians(azimuth)
    return (
        flat * math.sin(turn),
        -flat * math.cos(turn),
        DIE_TOP + distance * math.sin(math.radians(elevation)),
    )
