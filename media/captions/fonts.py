"""Fonts as libass takes them: files in a folder, known by the names inside them."""

from dataclasses import dataclass, field
from pathlib import Path

from media.fonts import Catalogue, Font, catalogue
from media.fonts.sfnt import FontNames, names_of
from media.fonts.woff2 import unpacked

HERE = "Noto Sans"
FOLDER = "fonts"


@dataclass
class FontFolder:
    """The fonts that captions need, each put there when it is first asked for.

    Attributes:
        path: The folder.
        catalogue: What there is.
    """

    path: Path
    catalogue: Catalogue
    _names: dict[Path, FontNames] = field(default_factory=dict)

    @classmethod
    def within(cls, folder: Path, *, bold: bool) -> "FontFolder":
        """Return an empty one below `folder`, of this machine's fonts in one weight.

        Raises:
            RefusedHere: Text cannot be shaped on this machine.
        """
        path = folder / FOLDER
        path.mkdir()
        return cls(path, catalogue("SemiBold" if bold else "Regular"))

    def names(self, font: Font) -> FontNames:
        """Return what libass calls a font, which is in the folder from then on."""
        if font.path not in self._names:
            data = unpacked(font.path.read_bytes())
            (self.path / f"{len(self._names)}.ttf").write_bytes(data)
            self._names[font.path] = names_of(data)
        return self._names[font.path]

    def is_thin(self, font: Font) -> bool:
        """Say whether a font is lighter than the others here, so that libass is to widen its strokes."""
        return font.weight > 400 and not font.is_wished  # noqa: PLR2004 - of regular fonts
