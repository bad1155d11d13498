"""Read MTL, the materials of an OBJ: colour, transparency, metal and roughness, and a picture for the colour.

Colours are taken as they look on a screen (sRGB), since that is what CAD programs write.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from media.geometry.materials import Finish, finish_of
from media.geometry.mesh_model import Look, decoded, linear, readable_name
from media.kind import BOM

WHITE = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Material:
    """What a library says of a material, by keyword."""

    library: Path
    said: dict[bytes, bytes]

    @property
    def picture(self) -> str:
        """The statement that names the picture for its colour; empty if there is none."""
        return decoded(self.said.get(b"map_Kd", b"")).strip()


def read_mtl(path: Path) -> dict[bytes, Material]:
    """Return the materials of a library by name."""
    materials: dict[bytes, Material] = {}
    current = Material(path, {})
    for line in path.read_bytes().removeprefix(BOM).splitlines():
        key, _, value = line.strip().replace(b"\t", b" ").partition(b" ")
        if key == b"newmtl":
            current = materials.setdefault(value.strip(), Material(path, {}))
        elif key:
            current.said[key] = value.strip()
    return materials


def look_of(name: bytes, said: dict[bytes, bytes], picture: bytes | None) -> Look:
    """Return how a material looks, of which a library says this, with its picture if that can be used."""
    display = WHITE if picture else _colour(said.get(b"Kd", b"")) or (0.8, 0.8, 0.8)
    red, green, blue = linear(np.array(display)).tolist()
    alpha = _number(said.get(b"d", b""))
    if alpha is None and (through := _number(said.get(b"Tr", b""))) is not None:
        alpha = 1.0 - through
    finish = finish_of(red, green, blue)
    metallic, roughness = _number(said.get(b"Pm", b"")), _number(said.get(b"Pr", b""))
    if metallic is not None or roughness is not None:
        finish = Finish(metallic or 0.0, finish.roughness if roughness is None else roughness)
    elif picture:
        finish = Finish(metallic=0.0, roughness=0.5)
    return Look(readable_name(name), (red, green, blue, 1.0 if alpha is None else alpha), finish, picture)


def _colour(text: bytes) -> tuple[float, float, float] | None:
    words = [_number(word) for word in text.split()[:3]]
    if not words or any(word is None for word in words):
        return None
    red, green, blue = [word or 0.0 for word in (words * 3 if len(words) == 1 else words + words[-1:])[:3]]
    return red, green, blue


def _number(text: bytes) -> float | None:
    """Return a number, held to 0 … 1; None if there is none."""
    try:
        number = float(text.split()[0])
    except (IndexError, ValueError):
        return None
    return min(1.0, max(0.0, number)) if number == number else None  # noqa: PLR0124 - not a number
