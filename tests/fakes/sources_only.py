"""A store of a kind that lets the last of two writers win."""

from media.store import Capabilities, FolderStore


class SourcesOnly(FolderStore):
    """A folder that may hold sources, but no results."""

    def capabilities(self) -> Capabilities:
        """Say that it keeps no conditions."""
        return Capabilities(conditional_put=False, presign=False)
