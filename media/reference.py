"""References from one file to another: they lead to a file in the same folder, or they are refused."""

import re
from pathlib import Path, PurePosixPath

NEVER: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^$"), "an empty one"),
    (re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]"), "one with a character that no name has"),
    (re.compile(r"\\"), "one with a backslash"),
    (re.compile(r"^[/~]"), "an absolute one"),
    (re.compile(r"^[A-Za-z][\w+.-]*:"), "one with a scheme or a drive"),
    (re.compile(r"`"), "one that is computed"),  # USD's variable expressions
)
LONGEST_SHOWN = 120


class BadReference(ValueError):
    """It cannot be followed; the message says what was found."""


class NothingThere(BadReference):
    """It stays within the folder, but there is no such file."""


def resolved(reference: str, beside: Path, folder: Path) -> Path:
    """Return the file within `folder` that a reference names; nothing is opened.

    Args:
        reference: What is written in the file, decoded already where its format encodes references.
        beside: The file that it is written in, within `folder`.
        folder: What no reference may leave, be it by `..` or by a symbolic link.

    Raises:
        BadReference: It cannot be followed.
    """
    path = folder.joinpath(*_steps(reference, beside.parent.relative_to(folder).parts))
    try:
        real = path.resolve()
        inside, there = real.is_relative_to(folder.resolve()), real.is_file()
    except (OSError, RuntimeError):  # a name that is too long, a circle of links
        inside, there = True, False
    if not inside:
        raise BadReference(f"a reference that leaves the folder by a link ({shown(reference)})")
    if not there:
        raise NothingThere(f"a reference to a file that is not there ({shown(reference)})")
    return path


def member(reference: str, beside: str) -> str | None:
    """Return the place that a reference in the file at `beside` names within an archive; None outside it."""
    try:
        return "/".join(_steps(reference, PurePosixPath(beside).parent.parts))
    except BadReference:
        return None


def _steps(reference: str, start: tuple[str, ...]) -> list[str]:
    """Walk from a folder's `start` along a reference."""
    for pattern, what in NEVER:
        if pattern.search(reference):
            raise BadReference(f"a reference that cannot be followed, {what} ({shown(reference)})")
    steps = list(start)
    for step in PurePosixPath(reference).parts:
        if step != "..":
            steps.append(step)
        elif steps:
            steps.pop()
        else:
            raise BadReference(f"a reference that leaves the folder ({shown(reference)})")
    return steps


def shown(text: str) -> str:
    """Return a stranger's text as a message may show it: printable and short."""
    plain = printable(text)
    return plain if len(plain) <= LONGEST_SHOWN else f"{plain[: LONGEST_SHOWN - 3]}..."


def printable(text: str) -> str:
    """Return a text with a question mark in place of what would move a cursor or cannot be printed."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
