"""Object keys, made by us alone: `<kind>/<first two>/<digest>/<name>`; user text never enters one."""

import re
from typing import Literal

Kind = Literal[
    "catalogues",
    "geometry",
    "kernels",
    "leases",
    "manifests",
    "marks",
    "previews",
    "renders",
    "requests",
    "results",
    "scenes",
    "segments",
    "sources",
    "stills",
    "trees",
    "videos",
]

KEY = re.compile(r"[a-z]+/[0-9a-f]{2}/[0-9a-f]{64}/[a-z0-9][a-z0-9._-]{0,62}")


def key_for(kind: Kind, digest: str, name: str) -> str:
    """Return the key of one object of `digest`.

    Raises:
        ValueError: `digest` or `name` is not of our making.
    """
    return checked(f"{kind}/{digest[:2]}/{digest}/{name}")


def folder_of(kind: Kind, digest: str) -> str:
    """Return the prefix, with its closing slash, under which all objects of `digest` lie."""
    return key_for(kind, digest, "x").removesuffix("x")


def frame_name(number: int, suffix: str) -> str:
    """Return a frame's object name: six digits, so that names sort as frames do."""
    return f"{number:06d}{suffix}"


def checked(key: str) -> str:
    """Return `key` if it has the form of ours.

    Raises:
        ValueError: It has not.
    """
    if not KEY.fullmatch(key):
        raise ValueError(f"expected an object key such as renders/ab/ab…/000001.png, found {key!r}")
    return key
