"""A title as a picture: laid out here, where fonts are shaped, and shown by Blender in the scene."""

import io
import math
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from media.broll.title import TitleBlock
from media.broll.title_fit import ASCENT, SAFE, Part, fitted
from media.errors import BadInput
from media.fonts.runs import Pen, draw_line, width_of

FINENESS, LONGEST_SIDE = 2.0, 8192
"""Pixels of the title for one of the picture, so that its edges are the renderer's to smooth; and a limit."""
BETWEEN = 0.012
"""Between title and subtitle, over the picture's shorter side, besides what letters reach down and up."""
RULE_WIDTH, RULE_GAP, RULE_LENGTH = 0.055, 0.30, 1.1
"""Of the line in the accent colour, in em of the title."""
SHADE_REACH, SHADE_GAIN, SHADE_STOPS = 0.5, 1.6, 5.0
"""How far the shade spreads, in em of the title, how much fuller it is made after, and how dark it can be."""

LINEAR_BELOW = 0.0031308  # IEC 61966-2-1

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class TitlePicture:
    """A PNG whose red is how much letters cover, green the line beside them, blue the shade behind both.

    The three are written as sRGB is: letters are mixed with the picture about as the eye sees it.

    Attributes:
        png: The file.
        left: Where its left edge stands, as a share of the picture's width.
        top: Where its top edge stands, as a share of the picture's height, from the top.
        width: How much of the picture's width it takes.
        height: How much of its height.
    """

    png: bytes
    left: float
    top: float
    width: float
    height: float


def title_picture(block: TitleBlock, width: int, height: int, fonts: Path | None = None) -> TitlePicture:
    """Lay a title out for a picture of `width` by `height` pixels.

    Args:
        block: What is wished.
        width: Of the picture, in pixels.
        height: With it.
        fonts: A folder of further fonts.

    Raises:
        BadInput: Characters that no title needs or that no font here has; too many words for the place.
        RefusedHere: Text cannot be shaped on this machine.
    """
    fineness = min(FINENESS, LONGEST_SIDE / max(width, height))
    area = (round(width * fineness), round(height * fineness))
    parts = fitted(block, area, fonts)
    letters = Image.new("L", area)
    rule = Image.new("L", area)
    is_above = block.rule and "center" in block.position
    is_beside = block.rule and not is_above
    top = _top_of(block, parts, area, is_above=is_above)
    size = parts[0].size
    inset = (RULE_WIDTH + RULE_GAP) * size if is_beside else 0.0
    _draw_parts(letters, block, parts, top + ((RULE_WIDTH + RULE_GAP) * size if is_above else 0.0), inset)
    if is_above:
        _draw_rule_above(rule, top, size)
    elif is_beside:
        _draw_rule_beside(rule, letters.getbbox() or (0, 0, 0, 0), size, on_the_left="left" in block.position)
    letters, rule = _in_safe_area(letters, rule)
    return _as_picture(letters, rule, size, block.shade)


def _top_of(block: TitleBlock, parts: list[Part], area: tuple[int, int], *, is_above: bool) -> float:
    """Return where the block begins, in pixels from the top."""
    tall = sum(part.height for part in parts) + (len(parts) - 1) * BETWEEN * min(area)
    tall += (RULE_WIDTH + RULE_GAP) * parts[0].size if is_above else 0.0
    margin = area[1] * (1 - SAFE) / 2
    if block.position.startswith("lower"):
        return area[1] - margin - tall
    return margin if block.position.startswith("upper") else (area[1] - tall) / 2


def _draw_parts(letters: Image.Image, block: TitleBlock, parts: list[Part], top: float, inset: float) -> None:
    draw, wide = ImageDraw.Draw(letters), letters.width
    margin = wide * (1 - SAFE) / 2 + inset
    for part in parts:
        for number, line in enumerate(part.wrapped.lines):
            length = width_of(line, part.fonts, part.language) * part.size
            left = {"left": margin, "right": wide - margin - length, "center": (wide - length) / 2}
            base = top + (ASCENT + number * part.leading) * part.size
            place = (left[block.position.split("_")[-1]], base)
            draw_line(draw, place, line, Pen(part.fonts, part.size, part.language, part.fill))
        top += part.height + BETWEEN * min(letters.size)


def _draw_rule_above(rule: Image.Image, top: float, size: float) -> None:
    left = (rule.width - RULE_LENGTH * size) / 2
    box = (left, top, left + RULE_LENGTH * size, top + RULE_WIDTH * size)
    ImageDraw.Draw(rule).rectangle(box, fill=255)


def _draw_rule_beside(rule: Image.Image, letters: Box, size: float, *, on_the_left: bool) -> None:
    margin = rule.width * (1 - SAFE) / 2
    left = margin if on_the_left else rule.width - margin - RULE_WIDTH * size
    ImageDraw.Draw(rule).rectangle((left, letters[1], left + RULE_WIDTH * size, letters[3] - 1), fill=255)


def _in_safe_area(letters: Image.Image, rule: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Move both in from the edges of the safe area as far as some letter reaches out of it.

    Raises:
        BadInput: There is nothing to see, or it is larger than the area.
    """
    wide, tall = letters.size
    box = ImageChops.lighter(letters, rule).getbbox()
    if box is None:
        raise BadInput("title.text: expected letters that are seen, found none")
    margins = (math.ceil(wide * (1 - SAFE) / 2), math.ceil(tall * (1 - SAFE) / 2))
    moves = [
        max(margin - box[side], 0) or min(most - margin - box[side + 2], 0)
        for side, (margin, most) in enumerate(zip(margins, letters.size, strict=True))
    ]
    if box[2] - box[0] > wide - 2 * margins[0] or box[3] - box[1] > tall - 2 * margins[1]:
        raise BadInput(
            "title: expected words that fit the title-safe area, found more; choose a smaller scale"
        )
    return ImageChops.offset(letters, *moves), ImageChops.offset(rule, *moves)


def _as_picture(letters: Image.Image, rule: Image.Image, size: float, shade: float) -> TitlePicture:
    """Cut out what is not empty, with its shade."""
    wide, tall = letters.size
    ink = ImageChops.lighter(letters, rule)
    reach = SHADE_REACH * size
    left, top, right, bottom = ink.getbbox() or (0, 0, wide, tall)
    around = math.ceil(3 * reach)
    left, top = max(left - around, 0), max(top - around, 0)
    right, bottom = min(right + around, wide), min(bottom + around, tall)
    whole = (left, top, right, bottom)
    behind = ink.crop(whole).filter(ImageFilter.GaussianBlur(reach))
    behind = behind.point([_darkness(min(value / 255 * SHADE_GAIN, 1.0) * shade) for value in range(256)])
    file = io.BytesIO()
    Image.merge("RGB", (letters.crop(whole), rule.crop(whole), behind)).save(file, "PNG")
    return TitlePicture(
        file.getvalue(), left / wide, top / tall, (right - left) / wide, (bottom - top) / tall
    )


def _darkness(share: float) -> int:
    """Return how much light is held back, written as sRGB is, which is how the picture is read."""
    held = 1 - 2 ** (-SHADE_STOPS * share)
    return round(255 * (held * 12.92 if held <= LINEAR_BELOW else 1.055 * held ** (1 / 2.4) - 0.055))
