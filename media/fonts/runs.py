"""A line of text as pieces that one font draws in one direction, in the order in which they stand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import ImageDraw

from media.errors import BadInput
from media.fonts import Catalogue, Font
from media.fonts.bidi import levels_of, visual_order
from media.fonts.characters import (
    EMOJI_STYLE,
    TEXT_STYLE,
    ZERO_WIDTH_SPACE,
    clusters,
    is_shown,
    named,
)
from media.fonts.shelf import REFERENCE

HEAVIER = 0.012
"""How much wider strokes are drawn on each side where a font lacks the weight, in em."""
_HAN, _KANA, _HANGUL = (
    "[\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]",
    "[\u3040-\u30ff]",
    "[\uac00-\ud7a3]",
)
_DASHES_AND_SIGNS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True)
class Letter:
    """A cluster of characters, the font it is drawn with and its bidirectional level."""

    text: str
    font: Font
    level: int


@dataclass(frozen=True)
class Run:
    """Letters side by side of one font and level, in the order in which they are read."""

    text: str
    font: Font
    level: int

    @property
    def direction(self) -> str:
        """Which way Raqm is to set it."""
        return "rtl" if self.level % 2 else "ltr"


def letters_of(where: str, text: str, fonts: Catalogue) -> list[Letter]:
    """Return a paragraph as letters with fonts and levels.

    Raises:
        BadInput: No font here has some of its characters; the message names them.
    """
    levels, found, missing = levels_of(text), list[Letter](), list[str]()
    at, last = 0, None
    for cluster in clusters(text):
        font = font_of(cluster, fonts, last)
        if font is None:
            missing += [one for one in cluster if not any(fonts.has(each, one) for each in fonts.fonts)]
            missing += [] if missing else [cluster[0]]
            font = fonts.fonts[0]
        found.append(Letter(cluster, font, levels[at]))
        at, last = at + len(cluster), font
    if missing:
        names = ", ".join(named(one) for one in dict.fromkeys(missing))
        raise BadInput(
            f"{where}: expected characters that the fonts here have, found {names}; leave them out, or say "
            "a folder of fonts that have them"
        )
    return found


def runs_of(letters: Sequence[Letter]) -> list[Run]:
    """Return a line's runs from left to right. The line begins and ends with no space."""
    runs: list[Run] = []
    for letter in letters:
        text = "".join(one for one in letter.text if one not in {TEXT_STYLE, ZERO_WIDTH_SPACE})
        if runs and (runs[-1].font, runs[-1].level) == (letter.font, letter.level):
            runs[-1] = Run(runs[-1].text + text, letter.font, letter.level)
        else:
            runs.append(Run(text, letter.font, letter.level))
    return [runs[at] for at in visual_order([run.level for run in runs]) if runs[at].text]


def width_of(letters: Sequence[Letter], fonts: Catalogue, language: str) -> float:
    """Return how wide a line is, in em."""
    return sum(_advance(run, fonts, REFERENCE, language) for run in runs_of(letters)) / REFERENCE


@dataclass(frozen=True)
class Pen:
    """What a line is drawn with: letters of a size, in pixels per em, in a strength from 0 to 255."""

    fonts: Catalogue
    size: float
    language: str
    fill: int


def draw_line(
    draw: ImageDraw.ImageDraw, place: tuple[float, float], letters: Sequence[Letter], pen: Pen
) -> None:
    """Draw a line from its left end on its base line, in pixels."""
    x, y = place
    for run in runs_of(letters):
        draw.text(
            (x, y),
            run.text,
            fill=pen.fill,
            font=pen.fonts.face(run.font, pen.size),
            anchor="ls",
            direction=run.direction,
            language=pen.language or None,
            stroke_width=HEAVIER * pen.size if pen.fonts.lacks_weight(run.font) else 0,
        )
        x += _advance(run, pen.fonts, pen.size, pen.language)


def language_of(text: str) -> str:
    """Return the language whose shapes Chinese characters are to have, as far as the text itself tells."""
    if re.search(_KANA, text):
        return "ja"
    if re.search(_HANGUL, text):
        return "ko"
    return "zh-Hans" if re.search(_HAN, text) else ""


def _advance(run: Run, fonts: Catalogue, size: float, language: str) -> float:
    face = fonts.face(run.font, size)
    return float(face.getlength(run.text, direction=run.direction, language=language or None))


def font_of(cluster: str, fonts: Catalogue, last: Font | None) -> Font | None:
    """Return the first font that has it all; signs and spaces stay with the font of what is before them."""
    asked = list(fonts.fonts)
    if (
        last is not None
        and last != fonts.emoji
        and (_DASHES_AND_SIGNS.fullmatch(cluster) or not any(map(is_shown, cluster)))
    ):
        asked.insert(0, last)
    if fonts.emoji is not None and EMOJI_STYLE in cluster:
        asked.insert(0, fonts.emoji)
    return next((font for font in asked if fonts.has(font, cluster)), None)
