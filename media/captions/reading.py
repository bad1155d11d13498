"""Read a file of captions, SRT, WebVTT, ASS or words with their times, without believing it."""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import pysubs2

from media.captions.cues import Captions, Cue, Form, Place, clock
from media.captions.decoding import decoded
from media.captions.markup import milliseconds, pieces_of_script, pieces_of_tagged
from media.captions.words import Grouping, cues_of_words
from media.errors import BadInput
from media.reference import printable

MOST_CUES = 20_000
MOST_MS = 100 * 3_600_000
ARROW = re.compile(r"^\s*(-?\d[\d:.,]*)\s*-{1,2}>\s*(-?\d[\d:.,]*)(?:\s(.*))?$")
JSON = re.compile(r"\s*(?:\{|\[\s*\{)")
NUMBER = re.compile(r"\s*\d+\s*")
SCRIPT = re.compile(r"\[\s*V4\+? Styles\s*\]|\[Script Info\]", re.IGNORECASE)
LINE = re.compile(r"\bline:(-?\d+(?:\.\d+)?)(%?)")
SIDE = re.compile(r"\balign:(\w+)")
MIDDLE = 2
UPPER, LOWER = 40.0, 60.0
"""Of the picture's height, in percent: where top and middle end."""
# Characters that no text has (Unicode 16.0, section 23.7) stand for those that pysubs2 reads as its own.
HIDDEN = {":": "\ufdd0", "\\": "\ufdd1"}


@dataclass(frozen=True)
class _Block:
    """A cue as its file has it."""

    start: int
    end: int
    settings: str
    lines: tuple[str, ...]


def read_captions(data: bytes, name: str, grouping: Grouping) -> Captions:
    """Return the captions of a file, whatever of the four kinds it is.

    Args:
        data: The file.
        name: What its owner calls it, for messages.
        grouping: How single words become captions.

    Raises:
        BadInput: It is none of them, or a time in it is none.
    """
    text, said = decoded(data, name)
    if JSON.match(text):
        captions = Captions(form="words", cues=cues_of_words(text, name, grouping))
    else:
        captions = _of_script(text, name) if SCRIPT.search(text) else _of_blocks(text, name)
    if len(captions.cues) > MOST_CUES:
        raise BadInput(
            f"{name}: expected at most {MOST_CUES} captions, found {len(captions.cues)}; send fewer at once"
        )
    return captions.model_copy(update={"name": name, "warnings": (*said, *captions.warnings)})


def _of_script(text: str, name: str) -> Captions:
    script = parsed(text, name)
    embedded = len(script.fonts_opaque) + len(script.graphics_opaque)
    said = (
        [f"{embedded} fonts or pictures inside it were left out; fonts of this project are used instead"]
        if embedded
        else []
    )
    events = [event for event in script.events if not event.is_comment]
    cues = tuple(
        Cue(
            number=number,
            start=event.start,
            end=event.end,
            pieces=pieces_of_script(event.text, event.start),
        )
        for number, event in enumerate(events, 1)
    )
    return Captions(form="ASS", cues=cues, script=text, warnings=tuple(said))


def parsed(text: str, name: str) -> pysubs2.SSAFile:
    """Return an ASS script as pysubs2 reads it.

    Raises:
        BadInput: It does not.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of values that are no numbers, which it takes as 0
            kind = "ass" if "v4+" in text.lower() else "ssa"
            return pysubs2.SSAFile.from_string(text, kind)
    except (ValueError, IndexError, TypeError, OverflowError, pysubs2.Pysubs2Error) as problem:
        found = printable(" ".join(str(problem).split()))[:120]
        raise BadInput(f"{name}: expected an ASS script, found a line that is none: {found}") from problem


def _of_blocks(text: str, name: str) -> Captions:
    form: Form = "WebVTT" if text.lstrip().startswith("WEBVTT") else "SRT"
    blocks = [*(_blocks_of_webvtt(text, name) if form == "WebVTT" else _blocks_of_srt(text, name))]
    read = pysubs2.SSAFile.from_string(_as_srt(blocks), "srt", keep_html_tags=True)
    cues = []
    for number, (event, block) in enumerate(zip(read.events, blocks, strict=True), 1):
        shown = event.text.replace(r"\N", "\n")
        for plain, hidden in HIDDEN.items():
            shown = shown.replace(hidden, plain)
        pieces, place = pieces_of_tagged(re.sub(r"\n\s*\n+", "\n", shown), entities=form == "WebVTT")
        place = place or _place_of(block.settings)
        cues.append(Cue(number=number, start=event.start, end=event.end, pieces=pieces, place=place))
    return Captions(form=form, cues=tuple(cues))


def _blocks_of_srt(text: str, name: str) -> Iterator[_Block]:
    """Yield what stands between two lines of times, without the number of the cue that comes next."""
    lines = text.split("\n")
    arrows = [(at, *found) for at, line in enumerate(lines) if (found := _times(line, at, name))]
    ends = [*(at for at, *_ in arrows[1:]), len(lines)]
    for number, ((at, start, end, settings), stop) in enumerate(zip(arrows, ends, strict=False), 1):
        said = lines[at + 1 : stop]
        if number < len(arrows) and said and NUMBER.fullmatch(said[-1]):
            said.pop()
        yield _Block(start, end, settings, tuple(said))


def _blocks_of_webvtt(text: str, name: str) -> Iterator[_Block]:
    """Yield the cues; notes, styles and regions have no times, and what stands before these is a name."""
    now: tuple[int, int, str] | None = None
    said: list[str] = []
    for at, line in enumerate([*text.split("\n"), ""]):
        found = _times(line, at, name)
        if now and (found or not line.strip()):
            yield _Block(*now, tuple(said))
            now = None
        if found:
            now, said = found, []
        else:
            said.append(line)


def _times(line: str, at: int, name: str) -> tuple[int, int, str] | None:
    """Return the times of a line that has two, in milliseconds, and what follows them."""
    if not (found := ARROW.match(line)):
        return None
    times = []
    for said in found.group(1, 2):
        time = milliseconds(said)
        if time is None or time >= MOST_MS:
            expected = "a time from 00:00:00 to 99:59:59, such as 00:00:01,500"
            raise BadInput(f"{name}: line {at + 1}: expected {expected}, found {printable(said)[:40]}")
        times.append(time)
    return times[0], times[1], found[3] or ""


def _as_srt(blocks: list[_Block]) -> str:
    """Return blocks as an SRT in which pysubs2 finds these and no others."""
    written = []
    for number, block in enumerate(blocks, 1):
        text = "\n".join(line for line in block.lines if line.strip())  # else pysubs2 takes n² steps
        for plain, hidden in HIDDEN.items():
            text = text.replace(hidden, "").replace(plain, hidden)
        times = f"{clock(block.start)} --> {clock(block.end)}".replace(".", ",")
        written.append(f"{number}\n{times}\n{text}\n\n")
    return "".join(written)


def _place_of(settings: str) -> Place | None:
    """Return where WebVTT's settings of a cue put it, as far as a ninth of the picture tells."""
    row = 0
    if line := LINE.search(settings):
        down = float(line[1])
        part = (
            down if line[2] else 0.0 if down >= 0 else 100.0
        )  # lines are counted from the top, or from below
        row = 6 if part < UPPER else 3 if part < LOWER else 0
    side = SIDE.search(settings)
    column = {"start": 1, "left": 1, "end": 3, "right": 3}.get(side[1] if side else "", MIDDLE)
    return cast("Place", row + column) if row or column != MIDDLE else None
