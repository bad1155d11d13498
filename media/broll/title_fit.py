"""How large the letters of a title can be: as wished, or smaller so that every word has its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from media.broll.title import TitleBlock
from media.broll.title_lines import Wrapped, wrappings
from media.errors import BadInput
from media.fonts import Catalogue, catalogue
from media.fonts.characters import cleaned
from media.fonts.runs import language_of
from media.fonts.shelf import Shelf

SAFE = 0.90
"""Share of the width and of the height that is title-safe (SMPTE ST 2046-1:2009, EBU R 95)."""
ASCENT, DESCENT = 1.0, 0.32
"""What letters reach above and below their base line, in em, marks of the shipped fonts included."""
WIDTH, CENTERED_WIDTH = 0.62, 0.80
"""Share of the width that a line may take at a side and in the middle; in tall pictures, all that is safe."""
MOST_LINES = 3
ROOM_FOR_RULE = 0.36
"""What the line beside a title and the gap to it take of the width, in em of the title."""


class _Kind(NamedTuple):
    """What differs between title and subtitle; sizes in em over the picture's shorter side."""

    field: str
    style: str
    size: float
    least: float  # the smallest that can be read in a small player
    leading: float
    height: float  # most of the picture's
    fill: int


TITLE = _Kind("text", "SemiBold", 0.085, 0.035, 1.18, 0.36, 255)
SUBTITLE = _Kind("subtitle", "Regular", 0.040, 0.024, 1.36, 0.20, 218)


@dataclass(frozen=True)
class Part:
    """Title or subtitle: lines in a size, in pixels."""

    wrapped: Wrapped
    size: float
    leading: float
    fill: int
    fonts: Catalogue
    language: str

    @property
    def height(self) -> float:
        """From as far as its first line may reach up to as far as its last may reach down."""
        return _height(self.wrapped, self.leading) * self.size


def fitted(block: TitleBlock, area: tuple[int, int], more: Path | None) -> list[Part]:
    """Return the title, and the subtitle if there is one, in sizes that fit into a picture's safe area.

    Raises:
        BadInput: Characters that no title needs or that no font has; words that do not fit.
        RefusedHere: Text cannot be shaped on this machine.
    """
    parts, shelf = [], Shelf()
    for kind, text in ((TITLE, block.text), (SUBTITLE, block.subtitle)):
        words = cleaned(f"title.{kind.field}", text)
        if words:
            parts.append(_part(kind, words, block, area, catalogue(kind.style, more, shelf)))
        elif kind is TITLE:
            raise BadInput("title.text: expected words, found none")
    return parts


def _part(kind: _Kind, words: str, block: TitleBlock, area: tuple[int, int], fonts: Catalogue) -> Part:
    language = block.language or language_of(block.text + block.subtitle)
    where = f"title.{kind.field}"
    ways = wrappings(where, words, fonts, language, MOST_LINES)
    sized = [(size, way) for way in ways for size in _sizes(kind, way, block, area)]
    size, way = max(sized, key=lambda one: (round(one[0], 3), -len(one[1].lines)), default=(0.0, None))
    if way is None or size < kind.least * min(area):
        raise BadInput(
            f"{where}: expected words for {MOST_LINES} lines of the title-safe area in letters "
            f"that can be read, found {len(words)} characters that do not; shorten or part them"
        )
    return Part(way, size, kind.leading, kind.fill, fonts, language)


def _sizes(kind: _Kind, way: Wrapped, block: TitleBlock, area: tuple[int, int]) -> Iterator[float]:
    """Yield the size that a way to break the words can have, if they have any width."""
    if not way.width:
        return
    share = SAFE if area[0] <= area[1] else CENTERED_WIDTH if "center" in block.position else WIDTH
    wished = kind.size * block.scale * min(area)
    room = share * area[0] - ROOM_FOR_RULE * TITLE.size * block.scale * min(area)
    yield min(wished, room / way.width, kind.height * area[1] / _height(way, kind.leading))


def _height(way: Wrapped, leading: float) -> float:
    return ASCENT + DESCENT + (len(way.lines) - 1) * leading
