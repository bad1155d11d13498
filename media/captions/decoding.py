"""Letters out of the bytes of a caption file, whichever of the usual encodings it is in."""

import codecs
import re

from media.errors import BadInput
from media.footage.sniff import HEAD_BYTES, WIDE_SIGNS

MOST_BYTES = 10 * 2**20
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
WIDE_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
HTML = re.compile(r"\s*(?:<!doctype html|<html|<head|<body|<\?xml[^>]*>\s*<html)", re.IGNORECASE)
TTML = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:(?><!--.*?-->)\s*+)*+<(?:\w+:)?tt[\s>]", re.DOTALL)


def decoded(data: bytes, name: str) -> tuple[str, list[str]]:
    """Return the text of a caption file, and what is to be said of how it was read.

    Args:
        data: The file.
        name: What its owner calls it, for messages.

    Raises:
        BadInput: It is empty, too large, no text, or a page.
    """
    if len(data) > MOST_BYTES:
        raise BadInput(f"{name}: expected captions of at most {MOST_BYTES} bytes, found {len(data)}")
    if not data.strip():
        raise BadInput(f"{name}: expected captions, found an empty file; upload it again")
    text, warnings = _letters(data, name)
    if HTML.match(text):
        raise BadInput(
            f"{name}: expected captions (SRT, WebVTT or ASS), found an HTML page (a login or error page may "
            "have been saved in its place)"
        )
    if TTML.match(text):
        raise BadInput(f"{name}: expected captions (SRT, WebVTT or ASS), found TTML; save them as WebVTT")
    if found := NOT_TEXT.search(text):
        raise BadInput(
            f"{name}: expected captions as text, found binary data (U+{ord(found[0]):04X} at character "
            f"{found.start() + 1}); export them as SRT"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n"), warnings


def _letters(data: bytes, name: str) -> tuple[str, list[str]]:
    if data.startswith(WIDE_MARKS):
        raise BadInput(f"{name}: expected captions in UTF-8 or UTF-16, found UTF-32; save them as UTF-8")
    encoding = next((named for mark, named in MARKS if data.startswith(mark)), "") or _wide(data)
    try:
        return data.decode(encoding or "utf-8"), []
    except UnicodeDecodeError as problem:
        if encoding:
            raise BadInput(
                f"{name}: expected captions in {encoding.removesuffix('-sig').upper()}, as they begin, found "
                f"bytes that are none at {problem.start}; save them as UTF-8"
            ) from problem
    return _of_the_west(data)


def _wide(data: bytes) -> str:
    """Return which UTF-16 it is that begins without a mark, if it is one."""
    head = data[:HEAD_BYTES]
    return next(
        (named for named, signs in WIDE_SIGNS.items() if any(_begins_a_letter(head, sign) for sign in signs)),
        "",
    )


def _begins_a_letter(head: bytes, sign: bytes) -> bool:
    """Say whether letters are found where one begins; those of one order are in the other, a byte off."""
    at = head.find(sign)
    return at >= 0 and at % 2 == 0


def _of_the_west(data: bytes) -> tuple[str, list[str]]:
    """Return a text of one byte a letter; Windows' letters are ISO's, and more where that has controls."""
    try:
        text, named = data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        text, named = data.decode("latin-1"), "Latin-1"
    return text, [
        f"its letters are not UTF-8; they were read as {named}: if accents look wrong, save it as UTF-8"
    ]
