"""What stands behind the part: the studio's gradient, nothing at all, or one exact colour."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_scripts import world
from blender_scripts.failure import ToolFailed, one_line
from blender_scripts.job import Settings
from blender_scripts.png import encode_png
from blender_scripts.render_settings import write_alpha
from blender_scripts.studio import Studio

Colour = tuple[float, float, float]


def choose_background(
    scene: bpy.types.Scene, studio: Studio, background: str, settings: Settings
) -> Callable[[Path], None]:
    """Set a scene up for its background and return what is still to be done to a written file.

    A colour is laid under a PNG after the view transform: `#ffffff` is to be white, which AgX never makes of
    anything. An EXR has no view transform, so there the colour simply is the world's.
    """
    coloured = background != "studio" and not settings.transparent
    lay_under = coloured and settings.file_format == "PNG"
    write_alpha(scene, alpha=settings.transparent or lay_under)
    if settings.transparent or coloured:
        studio.catch_shadow()
    if coloured and not lay_under:
        world.fill_with(scene.world, scene_linear(colour_of(background)))
    return partial(lay_colour_under, colour_of(background)) if lay_under else _leave


def colour_of(background: str) -> Colour:
    """Return `#rrggbb` as three display values from 0 to 1."""
    red, green, blue = (int(background[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def scene_linear(colour: Colour) -> Colour:
    """Return display values as scene-linear ones (IEC 61966-2-1)."""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - the standard's
        for value in colour
    )
    return red, green, blue


def lay_colour_under(colour: Colour, path: Path) -> None:
    """Replace an RGBA PNG by an RGB one on a colour.

    Raises:
        OSError: The file cannot be written.
        ToolFailed: It cannot be read.
    """
    pixels = _read_pixels(path)
    alpha = pixels[:, :, 3:]
    flat = pixels[:, :, :3] * alpha + np.array(colour, dtype=np.float32) * (1 - alpha)
    path.write_bytes(encode_png(np.rint(flat * 255).astype(np.uint8)))


def _read_pixels(path: Path) -> NDArray[np.float32]:
    """Return a PNG's values (height, width, 4), top row first, alpha not multiplied in, from 0 to 1."""
    try:
        image = bpy.data.images.load(str(path), check_existing=False)
    except RuntimeError as error:
        raise ToolFailed(f"{path}: expected the frame just written, found: {one_line(error)}") from error
    width, height = image.size
    values = np.empty(width * height * 4, dtype=np.float32)
    if values.size:
        image.pixels.foreach_get(values)
    bpy.data.images.remove(image)
    if not values.size:
        raise ToolFailed(f"{path}: expected a readable frame, found a broken one; is the disk full?")
    return values.reshape(height, width, 4)[::-1]


def _leave(_path: Path) -> None:
    """Do nothing to a file that is as it should be."""
