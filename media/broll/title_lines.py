"""Where the lines of a title break: at few lines, of about the same width."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from media.fonts import Catalogue
from media.fonts.breaks import GAPS, may_break
from media.fonts.runs import Letter, letters_of, width_of

Line = tuple[Letter, ...]


@dataclass(frozen=True)
class Wrapped:
    """Lines, and how wide the widest of them is, in em."""

    lines: tuple[Line, ...]
    width: float


def wrappings(where: str, text: str, fonts: Catalogue, language: str, most_lines: int) -> list[Wrapped]:
    """Return the best way to break a text into each number of lines up to `most_lines`.

    Best is where the widest line is narrowest, which also makes lines even. The first has as few lines as
    the text itself asks for.

    Raises:
        BadInput: No font has some of its characters.
    """
    paragraphs = [letters_of(where, line, fonts) for line in text.split("\n") if line]
    ways: dict[int, Wrapped] = {0: Wrapped((), 0.0)}
    for letters in paragraphs:
        of_this = _of_paragraph(letters, fonts, language, most_lines)
        longer: dict[int, Wrapped] = {}
        for count, before in ways.items():
            for wrapped in of_this:
                both = Wrapped(before.lines + wrapped.lines, max(before.width, wrapped.width))
                total = count + len(wrapped.lines)
                if total <= most_lines and (total not in longer or both.width < longer[total].width):
                    longer[total] = both
        ways = longer
    return [ways[count] for count in sorted(ways)]


def _of_paragraph(
    letters: Sequence[Letter], fonts: Catalogue, language: str, most_lines: int
) -> list[Wrapped]:
    """Return the best wrapping of one paragraph for each number of lines, by dynamic programming."""
    stops = [0, *_breaks(letters), len(letters)]

    @cache
    def width(first: int, last: int) -> float:
        return width_of(_stripped(letters[stops[first] : stops[last]]), fonts, language)

    end = len(stops) - 1
    best: list[tuple[float, tuple[int, ...]]] = [
        (0.0 if at == 0 else float("inf"), (0,)) for at in range(end + 1)
    ]
    found = []
    for count in range(1, min(most_lines, end) + 1):
        best = [
            min(
                ((max(best[by][0], width(by, at)), (*best[by][1], at)) for by in range(at)),
                default=(float("inf"), (0,)),
            )
            for at in range(end + 1)
        ]
        widest, cuts = best[end]
        lines = [_stripped(letters[stops[one] : stops[other]]) for one, other in pairwise(cuts)]
        if len(lines) == count:
            found.append(Wrapped(tuple(lines), widest))
    return found


def _breaks(letters: Sequence[Letter]) -> list[int]:
    """Return where a line may end: the places of the letters that may begin the next one."""
    return [at for at in range(1, len(letters)) if may_break(letters[at - 1].text, letters[at].text)]


def _stripped(letters: Sequence[Letter]) -> Line:
    first, last = 0, len(letters)
    while first < last and letters[first].text in GAPS:
        first += 1
    while last > first and letters[last - 1].text in GAPS:
        last -= 1
    return tuple(letters[first:last])
