"""How the picture is taken and finished: samples, light, colour and a restrained glow."""

from dataclasses import dataclass

import bpy

from blender_scripts.blender_version import choose_look, new_compositing, new_node_tree, set_where_known
from blender_scripts.broll.palette import Rgb
from blender_scripts.broll.stage import Stage

MOST_SAMPLES = 128


@dataclass(frozen=True)
class Effort:
    """What Cycles may spend on a frame: a template that looks as good for less says so, with `spend`.

    Attributes:
        noise: What is left of it in a pixel that is done; the denoiser takes the rest.
        least_samples: A pixel is not done before.
        bounces: How often light is thrown back at all.
        diffuse: How often by what is matt.
        glossy: How often by what mirrors.
        layers: How many things a ray goes through that let some light pass.
        by_nearness: Whether lamps are asked by how much each may give (a light tree), for scenes of many.
        denoised_by: What the denoiser goes by. Beside the picture itself (RGB) it can heed what surfaces are
            there, which keeps their detail, but leaves grain in all that is out of focus.
    """

    noise: float = 0.1
    least_samples: int = 8
    bounces: int = 4
    diffuse: int = 1
    glossy: int = 2
    layers: int = 8
    by_nearness: bool = True
    denoised_by: str = "RGB_ALBEDO_NORMAL"


def set_up_render(stage: Stage) -> None:
    """Choose Cycles' settings for dark scenes with things that shine, denoised, the same for every frame.

    All frames have one pattern of samples: what stands still keeps its noise, and does not flicker.
    """
    scene, cycles = stage.scene, stage.scene.cycles
    scene.render.engine = "CYCLES"
    cycles.samples = MOST_SAMPLES
    cycles.use_adaptive_sampling = True
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.denoising_prefilter = "FAST"
    cycles.seed, cycles.use_animated_seed = stage.seed % 2**31, False
    cycles.transmission_bounces, cycles.volume_bounces = 4, 0
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 4.0
    scene.render.use_persistent_data = True
    choose_look(scene.view_settings, "AgX", "Medium High Contrast")
    spend(stage, Effort())


def spend(stage: Stage, effort: Effort) -> None:
    """Have Cycles spend so much on a frame."""
    cycles = stage.scene.cycles
    cycles.adaptive_threshold, cycles.adaptive_min_samples = effort.noise, effort.least_samples
    cycles.max_bounces, cycles.transparent_max_bounces = effort.bounces, effort.layers
    cycles.diffuse_bounces, cycles.glossy_bounces = effort.diffuse, effort.glossy
    cycles.denoising_input_passes = effort.denoised_by
    set_where_known(cycles, use_light_tree=effort.by_nearness)


def set_background(stage: Stage, horizon: Rgb, zenith: Rgb, strength: float = 1.0) -> None:
    """Fill what is behind everything with a soft gradient from the horizon up and down."""
    world = bpy.data.worlds.new("background")
    stage.scene.world = world
    tree = new_node_tree(world)
    place = tree.nodes.new("ShaderNodeTexCoord")
    apart = tree.nodes.new("ShaderNodeSeparateXYZ")
    height = tree.nodes.new("ShaderNodeMath")
    height.operation = "ABSOLUTE"
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.interpolation = "EASE"
    ramp.color_ramp.elements[0].color, ramp.color_ramp.elements[1].color = (*horizon, 1.0), (*zenith, 1.0)
    ramp.color_ramp.elements[1].position = 0.8
    light = tree.nodes.new("ShaderNodeBackground")
    light.inputs["Strength"].default_value = strength
    tree.links.new(place.outputs["Generated"], apart.inputs[0])
    tree.links.new(apart.outputs["Z"], height.inputs[0])
    tree.links.new(height.outputs[0], ramp.inputs[0])
    tree.links.new(ramp.outputs["Color"], light.inputs["Color"])
    tree.links.new(light.outputs[0], tree.nodes.new("ShaderNodeOutputWorld").inputs["Surface"])


def add_glow(stage: Stage, strength: float = 0.35, threshold: float = 1.2) -> None:
    """Let what is brighter than `threshold` (in scene-linear light) bleed a little into what is round it."""
    tree, out = new_compositing(stage.scene)
    picture = tree.nodes.new("CompositorNodeRLayers")
    glare = tree.nodes.new("CompositorNodeGlare")
    _set(glare, "glare_type", "Type", "BLOOM", "Bloom")
    _set(glare, "quality", "Quality", "MEDIUM", "Medium")
    _set(glare, "threshold", "Threshold", threshold, threshold)
    _set(glare, "mix", "Strength", strength - 1.0, strength)
    _set(glare, "size", "Size", 7, 0.45)
    tree.links.new(picture.outputs["Image"], glare.inputs["Image"])
    tree.links.new(glare.outputs["Image"], out)


def _set(node: bpy.types.Node, name: str, socket: str, old: object, new: object) -> None:
    """Set what is a property of a node in older Blenders, and from 4.4 or 5.0 on a socket of it."""
    if socket in node.inputs:
        node.inputs[socket].default_value = new
    elif name in node.bl_rna.properties:
        setattr(node, name, old)
