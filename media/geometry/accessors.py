"""The numbers of a checked GLB as arrays, the way Blender's importer reads them.

Khronos, glTF 2.0 specification: accessors 3.6.2, sparse accessors 3.6.2.3, normalized integers 3.11.
"""

import numpy as np
import numpy.typing as npt

from media.geometry.gltf import Gltf
from media.geometry.gltf_accessor import COMPONENTS, DTYPES, Accessor

LARGEST = {5120: 127, 5121: 255, 5122: 32767, 5123: 65535}

Array = npt.NDArray[np.float64]
Stored = npt.NDArray[np.generic]


def values(gltf: Gltf, accessor_index: int) -> Stored | None:
    """Return an accessor as it is stored, (count, components), its sparse elements in their places.

    None if an extension or embedded text holds it. Raises `ValueError` if a sparse element is not there.
    """
    accessor = gltf.document.accessors[accessor_index]
    if accessor.replaced is None:
        return None if accessor.buffer_view is None else _viewed(gltf, accessor)
    where, what = (_viewed(gltf, part) for part in accessor.replaced)
    plain = _zeros(accessor) if accessor.buffer_view is None else _viewed(gltf, accessor)
    if plain is None or where is None or what is None:
        return None
    if where.max() >= accessor.count:
        raise ValueError(f"a sparse element {where.max()} of {accessor.count}")
    filled = plain.copy()
    filled[where[:, 0]] = what
    return filled


def numbers(gltf: Gltf, accessor_index: int) -> Array | None:
    """Return what an accessor stands for, (count, components); None as `values` does."""
    stored = values(gltf, accessor_index)
    return None if stored is None else scaled(stored, gltf.document.accessors[accessor_index])


def scaled(stored: npt.ArrayLike, accessor: Accessor) -> Array:
    """Return stored numbers as they are meant: normalized integers lie from -1 or 0 to 1."""
    plain = np.asarray(stored, np.float64)
    largest = LARGEST.get(accessor.component_type)
    return np.maximum(plain / largest, -1.0) if accessor.normalized and largest else plain


def _zeros(accessor: Accessor) -> Stored:
    return np.zeros((accessor.count, COMPONENTS[accessor.type]), DTYPES[accessor.component_type])


def _viewed(gltf: Gltf, accessor: Accessor) -> Stored | None:
    """Return what lies in an accessor's view, without a copy; None if the view is in embedded text."""
    view = gltf.document.buffer_views[accessor.buffer_view or 0]
    if gltf.document.buffers[view.buffer].uri is not None:
        return None
    dtype, width = np.dtype(DTYPES[accessor.component_type]), COMPONENTS[accessor.type]
    return np.ndarray(
        (accessor.count, width),
        dtype,
        gltf.binary,
        view.byte_offset + accessor.byte_offset,
        (view.byte_stride or dtype.itemsize * width, dtype.itemsize),
    )
