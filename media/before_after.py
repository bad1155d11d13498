"""A picture before and after beside each other, so that a person sees at a glance what was done to it."""

import io

from PIL import Image, ImageDraw, ImageFont

from media.contact_sheet import (
    CORNER,
    GAP,
    INK,
    LABEL,
    LABEL_SIZE,
    MARGIN,
    PAPER,
    fitted,
    rounded,
    small_webp,
)

SIDE = 640
"""Longest side of each of the two, in pixels; they are never enlarged."""
BEFORE, AFTER = "before", "after"


def before_after(before: bytes, after: bytes, *, labels: tuple[str, str] = (BEFORE, AFTER)) -> bytes:
    """Return two PNG frames beside each other, or one above the other if they are wide, each with its label.

    Args:
        before: What it was; its size may be another.
        after: What became of it.
        labels: Words of ours below each.

    Returns:
        A WebP of at most 100 kB.
    """
    tiles = [_tile(frame) for frame in (before, after)]
    is_wide = all(tile.width > 2 * tile.height for tile in tiles)
    corners, size = _column(tiles) if is_wide else _row(tiles)
    sheet = Image.new("RGB", size, PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(LABEL_SIZE)
    for tile, (left, top), label in zip(tiles, corners, labels, strict=True):
        sheet.paste(tile, (left, top), rounded(tile.size))
        draw.text((left + CORNER // 3, top + tile.height + 4), label, fill=INK, font=font)
    return small_webp(sheet)


def _tile(frame: bytes) -> Image.Image:
    with Image.open(io.BytesIO(frame), formats=["PNG"]) as image:
        return fitted(image, SIDE)


def _row(tiles: list[Image.Image]) -> tuple[list[tuple[int, int]], tuple[int, int]]:
    """Return where two pictures lie beside each other, and how large a sheet holds them."""
    first, second = tiles
    height = max(first.height, second.height)
    corners = [(MARGIN, MARGIN), (MARGIN + first.width + GAP, MARGIN)]
    return corners, (2 * MARGIN + first.width + GAP + second.width, MARGIN + height + LABEL + MARGIN // 2)


def _column(tiles: list[Image.Image]) -> tuple[list[tuple[int, int]], tuple[int, int]]:
    """Return the same of one above the other."""
    first, second = tiles
    below = MARGIN + first.height + LABEL + GAP
    size = (2 * MARGIN + max(first.width, second.width), below + second.height + LABEL + MARGIN // 2)
    return [(MARGIN, MARGIN), (MARGIN, below)], size
