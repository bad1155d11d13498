"""Captions' text out of the marks that SRT, WebVTT and ASS put into it.

What the file means as text stays text: a brace or a backslash of an SRT is shown, and obeyed by nobody.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from typing import cast

from media.captions.cues import Piece, Place
from media.fonts.characters import MOST_MARKS, NOT_SHOWN, REORDERING

TAG = re.compile(r"<(/?)([a-z]+)(?:[.\s][^<>]*)?/?>|<(\d[\d:.]*)>", re.IGNORECASE)
LOOKS = {"i": "italic", "em": "italic", "b": "bold", "strong": "bold", "u": "underline"}
SILENT = {*LOOKS, "font", "s", "c", "v", "lang", "ruby", "rt", "span"}
"""Marks that are not text; any other thing between angles is shown as it stands."""
PLACED = re.compile(r"^\s*\{\\an([1-9])\}")
"""The one brace that SRT files mean as a mark and players obey."""
CLOCK = re.compile(r"(?:(\d{1,9}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})")
OVERRIDE = re.compile(r"\{([^}]*)\}")
KARAOKE = re.compile(r"\\\s*+(?:k[fot]?|K)\s*+\(?\s*+(\d{1,9})")
DRAWING = re.compile(r"\\\s*+p\s*+\(?\s*+([0-9]+)")
_NEVER: int | None = None
NEW_LINES = re.compile(r"[\x0b\x0c\x85\u2028\u2029]")


def cleaned(text: str) -> str:
    r"""Return a text without what reorders it, without controls, and with few marks a letter.

    Lines end by "\n" alone; a tab is a space.
    """
    text = NEW_LINES.sub("\n", text).replace("\t", " ")
    kept, marks = [], 0
    for one in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(one)
        marks = marks + 1 if kind in {"Mn", "Me"} else 0
        unseen = kind in {"Cc", "Cs", "Co", "Cf", "Cn"} and one != "\n" and one not in NOT_SHOWN
        if not (unseen or one in REORDERING or marks > MOST_MARKS):
            kept.append(one)
    return "".join(kept)


def milliseconds(text: str) -> int | None:
    """Return a time such as 00:01:02,345 or 01:02.345 in milliseconds; None if it is none."""
    if not (found := CLOCK.fullmatch(text)):
        return None
    hours, minutes, seconds, parts = found.groups()
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(parts.ljust(3, "0"))


def pieces_of_tagged(text: str, *, entities: bool) -> tuple[tuple[Piece, ...], Place | None]:
    """Return the text of an SRT or WebVTT cue, and where it is to stand if it says so.

    Args:
        text: As it is in the file.
        entities: Whether `&amp;` means an ampersand, as in WebVTT.
    """
    placed = PLACED.match(text)
    text = text[placed.end() :] if placed else text
    pieces: list[tuple[str, dict[str, bool], int | None]] = []
    look, start, at = dict.fromkeys(("italic", "bold", "underline"), False), _NEVER, 0
    for found in TAG.finditer(text):
        closing, tag, time = found.groups()
        if tag and tag.lower() not in SILENT:
            continue
        pieces.append((text[at : found.start()], dict(look), start))
        at = found.end()
        if time:
            start = milliseconds(time)
        elif (name := LOOKS.get(tag.lower())) is not None:
            look[name] = not closing
    pieces.append((text[at:], look, start))
    read = html.unescape if entities else str
    said = tuple(Piece(text=cleaned(read(part)), **its, start=when) for part, its, when in pieces)
    return _trimmed(said), cast("Place", int(placed[1])) if placed else None


def pieces_of_script(text: str, begin: int) -> tuple[Piece, ...]:
    """Return the text of an ASS event that begins at `begin` milliseconds, without drawings."""
    pieces, look, when, draws = [], dict.fromkeys(("italic", "bold", "underline"), False), begin, False
    start: int | None = None
    for tags, part in _parts(text):
        draws = draws_from(tags, before=draws)
        for name, letter in (("italic", "i"), ("bold", "b"), ("underline", "u")):
            if said := re.search(rf"\\\s*+{letter}(\d+)", tags):
                look[name] = said[1] != "0"
        for lasted in KARAOKE.findall(tags):
            start, when = when, when + 10 * min(int(lasted), 1_000_000)
        if not draws:
            plain = part.replace(r"\N", "\n").replace(r"\n", " ").replace(r"\h", " ")
            pieces.append(Piece(text=cleaned(plain), **look, start=start))
    return _trimmed(tuple(pieces))


def overrides(text: str) -> Iterator[re.Match[str]]:
    """Return what stands in braces in an ASS event; a brace that nothing closes is not searched from."""
    return OVERRIDE.finditer(text, 0, text.rfind("}") + 1)


def draws_from(tags: str, *, before: bool) -> bool:
    """Return whether what stands behind tags is a drawing, given whether it was one before them."""
    scales = DRAWING.findall(tags)
    return bool(scales[-1].strip("0")) if scales else before


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield the tags before each part of a text, and the part."""
    at, tags = 0, ""
    for found in overrides(text):
        yield tags, text[at : found.start()]
        at, tags = found.end(), found[1]
    yield tags, text[at:]


def _trimmed(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Return pieces that say something, without gaps round all of them."""
    found = [piece for piece in pieces if piece.text]
    while found and not found[0].text.strip():
        found.pop(0)
    while found and not found[-1].text.strip():
        found.pop()
    if found:
        found[0] = found[0].model_copy(update={"text": found[0].text.lstrip()})
        found[-1] = found[-1].model_copy(update={"text": found[-1].text.rstrip()})
    return tuple(found)
