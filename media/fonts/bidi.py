"""The order of a line that is read from the right, or both ways: the Unicode bidirectional algorithm.

Unicode Standard Annex 9, revision 46, without explicit embeddings, overrides and isolates: texts that hold
those are refused before (`media.fonts.characters`). The names of the rules are those of the annex. A shaping
library does the same for a text in one font; ours may change the font in the middle of a line.
"""

import unicodedata
from collections.abc import Sequence

NEUTRAL = {"B", "S", "WS", "ON"}
BRACKETS = {"(": ")", "[": "]", "{": "}", "（": "）", "［": "］", "「": "」", "『": "』", "【": "】"}  # noqa: RUF001 - wide ones


def is_right_to_left(text: str) -> bool:
    """Say whether a paragraph is read from the right: by its first letter that has a direction (P2, P3)."""
    kinds = (unicodedata.bidirectional(one) for one in text)
    return next((kind in {"R", "AL"} for kind in kinds if kind in {"L", "R", "AL"}), False)


def levels_of(text: str) -> list[int]:
    """Return the embedding level of each character of a paragraph: odd ones are read from the right."""
    base = int(is_right_to_left(text))
    kinds = [unicodedata.bidirectional(one) or "L" for one in text]
    seen = [at for at, kind in enumerate(kinds) if kind != "BN"]  # X9
    resolved = _weak([kinds[at] for at in seen], "R" if base else "L")
    _brackets([text[at] for at in seen], resolved, "R" if base else "L")
    _neutrals(resolved, "R" if base else "L")
    levels = [base] * len(text)
    for at, kind in zip(seen, resolved, strict=True):
        levels[at] = base + _raise(kind, base)
    for at, kind in enumerate(kinds):
        if kind == "BN" and at:
            levels[at] = levels[at - 1]
    return levels


def visual_order(levels: Sequence[int]) -> list[int]:
    """Return the places of a line's pieces from left to right, given their levels in the order read (L2)."""
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        at = 0
        while at < len(order):
            end = at
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[at:end] = reversed(order[at:end])
            at = max(end, at + 1)
    return order


def _raise(kind: str, base: int) -> int:
    """I1, I2."""
    if base:
        return 0 if kind == "R" else 1
    return {"L": 0, "R": 1}.get(kind, 2)


def _weak(kinds: list[str], start: str) -> list[str]:
    """W1 to W7: numbers and what stands in and beside them."""
    kinds = _numbers(kinds, start)
    for at in range(1, len(kinds) - 1):  # W4
        one, kind, other = kinds[at - 1 : at + 2]
        if one == other and ((kind in {"ES", "CS"} and one == "EN") or (kind == "CS" and one == "AN")):
            kinds[at] = one
    for step in (1, -1):  # W5
        for at in range(len(kinds))[::step]:
            beside = at - step
            if kinds[at] == "ET" and 0 <= beside < len(kinds) and kinds[beside] == "EN":
                kinds[at] = "EN"
    return _numbers_of_left(["ON" if kind in {"ES", "ET", "CS"} else kind for kind in kinds], start)  # W6


def _numbers(kinds: list[str], start: str) -> list[str]:
    """W1 to W3: marks are what they stand on, and numbers after Arabic letters are Arabic."""
    found, strong = list[str](), start
    for kind in kinds:
        now = (found[-1] if found else start) if kind == "NSM" else kind
        strong = now if now in {"L", "R", "AL"} else strong
        found.append("AN" if now == "EN" and strong == "AL" else now)
    return ["R" if kind == "AL" else kind for kind in found]


def _numbers_of_left(kinds: list[str], start: str) -> list[str]:
    """W7: numbers after letters that are read from the left are as these."""
    found, strong = list[str](), start
    for kind in kinds:
        strong = kind if kind in {"L", "R"} else strong
        found.append("L" if kind == "EN" and strong == "L" else kind)
    return found


def _side(kind: str) -> str | None:
    """Return what a character is to its neutral neighbours: numbers count as read from the right."""
    return {"L": "L", "R": "R", "EN": "R", "AN": "R"}.get(kind)


def _brackets(text: Sequence[str], kinds: list[str], base: str) -> None:
    """N0: a pair of brackets has one direction, and marks on a bracket have it too."""
    for first, last in _pairs(text, kinds):
        inside = {_side(kind) for kind in kinds[first + 1 : last]} - {None}
        if not inside:
            continue
        side = base
        if base not in inside:
            before = next((one for kind in reversed(kinds[:first]) if (one := _side(kind))), base)
            side = "L" if base == "R" and before == "L" else "R" if base == "L" and before == "R" else base
        for at in (first, last):
            kinds[at] = side
            for mark in range(at + 1, len(text)):
                if unicodedata.bidirectional(text[mark]) != "NSM":
                    break
                kinds[mark] = side


def _pairs(text: Sequence[str], kinds: Sequence[str]) -> list[tuple[int, int]]:
    """Return where brackets open and close, in the order in which they open (BD16)."""
    pairs, awaited = [], list[tuple[str, int]]()
    for at, character in enumerate(text):
        if kinds[at] != "ON":
            continue
        if character in BRACKETS:
            awaited.append((BRACKETS[character], at))
        elif any(character == closing for closing, _ in awaited):
            while awaited[-1][0] != character:
                awaited.pop()
            pairs.append((awaited.pop()[1], at))
    return sorted(pairs)


def _neutrals(kinds: list[str], base: str) -> None:
    """N1, N2: spaces and signs go with their neighbours if these agree, else with the paragraph."""
    at = 0
    while at < len(kinds):
        end = at
        while end < len(kinds) and kinds[end] in NEUTRAL:
            end += 1
        before = _side(kinds[at - 1]) if at else base
        after = _side(kinds[end]) if end < len(kinds) else base
        kinds[at:end] = [(before or base) if before == after else base] * (end - at)
        at = max(end, at + 1)
