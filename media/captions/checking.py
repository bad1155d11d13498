"""What captions must be before any work is spent on them, and what is to be said of them."""

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import pairwise

from media.captions.cues import Captions, Cue, clock
from media.errors import BadInput

LONGEST_TEXT = 2000
MOST_AT_ONCE, MOST_DRAWN = 20, 1000
SHOWN = 3
"""So many captions are named in a warning; of the others, how many there are."""


def checked(captions: Captions, length_ms: int, name: str) -> tuple[tuple[Cue, ...], list[str]]:
    """Return the captions that can be shown in a video, in their order, and what is to be said of the others.

    Args:
        captions: As they were read.
        length_ms: Of the video.
        name: What the captions' owner calls them, for messages.

    Raises:
        BadInput: There is none, or one of them is without sense.
    """
    said = list(captions.warnings)
    if not captions.cues:
        raise BadInput(f"{name}: expected at least one caption with its times, found none; check the file")
    for cue in captions.cues:
        _expect_sense(cue, name)
    drawn = bool(captions.script)  # whose captions may be drawings, and lie over each other on purpose
    speaking = [cue for cue in captions.cues if cue.text.strip() or drawn]
    if mute := [cue for cue in captions.cues if not cue.text.strip() and not drawn]:
        said.append(f"{_named(mute, 'has', 'have')} no text; left out")
    in_time = [cue for cue in speaking if cue.start < length_ms]
    if not in_time:
        found = f"the first at {clock(min(cue.start for cue in speaking))}" if speaking else "no text in any"
        raise BadInput(
            f"{name}: expected captions within the video's {clock(length_ms)}, found {found}; "
            "send those of this video"
        )
    if late := [cue for cue in speaking if cue.start >= length_ms]:
        said.append(
            f"{_named(late, 'begins', 'begin')} after the video's end at {clock(length_ms)}; left out"
        )
    ordered = sorted(in_time, key=lambda cue: cue.start)
    _expect_no_crowd(ordered, MOST_DRAWN if drawn else MOST_AT_ONCE, name)
    if not drawn:
        said += _overlaps(ordered)
    return tuple(
        cue.model_copy(update={"end": length_ms}) if cue.end > length_ms else cue for cue in ordered
    ), said


def _expect_sense(cue: Cue, name: str) -> None:
    times = f"{clock(cue.start)} to {clock(cue.end)}"
    faults: tuple[tuple[bool, Callable[[], str]], ...] = (
        (cue.start < 0, lambda: f"a start from 0 on, found {times}; correct it"),
        (
            cue.end == cue.start,
            lambda: f"a length, found none: it is shown from {times}, zero milliseconds; correct it",
        ),
        (cue.end < cue.start, lambda: f"an end after its start, found {times}; correct it"),
        (
            len(cue.text) > LONGEST_TEXT,
            lambda: f"at most {LONGEST_TEXT} characters, found {len(cue.text)}; part it",
        ),
    )
    for holds, what in faults:
        if holds:
            raise BadInput(f"{name}: caption {cue.number}: expected {what()}")


def _expect_no_crowd(ordered: Sequence[Cue], most: int, name: str) -> None:
    """Refuse more captions at once than anybody reads: each costs time in every frame."""
    ends: list[int] = []
    for cue in ordered:
        while ends and ends[0] <= cue.start:
            heappop(ends)
        heappush(ends, cue.end)
        if len(ends) > most:
            raise BadInput(
                f"{name}: expected at most {most} captions at once, found more at {clock(cue.start)}; "
                "check their times"
            )


def _overlaps(ordered: Sequence[Cue]) -> list[str]:
    both = [after for before, after in pairwise(ordered) if after.start < before.end]
    if not both:
        return []
    return [f"{_named(both, 'begins', 'begin')} while another is still shown; they stand above each other"]


def _named(cues: Sequence[Cue], does: str, do: str) -> str:
    """Return which captions, as the beginning of a sentence with a verb."""
    numbers = ", ".join(str(cue.number) for cue in cues[:SHOWN])
    more = f" and {len(cues) - SHOWN} more" if len(cues) > SHOWN else ""
    return f"caption {numbers} {does}" if len(cues) == 1 else f"captions {numbers}{more} {do}"
