"""How the faces of an OBJ look: the materials that they use, from the libraries and pictures beside it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from media.geometry.children import sentence
from media.geometry.mesh_model import Look, readable_name
from media.geometry.mtl import Material, look_of, read_mtl
from media.geometry.obj_references import LARGEST_MTL, libraries, texture, texture_name
from media.picture_header import MAX_PIXELS, header_of

LARGEST_PICTURE = 128 * 2**20
PICTURE_TYPES = {"image/png", "image/jpeg"}
NO_MATERIAL = {b"", b"(null)", b"None", b"off"}  # what exporters call it

TOO_LARGE_LIBRARY = f"Material libraries of more than {LARGEST_MTL} bytes were left out"
NO_PICTURE = "Pictures that are neither PNG nor JPEG were left out"
TOO_LARGE_PICTURE = f"Pictures of more than {MAX_PIXELS} pixels or {LARGEST_PICTURE} bytes were left out"
UNDEFINED = "Materials that no library defines were left out"


@dataclass
class Lost:
    """What is not there, and what is there and of no use, by the reason."""

    missing: dict[str, None] = field(default_factory=dict)
    unused: dict[str, dict[str, None]] = field(default_factory=dict)

    def because(self, reason: str, name: str) -> None:
        """Note what is of no use, once."""
        self.unused.setdefault(reason, {})[name] = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """One sentence for each reason."""
        return tuple(f"{reason}: {sentence(names)}." for reason, names in self.unused.items())


def looks_of(text: bytes, obj: Path, folder: Path, used: Iterable[bytes]) -> tuple[dict[bytes, Look], Lost]:
    """Return the looks of those materials, by name, that a library defines, and what was lost.

    Args:
        text: The OBJ's.
        obj: The OBJ.
        folder: What no name may lead out of.
        used: The names of the materials that its faces use.
    """
    lost = Lost()
    materials = _materials(text, obj, folder, lost)
    explained = bool(lost.missing)
    pictures: dict[Path, bytes | None] = {}
    looks: dict[bytes, Look] = {}
    for name in dict.fromkeys(used):
        if material := materials.get(name):
            looks[name] = look_of(name, material.said, _picture(material, folder, pictures, lost))
        elif name not in NO_MATERIAL and not explained:  # by a library that is missing
            lost.because(UNDEFINED, readable_name(name))
    return looks, lost


def _materials(text: bytes, obj: Path, folder: Path, lost: Lost) -> dict[bytes, Material]:
    """Return all materials of all libraries; of two of one name, the last."""
    found, missing = libraries(text, obj, folder)
    lost.missing |= {readable_name(name.encode()): None for name in missing}
    materials: dict[bytes, Material] = {}
    for library in found:
        if library.stat().st_size > LARGEST_MTL:
            lost.because(TOO_LARGE_LIBRARY, _name_of(library))
        else:
            materials |= read_mtl(library)
    return materials


def _picture(material: Material, folder: Path, read: dict[Path, bytes | None], lost: Lost) -> bytes | None:
    """Return the PNG or JPEG that a material names; each file is read once."""
    if not material.picture:
        return None
    path = texture(material.picture, material.library, folder)
    if path is None:
        lost.missing[readable_name(texture_name(material.picture).encode())] = None
        return None
    if path not in read:
        read[path] = _usable(path, lost)
    return read[path]


def _usable(path: Path, lost: Lost) -> bytes | None:
    """Return a picture's bytes, if it is one that is read here."""
    name = _name_of(path)
    if path.stat().st_size > LARGEST_PICTURE:
        lost.because(TOO_LARGE_PICTURE, name)
        return None
    data = path.read_bytes()
    header = header_of(data)
    if header is None or header.media_type not in PICTURE_TYPES:
        lost.because(NO_PICTURE, name)
    elif header.pixels > MAX_PIXELS:
        lost.because(TOO_LARGE_PICTURE, name)
    else:
        return data
    return None


def _name_of(path: Path) -> str:
    return readable_name(path.name.encode(errors="replace"))
