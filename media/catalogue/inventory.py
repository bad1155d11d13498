"""What a store holds, read by lists instead of one question for each object."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from media.store import ObjectStore, Stat

KINDS = ("sources", "manifests", "stills", "videos", "previews", "renders")
MOST_OBJECTS = 150_000
"""Lists come in pages of a thousand; a store that holds more is asked for single objects instead."""


@dataclass(frozen=True)
class Inventory:
    """The objects of some kinds at one moment.

    Attributes:
        objects: Them, by key.
        complete: The kinds of which all are among them.
    """

    objects: Mapping[str, Stat]
    complete: frozenset[str]

    def stat(self, key: str, store: ObjectStore) -> Stat | None:
        """Return what is known of an object, asking the store where the lists do not tell."""
        if key.partition("/")[0] in self.complete:
            return self.objects.get(key)
        return self.objects.get(key) or store.stat(key)


NOTHING_LISTED = Inventory({}, frozenset())


def take_inventory(store: ObjectStore, kinds: Iterable[str] = KINDS, most: int = MOST_OBJECTS) -> Inventory:
    """List the objects of some kinds at once, as long as there are not too many of them in all."""
    asked = tuple(kinds)
    objects: dict[str, Stat] = {}

    def is_complete(kind: str) -> bool:
        for stat in store.list(f"{kind}/"):
            if len(objects) >= most:
                return False
            objects[stat.key] = stat
        return True

    with ThreadPoolExecutor(len(asked)) as several:  # a page of S3's is a round trip, and cannot be hurried
        complete = zip(asked, several.map(is_complete, asked), strict=True)
        return Inventory(objects, frozenset(kind for kind, whole in complete if whole))
