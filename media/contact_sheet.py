"""Small pictures that tell a person at a glance what came out: a poster, and a sheet of numbered frames."""

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from media.errors import BadInput
from media.still import over_background

LARGEST_BYTES = 100_000
POSTER_SIDE = 640
TILE_SIDE = 224
MARGIN, GAP, LABEL, CORNER = 20, 14, 22, 6
LABEL_SIZE = 13
PAPER, INK, BEHIND = "#f5f5f4", "#78716c", "#ffffff"
QUALITIES = (94, 88, 80, 70, 55, 40)
WIDEST_SHEET = 1.6
"""Width over height that a sheet aims at: it lies in a text column beside a browser's edge."""


def poster(frame: bytes) -> bytes:
    """Return a PNG frame as a WebP of at most 640 pixels a side and 100 kB."""
    with Image.open(io.BytesIO(frame), formats=["PNG"]) as image:
        return small_webp(fitted(image, POSTER_SIDE))


def contact_sheet(frames: Sequence[tuple[int, bytes]]) -> bytes:
    """Return numbered PNG frames of one size as a grid, a WebP of at most 100 kB.

    Args:
        frames: Frame numbers and PNG files, in the order in which they are to be read.

    Raises:
        BadInput: There is no frame.
    """
    if not frames:
        raise BadInput("expected at least one frame for a contact sheet, found none")
    tiles = [_tile(data) for _, data in frames]
    grid = _Grid.of(len(tiles), *tiles[0].size)
    sheet = Image.new("RGB", grid.size, PAPER)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(LABEL_SIZE)
    for index, ((number, _), tile) in enumerate(zip(frames, tiles, strict=True)):
        left, top = grid.corner(index)
        sheet.paste(tile, (left, top), rounded(tile.size))
        draw.text((left + 2, top + tile.height + 4), str(number), fill=INK, font=font)
    return small_webp(sheet)


def thumbnail_of(path: Path) -> bytes | None:
    """Return a picture that is not as it must be as a small WebP; None if it does not even decode."""
    try:
        with Image.open(path, formats=["PNG", "WEBP"]) as image:
            return small_webp(fitted(image, POSTER_SIDE))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


def as_data_uri(webp: bytes) -> str:
    """Return a WebP as text that a page shows without asking any server."""
    return f"data:image/webp;base64,{base64.b64encode(webp).decode()}"


@dataclass(frozen=True)
class _Grid:
    columns: int
    rows: int
    tile_width: int
    tile_height: int

    @classmethod
    def of(cls, count: int, width: int, height: int) -> "_Grid":
        """Choose columns that fill the last row if possible and bring the sheet near the wanted shape."""

        def ugliness(columns: int) -> float:
            rows = math.ceil(count / columns)
            shape = columns * width / (rows * (height + LABEL))
            return abs(math.log(shape / WIDEST_SHEET)) + (columns * rows - count) / columns

        columns = min(range(1, count + 1), key=ugliness)
        return cls(columns, math.ceil(count / columns), width, height)

    @property
    def size(self) -> tuple[int, int]:
        right, bottom = self.corner(self.columns * self.rows - 1)
        return right + self.tile_width + MARGIN, bottom + self.tile_height + LABEL + MARGIN - GAP // 2

    def corner(self, index: int) -> tuple[int, int]:
        row, column = divmod(index, self.columns)
        return (
            MARGIN + column * (self.tile_width + GAP),
            MARGIN + row * (self.tile_height + LABEL + GAP // 2),
        )


def _tile(frame: bytes) -> Image.Image:
    with Image.open(io.BytesIO(frame), formats=["PNG"]) as image:
        return fitted(image, TILE_SIDE)


def fitted(image: Image.Image, side: int) -> Image.Image:
    """Return the picture, opaque, shrunk to `side` pixels at most; it is never enlarged."""
    opaque = over_background(image, BEHIND)
    opaque.thumbnail((side, side), Image.Resampling.LANCZOS)
    return opaque


def rounded(size: tuple[int, int]) -> Image.Image:
    """Return a mask with soft corners, drawn four times as large and shrunk."""
    width, height = size
    mask = Image.new("L", (width * 4, height * 4), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width * 4 - 1, height * 4 - 1), CORNER * 4, fill=255)
    return mask.resize(size, Image.Resampling.LANCZOS)


def small_webp(image: Image.Image) -> bytes:
    """Return the picture as WebP, coarser and at last smaller until it fits."""
    while True:
        for quality in QUALITIES:
            file = io.BytesIO()
            image.save(file, "WEBP", quality=quality, method=4)
            if len(file.getvalue()) <= LARGEST_BYTES:
                return file.getvalue()
        image = image.resize((max(1, image.width * 3 // 4), max(1, image.height * 3 // 4)))
