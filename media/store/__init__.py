"""Where sources, intermediates and results lie: one protocol, one embodiment per kind of storage."""

from media.store.folder import FolderStore
from media.store.protocol import AlreadyExists, Capabilities, Leftover, Missing, ObjectStore, Stat

__all__ = ["AlreadyExists", "Capabilities", "FolderStore", "Leftover", "Missing", "ObjectStore", "Stat"]
