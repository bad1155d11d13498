"""Names made of what a thing was made from: sha256 over canonical JSON (RFC 8785).

Digests are for ever. What enters one: the digests of every input, the parameters that change the result,
the stage's RECIPE and the tools' major.minor. What never does: machine, device, encoder, chunking, file
names, times. Numbers that are not whole enter as decimal strings, since floats print differently elsewhere.
"""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import rfc8785

Canonical = str | int | bool | None | dict[str, "Canonical"] | list["Canonical"]
Digestible = (
    str | int | bool | None | Decimal | Fraction | Mapping[str, "Digestible"] | Sequence["Digestible"]
)


def digest_of(value: Digestible) -> str:
    """Return the sha256 of `value` as canonical JSON, as 64 hexadecimal digits.

    Raises:
        TypeError: `value` holds a float; give a Decimal, a Fraction or a string.
    """
    return hashlib.sha256(rfc8785.dumps(_canonical(value))).hexdigest()


def _canonical(value: Digestible) -> Canonical:
    if isinstance(value, bool | str | int) or value is None:
        return value
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, Mapping):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_canonical(item) for item in value]
    raise TypeError(f"a digest was asked of a {type(value).__name__}: {value!r}; give a Decimal or a string")


def exact(values: Mapping[str, Any]) -> dict[str, Digestible]:
    """Return JSON values with each float as the decimal that it prints as: digests hold no floats."""
    return {
        name: exact(value)
        if isinstance(value, Mapping)
        else Decimal(repr(value + 0.0))
        if isinstance(value, float)
        else value  # -0.0 + 0.0 is 0.0
        for name, value in values.items()
    }


def sha256_of(data: bytes) -> str:
    """Return the sha256 of some bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_of_file(path: Path) -> str:
    """Return the sha256 of a file's bytes, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
