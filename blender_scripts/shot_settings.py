"""Overrule a scene's settings as far as a job says, and what would keep a frame from being one file."""

import bpy

from blender_scripts.blender_version import set_image_format
from blender_scripts.render_settings import PNG_COMPRESSION, leave_stamps_out
from blender_scripts.shot_job import ShotSettings
from blender_scripts.view_passes import choose_passes


def apply_shot_settings(scene: bpy.types.Scene, settings: ShotSettings) -> None:
    """Set what a job says; the rest stays as the file has it."""
    render = scene.render
    if settings.engine == "cycles":
        render.engine = "CYCLES"
    render.resolution_x = settings.width or render.resolution_x
    render.resolution_y = settings.height or render.resolution_y
    render.resolution_percentage = settings.percentage or render.resolution_percentage
    render.use_persistent_data = settings.persistent_data
    render.use_border = render.use_multiview = render.use_sequencer = False
    render.use_file_extension = False  # the path is the engine's, to the letter
    render.use_overwrite, render.use_placeholder = True, False
    leave_stamps_out(render)
    _sample(scene, settings)
    _write(render, settings)
    if settings.file_format == "OPEN_EXR_MULTILAYER":
        choose_passes(scene, settings.passes)


def _sample(scene: bpy.types.Scene, settings: ShotSettings) -> None:
    cycles = scene.cycles
    if settings.samples:
        cycles.samples = settings.samples
        scene.eevee.taa_render_samples = settings.samples
    if settings.denoise != "scene":
        cycles.use_denoising = settings.denoise == "on"
    if cycles.denoiser == "OPTIX":  # which needs its device, and differs from machine to machine
        cycles.denoiser = "OPENIMAGEDENOISE"


def _write(render: bpy.types.RenderSettings, settings: ShotSettings) -> None:
    image = render.image_settings
    set_image_format(image, settings.file_format)
    alpha = render.film_transparent or settings.file_format.startswith("OPEN_EXR")
    image.color_mode = "RGBA" if alpha else "RGB"
    if settings.file_format != "WEBP":
        image.color_depth = settings.color_depth
    if settings.file_format == "PNG":
        image.compression = PNG_COMPRESSION
    elif settings.file_format == "WEBP":
        image.quality = 100  # at which Blender writes without loss
    else:
        image.exr_codec = "ZIP"
