"""Typed reading of JSON objects: every complaint names the field, what was expected and what was found."""

import math
import re
from collections.abc import Iterable
from pathlib import Path

from blender_scripts.failure import BadInput

_HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


class Fields:
    """One JSON object of a job, read field by field."""

    def __init__(self, where: str, value: object) -> None:
        """Take a decoded JSON value that has to be an object.

        Raises:
            BadInput: It is something else.
        """
        if not isinstance(value, dict):
            raise BadInput(f"{where}: expected a JSON object, found {value!r:.60}")
        self._where = where
        self._values = value
        self._unread = set(value)

    def _take(self, name: str, default: object) -> object:
        self._unread.discard(name)
        value = self._values.get(name, default)
        if value is None:
            raise BadInput(f"{self._where}.{name}: expected a value, found none")
        return value

    def text(self, name: str, default: str | None = None, choices: Iterable[str] = ()) -> str:
        """Return a non-empty string, one of `choices` where there are any."""
        value = self._take(name, default)
        allowed = tuple(choices)
        if not isinstance(value, str) or not value or (allowed and value not in allowed):
            expected = " or ".join(allowed) or "a non-empty text"
            raise BadInput(f"{self._where}.{name}: expected {expected}, found {value!r:.60}")
        return value

    def words(self, name: str) -> str:
        """Return a string; an empty one where it is absent."""
        self._unread.discard(name)
        return self.text(name) if self._values.get(name, "") != "" else ""

    def path_if_said(self, name: str) -> Path | None:
        """Return the path in a field that may be absent."""
        return Path(self.text(name)) if name in self._values else None

    def number(self, name: str, low: float, high: float, default: float | None = None) -> float:
        """Return a finite number from `low` to `high`."""
        value = self._take(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise BadInput(f"{self._where}.{name}: expected a number, found {value!r:.60}")
        if not low <= value <= high:
            raise BadInput(f"{self._where}.{name}: expected {low} to {high}, found {value}")
        return float(value)

    def whole(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number from `low` to `high`."""
        value = self.number(name, low, high, default)
        if value != int(value):
            raise BadInput(f"{self._where}.{name}: expected a whole number, found {value}")
        return int(value)

    def flag(self, name: str, default: bool | None = None) -> bool:  # noqa: FBT001 - a default among defaults
        """Return true or false."""
        value = self._take(name, default)
        if not isinstance(value, bool):
            raise BadInput(f"{self._where}.{name}: expected true or false, found {value!r:.60}")
        return value

    def color(self, name: str, default: str | None = None) -> str:
        """Return a colour "#rrggbb", in small letters."""
        value = self.text(name, default)
        if not _HEX_COLOUR.match(value):
            raise BadInput(f"{self._where}.{name}: expected #rrggbb, found {value!r:.60}")
        return value.lower()

    def texts(self, name: str, choices: Iterable[str]) -> tuple[str, ...]:
        """Return a non-empty list of strings, each one of `choices`."""
        value, allowed = self._take(name, list(choices)), tuple(choices)
        if not isinstance(value, list) or not value or any(entry not in allowed for entry in value):
            raise BadInput(f"{self._where}.{name}: expected a list out of {allowed}, found {value!r:.60}")
        return tuple(value)

    def texts_if_said(self, name: str, choices: Iterable[str]) -> tuple[str, ...]:
        """Return such a list, or nothing where it is absent."""
        return self.texts(name, choices) if name in self._values else ()

    def child(self, name: str, *, optional: bool = False) -> "Fields":
        """Return the object in a field; an empty one where it is absent and `optional`."""
        return Fields(f"{self._where}.{name}", self._take(name, {} if optional else None))

    def child_if_said(self, name: str) -> "Fields | None":
        """Return the object in a field that may be absent."""
        return self.child(name) if name in self._values else None

    def children(self, name: str, most: int) -> "tuple[Fields, ...]":
        """Return the objects in a list of at most so many; none where it is absent."""
        value = self._take(name, [])
        if not isinstance(value, list) or len(value) > most:
            raise BadInput(f"{self._where}.{name}: expected a list of at most {most}, found {value!r:.60}")
        return tuple(Fields(f"{self._where}.{name}[{number}]", one) for number, one in enumerate(value))

    def refuse_others(self) -> None:
        """Refuse fields that nobody read: a misspelt field would otherwise silently mean its default."""
        if self._unread:
            raise BadInput(
                f"{self._where}: expected no other fields, found {', '.join(sorted(self._unread))}"
            )
