"""Finish a picture whose samples were divided: what comes after the last sample, once and for all of it."""

import time
from collections.abc import Iterable
from pathlib import Path

import bpy

from blender_scripts import devices
from blender_scripts.blender_version import new_compositing, set_denoise_node
from blender_scripts.events import EventChannel
from blender_scripts.frame_renderer import FrameRenderer
from blender_scripts.shot_rendering import finish_of, open_shot, picture_of
from blender_scripts.split_job import FinishSplit, Guides
from blender_scripts.warmth import COLD

_GUIDES_BY_CHOICE = {"RGB": (), "RGB_ALBEDO": ("albedo",), "RGB_ALBEDO_NORMAL": ("albedo", "normal")}


def finish_split(job: FinishSplit, channel: EventChannel, commands: Iterable[str]) -> None:
    """Denoise linear light as the shot's own render would, and write it as that would write it.

    The compositor does both, with nothing rendered: its denoiser is the renderer's, and what it hands on goes
    through the same view transform, dither included.

    Raises:
        BadInput: The shot lacks what is chosen of it, or a command is none.
        OutOfResources: A required device is missing, or memory ran out.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    kind = devices.start(job.shot.device, channel, denoise=job.guides is not None)
    began = time.monotonic()
    scene = open_shot(job.shot)
    devices.activate(scene, kind)
    tree, picture = new_compositing(scene)
    light = _picture_node(tree, job.light)
    if job.guides and _is_denoised(scene):
        light = _denoised(tree, light, job.guides, scene.cycles)
    tree.links.new(light, picture)
    channel.send("scene_loaded", seconds=time.monotonic() - began)
    finish = finish_of(scene, job.shot.settings)
    FrameRenderer(scene, scene.frame_set, channel, finish, picture_of(scene), COLD).render_all(commands)


def _is_denoised(scene: bpy.types.Scene) -> bool:
    """Tell whether the view layer that is rendered is one that the renderer would denoise."""
    return all(layer.cycles.use_denoising for layer in scene.view_layers if layer.use)


def _denoised(
    tree: bpy.types.NodeTree, light: bpy.types.NodeSocket, guides: Guides, cycles: bpy.types.bpy_struct
) -> bpy.types.NodeSocket:
    node = tree.nodes.new("CompositorNodeDenoise")
    set_denoise_node(node, cycles.denoising_prefilter, getattr(cycles, "denoising_quality", "HIGH"))
    tree.links.new(light, node.inputs["Image"])
    for name in _GUIDES_BY_CHOICE[cycles.denoising_input_passes]:
        tree.links.new(_picture_node(tree, getattr(guides, name)), node.inputs[name.title()])
    return node.outputs[0]


def _picture_node(tree: bpy.types.NodeTree, path: Path) -> bpy.types.NodeSocket:
    """Return where the numbers in a file come out, as they are."""
    node = tree.nodes.new("CompositorNodeImage")
    node.image = bpy.data.images.load(str(path))
    node.image.colorspace_settings.name = "Non-Color"
    return node.outputs["Image"]
