"""Read MTL, the materials of an OBJ: colour, transparency, metal and roughness, and a picture for the colour.

Colours are taken as they look on a screen (sRGB), since that is what CAD programs write. Files are read only
below the folder that came with the OBJ.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from media.geometry.materials import Finish, finish_of
from media.geometry.mesh_model import Look, linear, readable_name
from media.kind import BOM

LARGEST_MTL, LARGEST_PICTURE = 16 * 2**20, 128 * 2**20
MOST_PIXELS = 8192 * 8192
WHITE = (1.0, 1.0, 1.0)
PICTURE_MAGIC = (b"\x89PNG", b"\xff\xd8\xff")


def find_beside(name: str, folder: Path, root: Path) -> Path | None:
    """Return the file that a model calls `name`, if it is there and lies below `root`.

    Exporters write paths of the machine they ran on, so the bare file name is looked for too.

    Args:
        name: As written in the model, with either kind of slash.
        folder: The folder of the file that names it.
        root: The folder that nothing may lead out of.
    """
    if not name or "\x00" in name:
        return None
    slashed = name.replace("\\", "/")
    for candidate in (folder / slashed, folder / slashed.rsplit("/", 1)[-1]):
        try:
            path = candidate.resolve()
            if path.is_relative_to(root.resolve()) and path.is_file():
                return path
        except OSError:  # too long a name, or a circle of links
            continue
    return None


def read_mtl(path: Path, root: Path) -> tuple[dict[bytes, Look], list[str]]:
    """Return the materials of a file by name, and the names of pictures that are not there."""
    if path.stat().st_size > LARGEST_MTL:
        return {}, [path.name]
    statements: dict[bytes, dict[bytes, bytes]] = {}
    current: dict[bytes, bytes] = {}
    for line in path.read_bytes().removeprefix(BOM).splitlines():
        key, _, value = line.strip().replace(b"\t", b" ").partition(b" ")
        if key == b"newmtl":
            current = statements.setdefault(value.strip(), {})
        elif key:
            current[key] = value.strip()
    missing: list[str] = []
    looks = {name: _look(name, said, path.parent, root, missing) for name, said in statements.items()}
    return looks, missing


def _look(name: bytes, said: dict[bytes, bytes], folder: Path, root: Path, missing: list[str]) -> Look:
    picture = _picture(said.get(b"map_Kd", b""), folder, root, missing)
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


def _picture(said: bytes, folder: Path, root: Path, missing: list[str]) -> bytes | None:
    """Return the PNG or JPEG that a statement names, which may begin with options."""
    if not said:
        return None
    name = readable_name(said.split()[-1] if said.startswith(b"-") else said)
    path = find_beside(name, folder, root)
    if path is None or path.stat().st_size > LARGEST_PICTURE:
        missing.append(name)
        return None
    data = path.read_bytes()
    try:
        with Image.open(path, formats=["PNG", "JPEG"]) as picture:
            usable = data.startswith(PICTURE_MAGIC) and picture.width * picture.height <= MOST_PIXELS
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        usable = False
    if not usable:
        missing.append(name)
    return data if usable else None
