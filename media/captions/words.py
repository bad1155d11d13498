"""Single words with their times, as speech recognition writes them, as captions of a few words each."""

import json
from dataclasses import dataclass
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from media.captions.cues import Cue, Piece, clock
from media.captions.markup import cleaned
from media.errors import BadInput
from media.reference import printable

MOST_WORDS = 200_000
PAUSE_MS = 1500
"""After a silence so long, words begin a caption of their own."""
SHORTEST_MS = 300
"""A word of no length is recognised now and then; as the last of a caption it is shown so long."""


@dataclass(frozen=True)
class Grouping:
    """How many words a line has, and how many lines a caption."""

    words: int = 5
    lines: int = 2


class _Word(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    word: str = Field(max_length=200)
    start: float = Field(ge=0, lt=360_000)
    end: float = Field(ge=0, lt=360_000)


class _Segment(BaseModel):
    words: tuple[_Word, ...] = ()


class _Words(_Segment):
    segments: tuple[_Segment, ...] = ()


def cues_of_words(text: str, name: str, grouping: Grouping) -> tuple[Cue, ...]:
    """Return captions of the words in JSON such as {"words": [{"word": "So", "start": 0.1, "end": 0.3}]}.

    Args:
        text: The JSON; `segments` with words of their own are taken too.
        name: What its owner calls the file, for messages.
        grouping: How many words go together.

    Raises:
        BadInput: It is no such JSON.
    """
    words = _words(text, name)
    groups: list[list[_Word]] = []
    for at, word in enumerate(words):
        pauses = at > 0 and word.start - words[at - 1].end >= PAUSE_MS / 1000
        if not groups or pauses or len(groups[-1]) >= grouping.words * grouping.lines:
            groups.append([])
        groups[-1].append(word)
    cues = [_cue(number, group, grouping.words) for number, group in enumerate(groups, 1)]
    until = [following.start for following in cues[1:]] + [cues[-1].end if cues else 0]
    return tuple(
        cue.model_copy(update={"end": min(cue.end, max(end, cue.start + 1))})
        for cue, end in zip(cues, until, strict=True)
    )


def _words(text: str, name: str) -> list[_Word]:
    shape = '{"words": [{"word": "So", "start": 0.1, "end": 0.3}]}'
    try:
        given = json.loads(text)
        read = _Words.model_validate({"words": given} if isinstance(given, list) else given)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise BadInput(
            f"{name}: expected words as JSON, {shape}, found at {printable(where)[:80]}: {first['msg']}"
        ) from problem
    except (ValueError, RecursionError) as problem:  # of numbers too long for Python as well
        found = printable(str(problem))[:80]
        raise BadInput(f"{name}: expected words as JSON, {shape}, found none: {found}") from problem
    words = [*read.words, *(word for segment in read.segments for word in segment.words)]
    if len(words) > MOST_WORDS:
        raise BadInput(f"{name}: expected at most {MOST_WORDS} words, found {len(words)}; send fewer at once")
    for number, word in enumerate(words, 1):
        if word.end < word.start:
            times = f"{clock(round(1000 * word.start))} to {clock(round(1000 * word.end))}"
            raise BadInput(
                f"{name}: word {number}: expected an end after its start, found {times}; correct it"
            )
    said = (word.model_copy(update={"word": cleaned(word.word).strip()}) for word in words)
    return sorted((word for word in said if word.word), key=lambda word: word.start)


def _cue(number: int, group: list[_Word], words_a_line: int) -> Cue:
    gaps = [("\n" if (at + 1) % words_a_line == 0 else " ") for at in range(len(group) - 1)] + [""]
    starts = [round(1000 * word.start) for word in group]
    ends = [after for _, after in pairwise(starts)] + [round(1000 * group[-1].end)]
    pieces = tuple(
        Piece(text=word.word + gap, start=start) for word, gap, start in zip(group, gaps, starts, strict=True)
    )
    end = ends[-1] if ends[-1] > starts[-1] else starts[-1] + SHORTEST_MS
    return Cue(number=number, start=starts[0], end=end, pieces=pieces)
