"""The tables of a PLY file. No count is believed before the bytes that it speaks of are seen to be there."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from media.geometry.mesh_model import BadMesh
from media.geometry.ply_header import Element

Array = npt.NDArray[np.generic]
LARGEST_POLYGON = 100_000


@dataclass(frozen=True)
class Rows:
    """Rows whose lists are equally long: each property's values (n,) or (n, k), and which rows they are."""

    columns: dict[str, Array]
    numbers: npt.NDArray[np.int64]


def length_of(length: int, element: Element) -> int:
    """Return the length of a list, if a polygon can have it. Raises `BadMesh`."""
    if not 0 <= length <= LARGEST_POLYGON:
        raise BadMesh(f"a {element.name} row with a list of {length}")
    return length


def require(element: Element, present: int, least_row: int) -> None:
    """Raise `BadMesh` if an element's rows cannot all be in the `present` bytes."""
    if element.count * least_row > present:
        raise BadMesh(
            f"{present} bytes where its header promises {element.count} {element.name} rows: "
            "it was cut short, or its header lies"
        )
