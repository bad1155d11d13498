"""A store whose copies arrive damaged for a while."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from media.store import ObjectStore


@dataclass
class GarblingStore:
    """Passes everything on to a real store, but changes one byte of the first fetches."""

    store: ObjectStore
    garbles: int

    def fetch(self, key: str, path: Path) -> None:
        """Fetch, and damage what came as long as it is time to."""
        self.store.fetch(key, path)
        if self.garbles:
            self.garbles -= 1
            data = bytearray(path.read_bytes())
            data[0] ^= 1
            path.write_bytes(data)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real store has
        return getattr(self.store, name)
