"""The light of an aisle, worked out beforehand: what lamps without end along the aisle throw on a face.

Cycles would ask its lamps anew for every sample, which takes most of the time of a frame and gives noise.
Little stands between these lamps and what is seen of racks, floor and ceiling, and along the aisle, which is
y, nothing changes: so the corners of all faces are lit once, when the scene is built.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from blender_scripts.broll.palette import Rgb

Numbers = npt.NDArray[np.float64]
_OF_A_WATT = (
    0.18  # what Cycles makes of a watt a metre of an area light on a white face a metre off, measured
)
_NEAREST = 0.08  # metres: a lamp is no line, and nothing gets brighter than this near to it


@dataclass(frozen=True)
class Strip:
    """A lamp along the aisle, without end and matt, that shines to one side.

    Attributes:
        x: Where, from the middle of the aisle.
        z: How high.
        way: Where to (x, z), of length 1.
        color: Of its light.
        watts: How much, a metre, as of Blender's area lights.
    """

    x: float
    z: float
    way: tuple[float, float]
    color: Rgb
    watts: float

    def on(self, places: Numbers, normals: Numbers) -> Numbers:
        """Return the light that something white throws back, as colours (n, 3).

        It is the integral of Lambert's law over a line: across the aisle the light falls off with the
        distance, and what faces along the aisle sees only half of the line.

        Args:
            places: Of the corners (n, 3), in metres.
            normals: Of their faces (n, 3).
        """
        there = np.array((self.x, 0.0, self.z)) - places * (1.0, 0.0, 1.0)
        far = np.maximum(np.linalg.norm(there, axis=1), _NEAREST)
        sent = np.maximum(-there @ (self.way[0], 0.0, self.way[1]), 0.0) / far**2
        across = np.maximum(np.sum(there * normals, axis=1), 0.0) / far
        along = np.abs(normals[:, 1]) / math.pi
        light = _OF_A_WATT * self.watts * sent * (across + along)
        return np.asarray(light[:, np.newaxis] * self.color)


def light_on(strips: Sequence[Strip], places: Numbers, normals: Numbers) -> Numbers:
    """Return the light of all lamps that white faces throw back, see `Strip.on`."""
    return np.asarray(sum(strip.on(places, normals) for strip in strips))
