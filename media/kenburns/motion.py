"""Where a camera looks that moves over a still picture: boxes with sides of any fraction of a pixel.

A path leads from one box to another of the same shape. Its width grows or shrinks by the same factor in every
moment, which the eye takes for constant speed; its corner moves in step with the width, so that one point of
the picture stands still and nothing swerves. Pure, and without imports of ours: a child uses it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""
SAME = 1e-9
"""Closer than this as a share, two widths are one."""


@dataclass(frozen=True)
class Camera:
    """How a camera moves over a picture.

    Attributes:
        zooms: At the beginning and at the end; at 1 the box is the largest of its shape in the picture.
        centres: What it looks at then, as parts of the picture's width and height; kept inside the picture.
        easing: `linear`, or `ease-in-out`.
        frames: How many there are; the first shows the beginning and the last the end, exactly.
    """

    zooms: tuple[float, float]
    centres: tuple[tuple[float, float], tuple[float, float]]
    easing: str
    frames: int

    @classmethod
    def said(cls, values: Mapping[str, Any]) -> "Camera":
        """Return the camera of a JSON object."""
        (first, last), ((x0, y0), (x1, y1)) = values["zooms"], values["centres"]
        return cls((first, last), ((x0, y0), (x1, y1)), values["easing"], values["frames"])

    def boxes(self, size: tuple[int, int], shape: float, numbers: Sequence[int]) -> list[Box]:
        """Return where it looks in frames of these numbers, counted from 0.

        Args:
            size: Of the picture, in pixels.
            shape: Width over height of the frames.
            numbers: Of the frames.
        """
        ends = [
            box_around(size, shape, zoom, centre)
            for zoom, centre in zip(self.zooms, self.centres, strict=True)
        ]
        return [between(ends[0], ends[1], self._part(number)) for number in numbers]

    def _part(self, number: int) -> float:
        """Return how much of the way is done."""
        part = number / (self.frames - 1) if self.frames > 1 else 0.0
        return part * part * (3 - 2 * part) if self.easing == "ease-in-out" else part


def box_around(size: tuple[int, int], shape: float, zoom: float, centre: tuple[float, float]) -> Box:
    """Return the box of a shape at a zoom, around a centre or as near to that as the picture allows."""
    width = min(size[0], size[1] * shape) / zoom
    height = width / shape
    left = min(max(centre[0] * size[0] - width / 2, 0.0), size[0] - width)
    top = min(max(centre[1] * size[1] - height / 2, 0.0), size[1] - height)
    return left, top, left + width, top + height


def between(first: Box, last: Box, part: float) -> Box:
    """Return the box after some part of the way from one to another of the same shape."""
    if part in {0.0, 1.0}:
        return last if part else first
    widths = first[2] - first[0], last[2] - last[0]
    width = widths[0] * (widths[1] / widths[0]) ** part
    height = width * (first[3] - first[1]) / widths[0]
    if abs(widths[1] - widths[0]) > SAME * widths[0]:
        part = (width - widths[0]) / (widths[1] - widths[0])
    left = first[0] + (last[0] - first[0]) * part
    top = first[1] + (last[1] - first[1]) * part
    return left, top, left + width, top + height
