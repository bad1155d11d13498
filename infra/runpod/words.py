"""Sentences on names that nobody knows."""

import difflib
from collections.abc import Iterable

MOST_MATCHES = 3


def meant(what: str, name: str, known: Iterable[str]) -> str:
    """Return the refusal of an unknown name, with the names that come close to it."""
    all_known = sorted(set(known))
    folded = {one.casefold(): one for one in all_known}
    close = [folded[one] for one in difflib.get_close_matches(name.casefold(), folded, MOST_MATCHES, 0.5)]
    close += [one for one in all_known if name.casefold() in one.casefold() and one not in close]
    hint = f"did you mean {' or '.join(close[:MOST_MATCHES])}?" if close else "look it up at RunPod"
    return f"{what} {name}: expected one that RunPod knows, found none of that name; {hint}"
