"""Set a scene up for some of its samples: linear, not denoised, none left out."""

import bpy

from blender_scripts.blender_version import choose_samples
from blender_scripts.subset_job import Subset


def render_some_samples(scene: bpy.types.Scene, subset: Subset) -> None:
    """Have a scene's picture made of some of its samples, exactly those that all of it would have there.

    What ends a pixel before its last sample is turned off, since each part would judge by its own noise.
    """
    cycles = scene.cycles
    cycles.use_adaptive_sampling = cycles.use_denoising = False
    cycles.time_limit = 0.0
    choose_samples(cycles, subset.first, subset.count, subset.total)
    scene.render.use_compositing = False
    scene.render.image_settings.color_management = "FOLLOW_SCENE"  # else light may be turned to another space
    scene.render.image_settings.exr_codec = "ZIP"
    for layer in scene.view_layers:
        _leave_passes_out(layer)
        layer.cycles.denoising_store_passes = subset.guides


def _leave_passes_out(layer: bpy.types.ViewLayer) -> None:
    """Write nothing that is not merged: a file has five times as much otherwise."""
    for owner in (layer, layer.cycles):
        for name in owner.bl_rna.properties.keys():  # noqa: SIM118 - not a mapping
            if (
                name.startswith(("use_pass_", "pass_debug", "pass_render_time"))
                and name != "use_pass_combined"
            ):
                setattr(owner, name, False)
    while layer.aovs:
        layer.aovs.remove(layer.aovs[0])
