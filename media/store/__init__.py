"""Where sources, intermediates and results lie: one protocol, one embodiment per kind of storage."""

from media.store.folder import FolderStore
from media.store.protocol import AlreadyExists, Capabilities, Missing, ObjectStore, Stat

__all__ = ["AlreadyExists", "Capabilities", "FolderStore", "Missing", "ObjectStore", "Stat"]
