"""What the meshes of a checked GLB draw: points, whatever their colour."""

import numpy as np
import numpy.typing as npt

from media.geometry.accessors import Array, Stored, scaled, values
from media.geometry.gltf import Gltf
from media.geometry.gltf_accessor import Accessor
from media.geometry.gltf_document import Mesh

Shape = tuple[int | None, int | None]
"""The accessors of points and of indices: what a primitive draws, whatever its colour."""


def shapes_of(mesh: Mesh) -> tuple[Shape, ...]:
    """Return what a mesh draws, each once."""
    found = ((primitive.attributes.get("POSITION"), primitive.indices) for primitive in mesh.primitives)
    return tuple(dict.fromkeys(found))


def points_of(gltf: Gltf, shape: Shape) -> Array:
    """Return the points of a shape (n, 3), or the corners of a box around them where they cannot be read.

    Raises `ValueError` if its indices name points that are not there.
    """
    position, indices = shape
    if position is None:
        return np.empty((0, 3))
    accessor = gltf.document.accessors[position]
    stored = values(gltf, position) if accessor.type == "VEC3" else None
    if stored is None:
        return _stated(accessor)
    named = values(gltf, indices) if indices is not None else None
    return scaled(stored if named is None else stored[_used(named, len(stored))], accessor)


def _used(named: Stored, count: int) -> npt.NDArray[np.intp]:
    """Return the numbers of the points that are named; of many by a mask, since sorting takes seconds."""
    if named.max() >= count:
        raise ValueError(f"a triangle of point {named.max()} where there are {count}")
    if len(named) < count:
        return np.unique(named)
    mask = np.zeros(count, bool)
    mask[named] = True
    return np.flatnonzero(mask)


def _stated(accessor: Accessor) -> Array:
    """Return the corners of the box that an accessor says its points lie in; none if it says nothing."""
    if not accessor.min or not accessor.max or len(accessor.min) != 3 or len(accessor.max) != 3:  # noqa: PLR2004 - x, y, z
        return np.empty((0, 3))
    pairs = zip(accessor.min, accessor.max, strict=True)
    return scaled(np.array(np.meshgrid(*pairs)).reshape(3, -1).T, accessor)
