"""Fonts: three families that are shipped, and those that Blender's wheel brings for everything else."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont, features

from media.errors import BadInput, RefusedHere
from media.fonts.characters import is_shown
from media.fonts.shelf import Shelf

HERE = Path(__file__).parent
SHIPPED = ("NotoSans", "NotoSansArabic", "NotoSansHebrew")
# Blender's own, in every version from 4.2 on. What comes first is asked first.
BROUGHT = (
    "Noto Sans CJK Regular",
    "NotoEmoji-VariableFont_wght",
    "NotoSansDevanagari-Regular",
    "NotoSansBengali-VariableFont_wdth,wght",
    "NotoSansTamil-VariableFont_wdth,wght",
    "NotoSansTelugu-VariableFont_wdth,wght",
    "NotoSansThai-VariableFont_wdth,wght",
    "NotoSansGujarati-Regular",
    "NotoSansGurmukhi-VariableFont_wdth,wght",
    "NotoSansKannada-VariableFont_wdth,wght",
    "NotoSansMalayalam-VariableFont_wdth,wght",
    "NotoSansMyanmar-Regular",
    "NotoSansKhmer-VariableFont_wdth,wght",
    "NotoSansGeorgian-VariableFont_wdth,wght",
    "NotoSansArmenian-VariableFont_wdth,wght",
    "NotoSansEthiopic-Regular",
    "NotoSansJavanese-Regular",
    "NotoSansSymbols-VariableFont_wght",
    "NotoSansSymbols2-Regular",
    "NotoSansMath-Regular",
)
EMOJI = "NotoEmoji-VariableFont_wght"
WEIGHTS = {"Regular": 400, "SemiBold": 600}


@dataclass(frozen=True)
class Font:
    """One font file in one weight.

    Attributes:
        path: The file, TTF, OTF or WOFF2.
        weight: 400 for regular, 600 for semibold, as far as the file has them.
        is_wished: Whether the file itself is of this weight.
    """

    path: Path
    weight: int
    is_wished: bool = False


@dataclass
class Catalogue:
    """The fonts that there are here, in the order in which they are asked for a character.

    Attributes:
        fonts: In one weight, best first.
        shelf: The files of them that were opened.
    """

    fonts: tuple[Font, ...]
    shelf: Shelf = field(default_factory=Shelf)

    @cached_property
    def emoji(self) -> Font | None:
        """The one that pictures come from, if there is one."""
        return next((font for font in self.fonts if font.path.stem == EMOJI), None)

    def face(self, font: Font, size: float) -> ImageFont.FreeTypeFont:
        """Return a font in a size, in pixels per em."""
        return self.shelf.face(font.path, font.weight, size)

    def lacks_weight(self, font: Font) -> bool:
        """Say whether a font is thinner than wished, so that its strokes are to be widened a little."""
        if font.is_wished or font.weight <= WEIGHTS["Regular"]:
            return False
        return not self.shelf.has_weights(font.path)

    def has(self, font: Font, text: str) -> bool:
        """Say whether a font has every character of a text that is to be seen."""
        return all(not is_shown(character) or self.shelf.has(font.path, character) for character in text)


def catalogue(style: str = "Regular", more: Path | None = None, shelf: Shelf | None = None) -> Catalogue:
    """Return the fonts of this machine for a style, "Regular" or "SemiBold".

    Args:
        style: The weight; a font that has only one is drawn a little heavier where more is wanted.
        more: A folder of further fonts, asked before Blender's.
        shelf: Files that another style opened already.

    Raises:
        BadInput: There is no such folder, or no font in it.
        RefusedHere: Text cannot be shaped on this machine.
    """
    if not features.check("raqm"):
        raise RefusedHere(
            "titles: expected Pillow to shape text with Raqm, found it cannot: libfribidi.so.0 is missing "
            "here; run: apt-get install -y --no-install-recommends libfribidi0"
        )
    weight = WEIGHTS[style]
    own = [Font(HERE / f"{family}-{style}.ttf", weight, is_wished=True) for family in SHIPPED]
    others = (Font(path, weight) for path in (*_in_folder(more), *_brought()))
    return Catalogue((*own, *others), shelf or Shelf())


def _in_folder(folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    found = sorted(path for path in folder.glob("*") if path.suffix.lower() in {".ttf", ".otf", ".woff2"})
    if not found:
        raise BadInput(f"{folder.name}: expected a folder with .ttf, .otf or .woff2 files, found none")
    return found


def _brought() -> Iterator[Path]:
    """Yield the fonts of the installed Blender wheel, which is looked for and not imported."""
    spec = find_spec("bpy")
    if spec is None or not spec.origin:
        return
    for name in BROUGHT:
        yield from sorted(Path(spec.origin).parent.glob(f"[0-9]*/datafiles/fonts/{name}.woff2"))[:1]
