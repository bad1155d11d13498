"""Which light a view transform shows as a given colour: AgX and its like change what they are given."""

import itertools
import tempfile
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from blender_scripts.blender_version import set_image_format
from blender_scripts.broll.palette import Rgb

Numbers = np.ndarray[Any, np.dtype[np.floating[Any]]]
_ROUNDS, _STEPS = 7, 7
_DARKEST, _BRIGHTEST = 2.0**-12, 2.0**4
_SHRINK = 0.45


def shown_as(scene: bpy.types.Scene, color: Rgb) -> Rgb:
    """Return the light that comes out of the scene's view transform nearest to a colour.

    Blender tells nobody its transforms, but saves pictures through them: so a grid of candidates is saved and
    read back, then a finer one around the best, and so on. A colour that the transform never shows, such as a
    saturated one at full brightness in AgX, becomes the nearest that it does.

    Args:
        scene: Whose view settings.
        color: The colour as it is to be seen, linear.
    """
    wished = _encoded(np.array(color))
    middle = np.log2(np.maximum(np.array(color), _DARKEST))
    reach = 4.0
    for _ in range(_ROUNDS):
        steps = np.linspace(-reach, reach, _STEPS)
        tried = np.array(list(itertools.product(steps, repeat=3))) + middle
        tried = np.clip(tried, np.log2(_DARKEST), np.log2(_BRIGHTEST))
        off = ((_seen(scene, np.exp2(tried)) - wished) ** 2).sum(axis=1)
        middle = tried[int(off.argmin())]
        reach *= _SHRINK
    return tuple(float(one) for one in np.exp2(middle))  # type: ignore[return-value]


def _seen(scene: bpy.types.Scene, lights: Numbers) -> Numbers:
    """Return colours from 0 to 1, as a display is sent them, of so many lights."""
    settings = scene.render.image_settings
    before = (settings.file_format, settings.color_mode, settings.color_depth)
    candidates = bpy.data.images.new("candidates", len(lights), 1, float_buffer=True)
    try:
        candidates.pixels.foreach_set(
            np.concatenate([lights, np.ones((len(lights), 1))], axis=1).astype(np.float32).ravel()
        )
        set_image_format(settings, "PNG")
        settings.color_mode, settings.color_depth = "RGB", "16"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "seen.png"
            candidates.save_render(str(path), scene=scene)
            return _pixels(path)
    finally:
        bpy.data.images.remove(candidates)
        set_image_format(settings, before[0])
        settings.color_mode, settings.color_depth = before[1:]


def _pixels(path: Path) -> Numbers:
    picture = bpy.data.images.load(str(path))
    picture.colorspace_settings.name = "Non-Color"
    try:
        found = np.empty(len(picture.pixels), np.float32)
        picture.pixels.foreach_get(found)
        return found.reshape(-1, 4)[:, :3]
    finally:
        bpy.data.images.remove(picture)


def _encoded(light: Numbers) -> Numbers:
    """Return linear light as sRGB (IEC 61966-2-1)."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)  # noqa: PLR2004 - the standard's
