"""What finished jobs need: every digest that a manifest mentions, and what those documents mention in turn.

A digest counts wherever it stands in a manifest, whatever its version and even if it cannot be read as one:
outputs, frames, scene, geometry and source are all named by theirs. Too much may stay so, never too little.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from media.store import Missing, ObjectStore
from media.store.keys import KEY

DIGEST = re.compile(rb"[0-9a-f]{64}")
PRUNED = (
    "sources",
    "geometry",
    "scenes",
    "renders",
    "videos",
    "stills",
    "segments",
    "trees",
    "previews",
    "leases",
    "results",
    "probes",
    "catalogues",
    "kernels",
    "requests",
)
"""Kinds of objects that may go. Manifests stay, and so does whatever a newer version keeps here."""
DOCUMENTED = ("geometry", "scenes", "trees")
"""Of these, a document `.json` of one digest names files of others."""
MARKS = "marks"
READERS = 16


@dataclass(frozen=True)
class Place:
    """What a key of our making says: `kind/../digest/name`."""

    kind: str
    digest: bytes
    name: str

    @classmethod
    def of(cls, key: str) -> "Place | None":
        """Return what a key says, or None if it is not of our making."""
        if not KEY.fullmatch(key):
            return None
        kind, first, digest, name = key.split("/")
        return cls(kind, bytes.fromhex(digest), name) if digest.startswith(first) else None

    @property
    def is_document(self) -> bool:
        """Whether it may name others."""
        return self.name.endswith(".json")


def reachable(store: ObjectStore) -> set[bytes]:
    """Return the digests that must stay; about 150 bytes of memory for each.

    What any document of a kind that is never pruned mentions stays: it may be a newer version's manifest, or
    say what a running job holds.

    Raises:
        StoredWrong: A document's bytes are not those that were stored, so nobody knows what it needs.
    """
    documents: dict[bytes, list[str]] = {}

    def roots() -> Iterator[tuple[str, bytes]]:
        for stat in store.scan():
            place = Place.of(stat.key)
            if place is None or not place.is_document:
                continue
            if place.kind in DOCUMENTED:
                documents.setdefault(place.digest, []).append(stat.key)
            elif place.kind not in (*PRUNED, MARKS):
                yield stat.key, place.digest

    def read(key: str) -> bytes:
        try:
            return store.get(key)
        except Missing:  # withdrawn, or deleted by another: then it needs nothing
            return b""

    with ThreadPoolExecutor(READERS, thread_name_prefix="reach") as pool:
        mentioned: set[bytes] = set()
        found = roots()
        while batch := list(islice(found, READERS * 8)):
            mentioned.update(digest for _, digest in batch)
            for text in pool.map(read, (key for key, _ in batch)):
                mentioned |= digests_in(text)
        return closure(mentioned, documents, lambda keys: pool.map(read, keys))


def closure(
    mentioned: set[bytes],
    documents: Mapping[bytes, Iterable[str]],
    read: Callable[[Iterable[str]], Iterable[bytes]],
) -> set[bytes]:
    """Return `mentioned`, and what the documents of these digests mention, and theirs, to the end."""
    new = mentioned
    while named := [key for digest in new if digest in documents for key in documents[digest]]:
        more: set[bytes] = set()
        for text in read(named):
            more |= digests_in(text)
        new = more - mentioned
        mentioned |= new
    return mentioned


def digests_in(text: bytes) -> set[bytes]:
    """Return every digest that a text mentions."""
    return {bytes.fromhex(found[0].decode()) for found in DIGEST.finditer(text)}
