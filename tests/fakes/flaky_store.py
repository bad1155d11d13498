"""A store that is down for a while."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from media.errors import Unavailable
from media.store import ObjectStore, Stat


@dataclass
class FlakyStore:
    """Passes everything on to a real store, but refuses the first puts of one kind of object."""

    store: ObjectStore
    kind: str
    refusals: int
    refused: list[str] = field(default_factory=list)

    def put(self, key: str, source: bytes | Path, **terms: Any) -> Stat:  # noqa: ANN401 - the real store's
        """Put, unless it is still time to refuse."""
        if key.startswith(self.kind) and len(self.refused) < self.refusals:
            self.refused.append(key)
            raise Unavailable(f"{key}: the store is down (attempt {len(self.refused)})")
        return self.store.put(key, source, **terms)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real store has
        return getattr(self.store, name)
