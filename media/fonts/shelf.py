"""Font files that were opened: a large compressed one takes a quarter of a second each time."""

from dataclasses import dataclass, field
from pathlib import Path

from PIL import ImageFont

REFERENCE = 200.0
"""Size that widths are taken at, in pixels per em: shapes and gaps grow evenly with it."""
NOBODY = "\U0010ffff"
"""A code point that never stands for a character: every font answers it with its sign for a missing one."""
_WEIGHT = b"Weight"


@dataclass
class Shelf:
    """Open faces, and what was found out about the files."""

    _faces: dict[tuple[Path, float, int], ImageFont.FreeTypeFont] = field(default_factory=dict)
    _axes: dict[Path, dict[bytes, float]] = field(default_factory=dict)
    _missing: dict[Path, bytes] = field(default_factory=dict)
    _known: dict[tuple[Path, str], bool] = field(default_factory=dict)

    def face(self, path: Path, weight: int, size: float) -> ImageFont.FreeTypeFont:
        """Return a font in a size, in pixels per em, and in a weight if it comes in several."""
        weight = weight if self.has_weights(path) else 0
        key = (path, size, weight)
        if key not in self._faces:
            face = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.RAQM)
            if weight:
                axes = self._axes[path]
                face.set_variation_by_axes([weight if name == _WEIGHT else axes[name] for name in axes])
            self._faces[key] = face
        return self._faces[key]

    def has_weights(self, path: Path) -> bool:
        """Say whether a file comes in several weights."""
        return _WEIGHT in self._axes_of(path)

    def has(self, path: Path, character: str) -> bool:
        """Say whether a font has a character: whether it draws it unlike one that it lacks."""
        if (path, character) not in self._known:
            self._axes_of(path)
            face = self._faces[path, REFERENCE, 0]
            if path not in self._missing:
                self._missing[path] = bytes(face.getmask(NOBODY))
            self._known[path, character] = bytes(face.getmask(character)) != self._missing[path]
        return self._known[path, character]

    def _axes_of(self, path: Path) -> dict[bytes, float]:
        """Return the axes of a variable font with their defaults, in order; none of another."""
        if path not in self._axes:
            face = ImageFont.truetype(path, REFERENCE, layout_engine=ImageFont.Layout.RAQM)
            self._faces[path, REFERENCE, 0] = face
            try:
                self._axes[path] = {
                    axis["name"]: float(axis["default"] or 0) for axis in face.get_variation_axes()
                }
            except OSError:  # it is not variable
                self._axes[path] = {}
        return self._axes[path]
