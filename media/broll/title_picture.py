"""A title as a picture: laid out here, where fonts are shaped, and shown by Blender in the scene."""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from media.broll.title import TitleBlock
from media.broll.title_fit import ASCENT, SAFE, Part, fitted
from media.errors import BadInput
from media.fonts.runs import Pen, draw_line, width_of

LONGEST_SIDE = 8192
"""Of a picture whose pixels the title has. Finer ones would leave its edges to the renderer's noise."""
BETWEEN = 0.012
"""Between title and subtitle, over the picture's shorter side, besides what letters reach down and up."""
RULE_WIDTH, RULE_GAP, RULE_LENGTH = 0.055, 0.30, 1.1
"""Of the line in the accent colour, in em of the title."""
SHADE_REACH, SHADE_STOPS = 0.9, 4.0
"""How far the shade spreads, in em of the title, and how many stops darker it can make the picture."""

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


@dataclass(frozen=True)
class _Layers:
    """Masks of the whole picture: letters, and the line beside them."""

    letters: Image.Image
    rule: Image.Image

    @classmethod
    def of(cls, area: tuple[int, int]) -> "_Layers":
        return cls(*(Image.new("L", area) for _ in range(2)))

    @property
    def size(self) -> tuple[int, int]:
        return self.letters.size

    @property
    def ink(self) -> Box:
        """What is covered by letters and line."""
        return ImageChops.lighter(self.letters, self.rule).getbbox() or (0, 0, 0, 0)

    def changed(self, change: Callable[[Image.Image], Image.Image]) -> "_Layers":
        return _Layers(change(self.letters), change(self.rule))


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
    fineness = min(1.0, LONGEST_SIDE / max(width, height))
    area = (round(width * fineness), round(height * fineness))
    parts = fitted(block, area, fonts)
    size, layers = parts[0].size, _Layers.of(area)
    is_above = block.rule and "center" in block.position
    is_beside = block.rule and not is_above
    room = (RULE_WIDTH + RULE_GAP) * size
    top = _top_of(block, parts, area, above=room if is_above else 0.0)
    _draw_parts(layers, block, parts, top + (room if is_above else 0.0), room if is_beside else 0.0)
    if is_above:
        _draw_rule_above(layers.rule, top, size)
    elif is_beside:
        _draw_rule_beside(layers, size, on_the_left="left" in block.position)
    return _as_picture(_in_safe_area(layers), size, block.shade)


def _top_of(block: TitleBlock, parts: list[Part], area: tuple[int, int], above: float) -> float:
    """Return where the block begins, in pixels from the top."""
    tall = above + sum(part.height for part in parts) + (len(parts) - 1) * BETWEEN * min(area)
    margin = area[1] * (1 - SAFE) / 2
    if block.position.startswith("lower"):
        return area[1] - margin - tall
    return margin if block.position.startswith("upper") else (area[1] - tall) / 2


def _draw_parts(layers: _Layers, block: TitleBlock, parts: list[Part], top: float, inset: float) -> None:
    draw = ImageDraw.Draw(layers.letters)
    wide = layers.size[0]
    margin = wide * (1 - SAFE) / 2 + inset
    for part in parts:
        pen = Pen(part.fonts, part.size, part.language, part.fill)
        for number, line in enumerate(part.wrapped.lines):
            length = width_of(line, part.fonts, part.language) * part.size
            lefts = {"left": margin, "right": wide - margin - length, "center": (wide - length) / 2}
            left = lefts[block.position.split("_")[-1]]
            base = top + (ASCENT + number * part.leading) * part.size
            draw_line(draw, (left, base), line, pen)
        top += part.height + BETWEEN * min(layers.size)


def _draw_rule_above(rule: Image.Image, top: float, size: float) -> None:
    left = (rule.width - RULE_LENGTH * size) / 2
    box = (left, top, left + RULE_LENGTH * size, top + RULE_WIDTH * size)
    ImageDraw.Draw(rule).rectangle(box, fill=255)


def _draw_rule_beside(layers: _Layers, size: float, *, on_the_left: bool) -> None:
    _, top, _, bottom = layers.ink
    wide = layers.size[0]
    margin = wide * (1 - SAFE) / 2
    left = margin if on_the_left else wide - margin - RULE_WIDTH * size
    box = (math.ceil(left), top, math.ceil(left) + round(RULE_WIDTH * size) - 1, bottom - 1)
    ImageDraw.Draw(layers.rule).rectangle(box, fill=255)


def _in_safe_area(layers: _Layers) -> _Layers:
    """Move all in from the edges of the safe area as far as some letter reaches out of it.

    Raises:
        BadInput: There is nothing to see, or it is larger than the area.
    """
    box, moves = layers.ink, []
    if box == (0, 0, 0, 0):
        raise BadInput("title.text: expected letters that are seen, found none")
    for low, high, most in zip(box[:2], box[2:], layers.size, strict=True):
        margin = math.ceil(most * (1 - SAFE) / 2)
        if high - low > most - 2 * margin:
            raise BadInput(
                "title: expected words that fit the title-safe area, found more; choose a smaller scale"
            )
        moves.append(max(margin - low, 0) or min(most - margin - high, 0))
    return layers.changed(lambda layer: ImageChops.offset(layer, *moves)) if any(moves) else layers


def _as_picture(layers: _Layers, size: float, shade: float) -> TitlePicture:
    """Cut out what is not empty, with its shade."""
    wide, tall = layers.size
    left, top, right, bottom = layers.ink
    around = math.ceil(3 * SHADE_REACH * size) + 1
    left, top = max(left - around, 0), max(top - around, 0)
    right, bottom = min(right + around, wide), min(bottom + around, tall)
    layers = layers.changed(lambda layer: layer.crop((left, top, right, bottom)))
    behind = Image.new("L", layers.size)
    behind.paste(255, layers.ink)
    behind = behind.filter(ImageFilter.GaussianBlur(SHADE_REACH * size))
    behind = behind.point([_darkness(value / 255 * shade) for value in range(256)])
    file = io.BytesIO()
    Image.merge("RGB", (layers.letters, layers.rule, behind)).save(file, "PNG")
    return TitlePicture(
        file.getvalue(), left / wide, top / tall, (right - left) / wide, (bottom - top) / tall
    )


def _darkness(share: float) -> int:
    """Return how much light is held back, written as sRGB is, which is how the picture is read."""
    held = 1 - 2 ** (-SHADE_STOPS * share)
    return round(255 * (held * 12.92 if held <= LINEAR_BELOW else 1.055 * held ** (1 / 2.4) - 0.055))
