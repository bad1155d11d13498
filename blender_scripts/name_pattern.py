"""Patterns of names, as a shell has them: `ball*`, `M?`, `[ab]*`. Pure.

Upper and lower case are the same. A name of a USD is only like the one that people know: `Kugel_O14` where
they know `Kugel Ø14`. So a pattern also matches what it would itself become as such a name.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import translate

LONGEST_NAME = 500  # of a name, so much is looked at
_MAX_IDENTIFIER = 60
NONE = -1
"""Where the number of a pattern belongs: none."""
_NUMBER = re.compile(r"\.\d{3,}\Z")


class NamePattern:
    """One pattern; matching takes a time that goes by the pattern's length times the name's, at most."""

    def __init__(self, text: str) -> None:
        """Take any text: a bracket that is never closed stands for itself."""
        self._exact = folded(text)
        self._wild = [re.compile(translate(self._exact))]
        if plain := _plain_pattern(self._exact):  # of what goes into a digest, and of nothing else
            self._wild.append(re.compile(translate(plain)))

    def matches(self, name: str) -> bool:
        """Tell whether it is the pattern of a name that `folded` returned, or that name itself."""
        return name == self._exact or any(wild.match(name) for wild in self._wild)


def folded(text: str) -> str:
    """Return the beginning of a name as all that differ from it in nothing but case have it."""
    return unicodedata.normalize("NFC", text[:LONGEST_NAME]).casefold()


def last_matches(
    parts: Mapping[str, tuple[str, ...]], patterns: Sequence[NamePattern]
) -> tuple[dict[str, int], set[int]]:
    """Return the last pattern that matches a name of each part that any matches, and all that match one."""
    last: dict[str, int] = {}
    matched: set[int] = set()
    for name in dict.fromkeys(name for names in parts.values() for name in names):
        last[name], folded_name = NONE, folded(name)
        for number in reversed(range(len(patterns))):
            if (last[name] == NONE or number not in matched) and patterns[number].matches(folded_name):
                last[name] = max(last[name], number)
                matched.add(number)
    chosen = {part: max(last[name] for name in names) for part, names in parts.items()}
    return {part: number for part, number in chosen.items() if number != NONE}, matched


def without_number(name: str) -> str:
    """Return a name without the number by which Blender tells it from others of that name."""
    return _NUMBER.sub("", name)


def identifiers_for(names: Iterable[str]) -> Iterator[str]:
    """Yield what our USD master calls siblings of these names; the far end is `media/geometry/names.py`."""
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    for name in names:
        base = "_".join(re.findall(r"[A-Za-z0-9]+", _plain(name)))[:_MAX_IDENTIFIER] or "Part"
        if base[0].isdigit():
            base = f"_{base}"
        number = numbers.get(base, 1)
        while (candidate := base if number == 1 else f"{base}_{number}") in taken:
            number += 1
        numbers[base] = number
        taken.add(candidate)
        yield candidate


def _plain(text: str) -> str:
    """Return a text whose letters have lost their accents."""
    apart = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("Ø", "O").replace("ø", "o"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _plain_pattern(text: str) -> str:
    """Return a pattern for identifiers, empty where there is no letter, or one that has no place in them."""
    plain = _plain(text)
    letters = [sign for sign in plain if sign.isalnum()]
    if "[" in text or not letters or not all(sign.isascii() for sign in letters):
        return ""
    pattern = re.sub(r"[^a-z0-9*?]+", "_", plain.lower()).strip("_")
    return f"_{pattern}" if pattern[:1].isdigit() else pattern
