"""Cycles and output settings of a frame; whatever an opened file says about them is overruled."""

import bpy

from blender_scripts.blender_version import choose_look, set_image_format, set_where_known
from blender_scripts.job import Settings

_CONTRAST = "High Contrast"
PNG_COMPRESSION = 15  # percent: zlib level 1; below 12, Blender would not compress at all
_BOUNCES = {
    "max_bounces": 6,
    "diffuse_bounces": 2,
    "glossy_bounces": 4,  # metal seen in metal seen in metal
    "transmission_bounces": 6,
    "transparent_max_bounces": 8,
    "volume_bounces": 0,
}


def apply_settings(scene: bpy.types.Scene, settings: Settings) -> None:
    """Set everything that decides over a frame's pixels, apart from the device and the camera."""
    scene.render.engine = "CYCLES"
    scene.render.use_persistent_data = settings.persistent_data
    _apply_sampling(scene.cycles, settings)
    _apply_output(scene.render, settings)
    scene.display_settings.display_device = "sRGB"
    choose_look(scene.view_settings, settings.view_transform, _CONTRAST)
    scene.view_settings.exposure = 0.0
    scene.view_settings.gamma = 1.0
    scene.view_settings.use_curve_mapping = False


def write_alpha(scene: bpy.types.Scene, *, alpha: bool) -> None:
    """Keep the background out of the picture and write its alpha, or neither."""
    scene.render.film_transparent = alpha
    scene.render.image_settings.color_mode = "RGBA" if alpha else "RGB"


def leave_stamps_out(render: bpy.types.RenderSettings) -> None:
    """Write no dates and times into a picture: they would make equal frames differ."""
    for name in render.bl_rna.properties.keys():  # noqa: SIM118 - not a mapping
        if name.startswith("use_stamp"):
            setattr(render, name, False)


def _apply_sampling(cycles: bpy.types.bpy_struct, settings: Settings) -> None:
    cycles.samples = settings.samples
    cycles.use_adaptive_sampling = settings.noise_threshold > 0
    cycles.adaptive_threshold = settings.noise_threshold
    cycles.adaptive_min_samples = max(4, settings.samples // 4)  # left alone it never stops below 64
    cycles.time_limit = 0.0
    cycles.seed = settings.seed
    cycles.use_animated_seed = False  # a noise pattern that moves would flicker
    cycles.use_light_tree = False  # with a handful of softboxes: a quarter more time, no less noise
    cycles.light_sampling_threshold = 0.1  # light too faint to show is left to chance
    cycles.sample_clamp_indirect = 4.0  # fireflies come by way of a bounce; direct light keeps its highlights
    cycles.blur_glossy = 0.5
    cycles.caustics_reflective = False
    cycles.caustics_refractive = False
    for name, count in _BOUNCES.items():
        setattr(cycles, name, count)
    cycles.use_denoising = settings.denoise
    cycles.denoiser = "OPENIMAGEDENOISE"
    # Guiding passes keep textures sharp. They are noisy in metal, though, and stay visible there unless they
    # are filtered themselves, for a tenth of the frame's time: plain colours are better off without them.
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL" if _is_textured() else "RGB"
    cycles.denoising_prefilter = "ACCURATE"
    set_where_known(cycles, denoising_quality="BALANCED")


def _is_textured() -> bool:
    """Tell whether anything in the open file has more than one colour to its material."""
    pictures = any(image.type == "IMAGE" for image in bpy.data.images)
    return pictures or any(mesh.color_attributes for mesh in bpy.data.meshes)


def _apply_output(render: bpy.types.RenderSettings, settings: Settings) -> None:
    render.resolution_x, render.resolution_y = settings.width, settings.height
    render.resolution_percentage = 100
    render.pixel_aspect_x = render.pixel_aspect_y = 1.0
    render.use_border = render.use_multiview = render.use_motion_blur = render.use_freestyle = False
    render.use_compositing = render.use_sequencer = (
        False  # an opened file could replace the picture by either
    )
    render.use_file_extension = False  # the path is the engine's, to the letter
    leave_stamps_out(render)
    set_image_format(render.image_settings, settings.file_format)
    image = render.image_settings
    if settings.file_format == "PNG":
        image.color_depth = "8"
        image.compression = PNG_COMPRESSION
    else:
        image.color_depth = "16"
        image.exr_codec = "ZIP"
