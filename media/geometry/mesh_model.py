"""A mesh file as it was read: parts made of triangles, in the file's own unit and axes, and how they look."""

import re
import warnings
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from media.geometry.materials import Finish

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Rgba = tuple[float, float, float, float]

CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
LONGEST_NAME = 200
MOST_PARTS = 100_000
LARGEST_COORDINATE = 1e15  # beyond it a 32-bit float keeps no shape, and its square overflows


class BadMesh(Exception):
    """The file was read and cannot be used."""


@dataclass(frozen=True)
class Look:
    """How triangles look: linear colour, finish, and a PNG or JPEG that is laid over them."""

    name: str
    colour: Rgba
    finish: Finish
    picture: bytes | None = None


@dataclass(frozen=True)
class Run:
    """Triangles of one look: indices (m, 3) into the part's points; `look` counts the model's looks."""

    triangles: Indices
    look: int | None = None


@dataclass(frozen=True)
class MeshPart:
    """A part: points (n, 3) and, for each point, what the file gives of normal, texture place and colour.

    Colours (n, 4) are linear; texture places (n, 2) have their origin at the lower left.
    """

    name: str
    points: Floats
    runs: tuple[Run, ...]
    normals: Floats | None = None
    places: Floats | None = None
    colours: Floats | None = None

    @property
    def triangles(self) -> int:
        """How many triangles it has."""
        return sum(len(run.triangles) for run in self.runs)


@dataclass(frozen=True)
class MeshModel:
    """Everything that a file shows."""

    parts: tuple[MeshPart, ...]
    looks: tuple[Look, ...] = ()
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())


def check_points(points: Floats) -> None:
    """Raise `BadMesh` unless all coordinates are finite and of a size that a picture can be made of."""
    wrong = ~(np.abs(points) <= LARGEST_COORDINATE)
    if wrong.any():
        row = int(np.flatnonzero(wrong.any(axis=1))[0])
        raise BadMesh(f"point {row + 1} at {tuple(points[row].tolist())}, which is no place in space")


def check_indices(indices: Indices, count: int) -> None:
    """Raise `BadMesh` unless all indices lie in 0 … `count` - 1."""
    if indices.size and (indices.min() < 0 or indices.max() >= count):
        wrong = indices.max() if indices.max() >= count else indices.min()
        raise BadMesh(f"a triangle that uses point {int(wrong) + 1} of {count}")


def readable_name(raw: bytes) -> str:
    """Return a name as a person may be shown it: without control signs, and short."""
    return CONTROL.sub(" ", decoded(raw)).strip()[:LONGEST_NAME]


def decoded(raw: bytes) -> str:
    """Return a file's bytes as text: UTF-8, or else what Western Windows programs write."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def merged(corners: Floats) -> tuple[Floats, Indices]:
    """Return the different points of triangles' corners (3 m, 3), and the triangles (m, 3) that use them.

    Points that are equal to the last bit become one, so that what lies between them can be shaded smoothly.
    """
    first, inverse = different_rows(corners + 0.0)  # -0.0 becomes 0.0, which has other bits
    return corners[first], inverse.reshape(-1, 3)


def different_rows(table: npt.NDArray[np.generic]) -> tuple[Indices, Indices]:
    """Return where each different row of a table is first, and for every row which of these it is."""
    rows = np.ascontiguousarray(table)
    keys = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return first.astype(np.int64), inverse.ravel().astype(np.int64)


def numbers(text: bytes, count: int, what: str) -> Floats:
    """Return `count` numbers written as text. Raises `BadMesh` if there are others, or other things."""
    return _parsed(text, count, what, np.dtype(np.float64)).astype(np.float64)


def whole_numbers(text: bytes, count: int, what: str) -> Indices:
    """Return `count` whole numbers written as text. Raises `BadMesh` if there are others, or other things."""
    return _parsed(text, count, what, np.dtype(np.int64)).astype(np.int64)


def linear(display: Floats) -> Floats:
    """Return sRGB channels from 0 to 1 as linear ones (IEC 61966-2-1)."""
    return np.where(display <= 0.04045, display / 12.92, ((display + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - the standard's own threshold


def _parsed(text: bytes, count: int, what: str, dtype: np.dtype[np.generic]) -> npt.NDArray[np.generic]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # numpy's word for text that is no number
        try:
            found = np.fromstring(text, dtype=dtype, sep=" ")
        except (DeprecationWarning, ValueError) as error:
            raise BadMesh(f"{what} that are not numbers") from error
    if len(found) != count:
        raise BadMesh(f"{len(found)} numbers for {what}, where {count} belong")
    return found
