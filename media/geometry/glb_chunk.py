"""The binary chunk of a GLB while it is filled, with the views and accessors that describe it."""

from typing import Any

import numpy as np
import numpy.typing as npt

from media.geometry.mesh_model import BadMesh

LARGEST_GLB = 2**32 - 2**24  # a GLB states its length in 32 bits
FLOAT, UNSIGNED_SHORT, UNSIGNED_INT = 5126, 5123, 5125
WIDTHS = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}

Json = dict[str, Any]


class BinaryChunk:
    """What was appended so far."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.length = 0
        self.views: list[Json] = []
        self.accessors: list[Json] = []

    def view(self, data: bytes, target: int | None = None) -> int:
        """Append bytes; returns the number of their view. Raises `BadMesh` beyond what a GLB holds."""
        view: Json = {"buffer": 0, "byteOffset": self.length, "byteLength": len(data)}
        self.views.append(view | ({"target": target} if target else {}))
        self.pieces.append(data + bytes(-len(data) % 4))
        self.length += len(self.pieces[-1])
        if self.length > LARGEST_GLB:
            raise BadMesh("more triangles than a GLB of 4 GiB holds")
        return len(self.views) - 1

    def accessor(self, values: npt.NDArray[np.generic], target: int, **more: object) -> int:
        """Append an array (n, k); returns the number of its accessor."""
        types = {"f": FLOAT, "u": UNSIGNED_SHORT if values.dtype.itemsize == 2 else UNSIGNED_INT}  # noqa: PLR2004 - bytes
        self.accessors.append(
            {
                "bufferView": self.view(np.ascontiguousarray(values).tobytes(), target),
                "componentType": types[values.dtype.kind],
                "count": len(values),
                "type": WIDTHS[values.shape[1]],
                **more,
            }
        )
        return len(self.accessors) - 1
