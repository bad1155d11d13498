"""What a text may be made of, and where one character ends as people see them."""

import unicodedata

from media.errors import BadInput

MOST_MARKS = 4
"""Marks on one letter: Hebrew with vowels and accents has three, Vietnamese two."""
ZWNJ, ZWJ = "\u200c", "\u200d"
TEXT_STYLE, EMOJI_STYLE = "\ufe0e", "\ufe0f"
SOFT_HYPHEN, WORD_JOINER, BYTE_ORDER = "\u00ad", "\u2060", "\ufeff"
DIRECTION_MARKS = "\u200e\u200f\u061c"
ZERO_WIDTH_SPACE = "\u200b"
NOT_SHOWN = frozenset(f"{ZWNJ}{ZWJ}{TEXT_STYLE}{EMOJI_STYLE}{DIRECTION_MARKS}{ZERO_WIDTH_SPACE}")
# They reorder what is round them, so that a reader sees another text than the one that is stored.
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")
FLAG_LETTERS = ("\U0001f1e6", "\U0001f1ff")
REFUSED_KINDS = {
    "Cc": "a control character",
    "Cs": "half of a surrogate pair",
    "Co": "a character for private use",
    "Cf": "a format character",
}


def is_shown(character: str) -> bool:
    """Say whether a character leaves a mark or a gap of its own."""
    return character not in NOT_SHOWN


def cleaned(where: str, text: str) -> str:
    r"""Return a text as it is to be set: composed, one space between words, "\n" between lines.

    Raises:
        BadInput: It holds characters that no title needs: controls, reordering, piles of marks.
    """
    text = text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n").replace("\t", " ")
    text = "".join(one for one in text if one not in {SOFT_HYPHEN, WORD_JOINER, BYTE_ORDER})
    for character in text:
        _refuse(where, character)
    _refuse_piles(where, unicodedata.normalize("NFD", text))
    lines = (" ".join(line.split(" ")) for line in unicodedata.normalize("NFC", text).split("\n"))
    return "\n".join(" ".join(filter(None, line.split(" "))) for line in lines).strip("\n")


def clusters(text: str) -> list[str]:
    """Split a text into what is not to be torn apart: a letter with its marks, a joined emoji, a flag."""
    found: list[str] = []
    for character in text:
        if found and _belongs_to(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def named(character: str) -> str:
    """Return a character as it is spoken of in messages, which show nothing that could reorder them."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"


def _belongs_to(cluster: str, character: str) -> bool:
    if unicodedata.category(character) in {"Mn", "Me", "Mc"} or character in {ZWJ, ZWNJ}:
        return True
    if SKIN_TONES[0] <= character <= SKIN_TONES[1]:
        return True
    if cluster[-1] == ZWJ and unicodedata.category(character) == "So":
        return True
    return len(cluster) == 1 and _is_flag_letter(cluster) and _is_flag_letter(character)


def _is_flag_letter(character: str) -> bool:
    return FLAG_LETTERS[0] <= character <= FLAG_LETTERS[1]


def _refuse(where: str, character: str) -> None:
    kind = unicodedata.category(character)
    if character in REORDERING:
        found = "a character that reorders what is round it"
    elif kind in REFUSED_KINDS and character != "\n" and is_shown(character):
        found = REFUSED_KINDS[kind]
    else:
        return
    raise BadInput(f"{where}: expected letters, signs and spaces, found {found}, {named(character)}")


def _refuse_piles(where: str, text: str) -> None:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if marks > MOST_MARKS:
            raise BadInput(
                f"{where}: expected at most {MOST_MARKS} marks on a letter, found more; "
                f"one of them is {named(character)}"
            )
