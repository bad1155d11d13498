"""Names of parts: which are worth keeping, and how they become USD identifiers."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

# What OCCT writes where a file gives no name: an entry in its own tree, or a phrase of its STEP writer.
PLACEHOLDER = re.compile(r"(?:=>)?\[\d+(?::\d+)*\]|Open CASCADE STEP translator.*|NONE|Unnamed|\s*")
MAX_IDENTIFIER = 60  # Blender cuts names at 63 bytes and numbers what then collides


def first_real_name(*names: str) -> str:
    """Return the first of `names` that somebody chose; the last one if nobody did."""
    return next((name for name in names if not PLACEHOLDER.fullmatch(name)), names[-1])


def identifiers_for(names: Iterable[str]) -> Iterator[str]:
    """Yield an identifier for each of the names of siblings; those that collide are numbered.

    Where a name's numbers went on to last time is remembered, so that thousands of one name take no longer
    each than the first. The far end is `blender_scripts/name_pattern.py`.
    """
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    for name in names:
        base = identifier_for(name)
        number = numbers.get(base, 1)
        while (candidate := base if number == 1 else f"{base}_{number}") in taken:
            number += 1
        numbers[base] = number
        taken.add(candidate)
        yield candidate


def identifier_for(name: str) -> str:
    """Return a USD identifier that reads like `name`.

    Letters lose their accents and everything else outside ASCII becomes an underscore, since not every
    program takes the UTF-8 identifiers that USD now allows. Keep `name` itself as the display name.
    """
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("Ø", "O").replace("ø", "o"))
    words = re.findall(r"[A-Za-z0-9]+", "".join(sign for sign in plain if not unicodedata.combining(sign)))
    base = "_".join(words)[:MAX_IDENTIFIER] or "Part"
    return f"_{base}" if base[0].isdigit() else base
