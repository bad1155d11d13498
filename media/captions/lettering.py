"""Captions as lines of letters, each with the font that has it, none wider than there is room for.

Lines are broken and ordered here, not by libass: it breaks without regard to fonts that stand for others, and
orders a line of several fonts from left to right whatever its direction.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from media.captions.cues import Cue
from media.captions.style import CaptionStyle
from media.fonts import Catalogue, Font
from media.fonts.bidi import levels_of, visual_order
from media.fonts.breaks import GAPS, may_break
from media.fonts.characters import TEXT_STYLE, ZERO_WIDTH_SPACE, clusters, named
from media.fonts.runs import font_of
from media.fonts.shelf import REFERENCE

UNKNOWN = "\ufffd"
LINE_HEIGHT = 1.4
"""Of a line of the tallest of usual fonts, in em."""
SMALLER, SMALLEST = 0.9, 0.3
FITTING_STEPS = 12
"""Halvings of the room that lines are made even by: then it is known to a pixel."""
WIDE = {"W", "F"}


@dataclass(frozen=True)
class Letter:
    """A cluster of characters.

    Attributes:
        text: That are not to be torn apart.
        font: That has them.
        level: Odd where it is read from the right.
        piece: Which piece of its caption it is of.
    """

    text: str
    font: Font
    level: int
    piece: int


@dataclass(frozen=True)
class Run:
    """Letters side by side of one font, direction and piece, in the order in which they are read."""

    text: str
    font: Font
    level: int
    piece: int


@dataclass(frozen=True)
class Laid:
    """A caption as it is drawn.

    Attributes:
        cue: What it says.
        lines: Of it, from the top; in each its runs from left to right.
        scale: Of the letters, 1 unless there is no room for them.
    """

    cue: Cue
    lines: tuple[tuple[Run, ...], ...]
    scale: float


@dataclass(frozen=True)
class Room:
    """Where captions may stand, in em of their letters."""

    width: float
    height: float


@dataclass
class Composer:
    """Lays captions out, and knows what was wrong with them.

    Attributes:
        style: How they look.
        fonts: What there is to set them in.
        room: For them.
        missing: Characters that no font has, and the first caption with each.
        tall: Captions of more lines than wished.
        shrunk: Captions that needed smaller letters.
    """

    style: CaptionStyle
    fonts: Catalogue
    room: Room
    missing: dict[str, int] = field(default_factory=dict)
    tall: list[Cue] = field(default_factory=list)
    shrunk: list[Cue] = field(default_factory=list)
    _widths: dict[tuple[Font, str], float] = field(default_factory=dict)
    _found: dict[tuple[str, Font | None], Font | None] = field(default_factory=dict)

    def laid(self, cue: Cue) -> Laid:
        """Return a caption in lines."""
        paragraphs, scale = [*self._paragraphs(cue)], 1.0
        while True:
            room = Room(self.room.width / scale, self.room.height / scale)
            lines = [line for letters in paragraphs for line in self._wrapped(letters, room.width)]
            if len(lines) * LINE_HEIGHT <= room.height or scale <= SMALLEST:
                break
            scale *= SMALLER
        if len(lines) > self.style.max_lines:
            self.tall.append(cue)
        if scale < 1:
            self.shrunk.append(cue)
        return Laid(cue, tuple(tuple(runs_of(line)) for line in lines), scale)

    def warnings(self) -> list[str]:
        """Return what is to be said of all that was laid out."""
        said = []
        if self.missing:
            first = ", ".join(
                f"{named(one)} (caption {number})" for one, number in [*self.missing.items()][:3]
            )
            more = f" and {len(self.missing) - 3} more" if len(self.missing) > 3 else ""  # noqa: PLR2004 - as above
            said.append(f"no font here has {first}{more}; {UNKNOWN} stands in their place")
        for cues, what in (
            (self.tall, f"more than {self.style.max_lines} lines"),
            (self.shrunk, "smaller letters, as they would not fit the picture otherwise"),
        ):
            if cues:
                count = f" and {len(cues) - 1} more" if len(cues) > 1 else ""
                said.append(f"caption {cues[0].number}{count} got {what}; part long captions into several")
        return said

    def _paragraphs(self, cue: Cue) -> Iterator[list[Letter]]:
        """Yield the letters of each line that the caption itself has."""
        pieces = [piece.text.upper() if self.style.uppercase else piece.text for piece in cue.pieces]
        text, owners = "".join(pieces), [at for at, part in enumerate(pieces) for _ in part]
        begin = 0
        for line in text.split("\n"):
            if line.strip():
                yield self._letters(line, owners[begin : begin + len(line)], cue)
            begin += len(line) + 1

    def _letters(self, line: str, owners: Sequence[int], cue: Cue) -> list[Letter]:
        levels, found, at = levels_of(line), list[Letter](), 0
        last: Font | None = None
        for cluster in clusters(line):
            font = self._font(cluster, last)
            text = cluster
            if font is None:
                self.missing.setdefault(cluster[0], cue.number)
                font, text = self.fonts.fonts[0], UNKNOWN
            found.append(Letter(text, font, levels[at], owners[at]))
            at, last = at + len(cluster), font
        return found

    def _font(self, cluster: str, last: Font | None) -> Font | None:
        """Return the font of a cluster behind letters of another; asked once, as there are many of each."""
        key = (cluster, last)
        if key not in self._found:
            self._found[key] = font_of(cluster, self.fonts, last)
        return self._found[key]

    def _wrapped(self, letters: Sequence[Letter], room: float) -> list[list[Letter]]:
        """Return a paragraph in as few lines as there is room for, and these as even as they can be."""
        words = [*_words(letters)]
        sizes = [(self._width(word), _columns(word)) for word in words]
        words, sizes = self._parted(words, sizes, room)
        fewest = len(_filled(sizes, room, self.style.line_length))
        least, most = 0.0, room
        for _ in range(FITTING_STEPS):
            middle = (least + most) / 2
            if len(_filled(sizes, middle, self.style.line_length)) > fewest:
                least = middle
            else:
                most = middle
        cuts = _filled(sizes, most, self.style.line_length)
        lines = [[letter for word in words[first:last] for letter in word] for first, last in cuts]
        return [stripped for line in lines if (stripped := _stripped(line))]

    def _parted(
        self, words: list[list[Letter]], sizes: list[tuple[float, int]], room: float
    ) -> tuple[list[list[Letter]], list[tuple[float, int]]]:
        """Part what is wider than a line between any two letters: there is no better place."""
        parted = [
            part
            for word, (width, columns) in zip(words, sizes, strict=True)
            for part in (
                [[letter] for letter in word] if width > room or columns > self.style.line_length else [word]
            )
        ]
        return parted, [(self._width(part), _columns(part)) for part in parted]

    def _width(self, letters: Sequence[Letter]) -> float:
        """Return how wide letters are, in em, without the gap behind them."""
        return sum(self._advance(run) for run in runs_of(_stripped(letters))) + sum(
            self._advance(Run(" ", letters[-1].font, 0, 0)) for _ in range(letters[-1].text in GAPS)
        )

    def _advance(self, run: Run) -> float:
        key = (run.font, run.text)
        if key not in self._widths:
            face = self.fonts.face(run.font, REFERENCE)
            self._widths[key] = face.getlength(run.text) / REFERENCE
        return self._widths[key]


def runs_of(line: Sequence[Letter]) -> list[Run]:
    """Return a line's runs from left to right."""
    runs = []
    for (font, level, piece), letters in groupby(line, lambda one: (one.font, one.level, one.piece)):
        text = "".join(one.text for one in letters)
        runs.append(Run(text.replace(TEXT_STYLE, "").replace(ZERO_WIDTH_SPACE, ""), font, level, piece))
    return [runs[at] for at in visual_order([run.level for run in runs]) if runs[at].text]


def _words(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    """Yield what no line ends within, each with the gap behind it."""
    word: list[Letter] = []
    for letter in letters:
        if word and may_break(word[-1].text, letter.text):
            yield word
            word = []
        word.append(letter)
    if word:
        yield word


def _columns(letters: Sequence[Letter]) -> int:
    return sum(2 if unicodedata.east_asian_width(one.text[0]) in WIDE else 1 for one in letters)


def _filled(sizes: Sequence[tuple[float, int]], room: float, columns: int) -> list[tuple[int, int]]:
    """Return from which word to which each line goes if each takes as many as it can."""
    lines, first, width, count = [], 0, 0.0, 0
    for at, (wide, many) in enumerate(sizes):
        # The gap behind a line's last word takes no room, which is a column at most.
        if at > first and (width + wide > room or count + many > columns + 1):
            lines.append((first, at))
            first, width, count = at, 0.0, 0
        width, count = width + wide, count + many
    return [*lines, (first, len(sizes))]


def _stripped(letters: Sequence[Letter]) -> list[Letter]:
    found = list(letters)
    while found and found[0].text in GAPS:
        found.pop(0)
    while found and found[-1].text in GAPS:
        found.pop()
    return found
