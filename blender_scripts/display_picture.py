"""A frame of light as people see it: beside an EXR, a PNG by the scene's view transform."""

from pathlib import Path

import bpy

from blender_scripts.blender_version import set_image_format
from blender_scripts.render_settings import PNG_COMPRESSION

_BESIDE = ".display.png"
"""What is appended to the frame's path; media/frame_display.py looks there."""


def write_display(scene: bpy.types.Scene, frame: Path) -> None:
    """Write what Blender has just rendered once more, as a PNG of 8 bits beside `frame`.

    Raises:
        RuntimeError: Blender could not write it.
    """
    image = scene.render.image_settings
    kept = image.file_format, image.color_mode, image.color_depth
    managed = image.color_management
    _choose(image, "PNG", "RGBA" if scene.render.film_transparent else "RGB", "8")
    image.color_management = "FOLLOW_SCENE"
    image.compression = PNG_COMPRESSION
    try:
        _result().save_render(f"{frame}{_BESIDE}", scene=scene)
    finally:
        _choose(image, *kept)
        image.color_management = managed


def _choose(image: bpy.types.ImageFormatSettings, file_format: str, mode: str, depth: str) -> None:
    set_image_format(image, file_format)
    image.color_mode = mode
    image.color_depth = depth


def _result() -> bpy.types.Image:
    """Return the render result, whatever pictures of the file's own are called."""
    return next(image for image in bpy.data.images if image.type == "RENDER_RESULT")
