"""From a colour in a CAD file to a plausible material.

CAD files carry a colour and nothing else. Two numbers decide how it looks, and glTF's own default for both
(metallic 1, roughness 1) makes every part dark, so they are always written. The rule, on the colour as a
designer sees it (sRGB, as hue, saturation, value):

* a grey that is neither near black nor near white is bare metal; the lighter, the more polished;
* a muted yellow to orange is brass, bronze or copper;
* a colour is paint or plastic; near black is rubber, plastic or black oxide; near white is plastic.
"""

import colorsys
from dataclasses import dataclass

GREY_SATURATION = 0.16
DARKEST_METAL, LIGHTEST_METAL = 0.25, 0.95
COPPER_TO_BRASS_HUE = (0.04, 0.15)  # of a full circle: 14 to 54 degrees
BRASS_SATURATION = (0.3, 0.8)
DARKEST_BRASS = 0.45


@dataclass(frozen=True)
class Finish:
    """The two numbers of the metallic-roughness model, each from 0 to 1."""

    metallic: float
    roughness: float


PAINT = Finish(metallic=0.0, roughness=0.4)
RUBBER = Finish(metallic=0.0, roughness=0.55)
BRASS = Finish(metallic=1.0, roughness=0.28)


def finish_of(red: float, green: float, blue: float) -> Finish:
    """Return the finish of a colour given as linear RGB, each from 0 to 1."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(srgb(channel) for channel in (red, green, blue)))
    if saturation < GREY_SATURATION:
        if value < DARKEST_METAL:
            return RUBBER
        if value > LIGHTEST_METAL:
            return PAINT
        return Finish(metallic=1.0, roughness=round(0.5 - 0.32 * value, 3))
    low, high = COPPER_TO_BRASS_HUE
    muted = BRASS_SATURATION[0] <= saturation <= BRASS_SATURATION[1]
    if low <= hue <= high and muted and value >= DARKEST_BRASS:
        return BRASS
    return PAINT


def srgb(linear: float) -> float:
    """Return a linear channel as sRGB (IEC 61966-2-1)."""
    if linear <= 0.0031308:  # noqa: PLR2004 - the standard's own threshold
        return 12.92 * max(0.0, linear)
    return float(1.055 * min(1.0, linear) ** (1 / 2.4) - 0.055)


def linear(display: float) -> float:
    """Return an sRGB channel as a linear one (IEC 61966-2-1)."""
    if display <= 0.04045:  # noqa: PLR2004 - the standard's own threshold
        return display / 12.92
    return float(((display + 0.055) / 1.055) ** 2.4)
