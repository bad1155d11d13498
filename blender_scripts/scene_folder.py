"""The one folder from which an untrusted scene may read."""

import os
import re
from pathlib import Path

import bpy

_DRIVE_OR_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")  # Blender reads C:\x as /c/x; ffmpeg reads URLs
_TEMPLATE = re.compile(r"[{<]")  # {blend_dir} and <UDIM> become something else only when the file is read


class SceneFolder:
    """Tells whether what a path of the open file leads to lies in the folder, however it is written."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._leaks = [link for link in _links(self._root) if not self._covers(link)]

    def holds(self, path: str, library: bpy.types.Library | None = None, *, several: bool = False) -> bool:
        """Tell whether a path, as it stands in the open file or in one of its libraries, leads inside.

        Args:
            path: What the file says; `//` is the folder of the file that says it.
            library: The library that says it, if it is not the open file.
            several: The path stands for more than one file: a folder, a sequence, tiles.
        """
        if not path:
            return True
        # Blender takes a backslash for a slash in most places, and for itself in some.
        readings = {path, path.replace("\\", "/")}
        several = several or _TEMPLATE.search(path) is not None
        return all(self._holds_reading(reading, library, several=several) for reading in readings)

    def _holds_reading(self, path: str, library: bpy.types.Library | None, *, several: bool) -> bool:
        if _DRIVE_OR_SCHEME.match(path) or "\0" in path:
            return False
        whole = bpy.path.abspath(path, library=library)
        if _TEMPLATE.search(os.path.dirname(path)):  # noqa: PTH120 - pathlib drops the // that means the folder
            return False
        if not self._covers(whole):
            return False
        if not several:
            return True
        folder = Path(whole) if Path(whole).is_dir() else Path(whole).parent
        below = folder.resolve()
        return self._covers(below) and not any(Path(leak).is_relative_to(below) for leak in self._leaks)

    def _covers(self, path: str | Path) -> bool:
        return Path(os.path.realpath(path)).is_relative_to(self._root)


def _links(root: Path) -> list[str]:
    """Return every symbolic link below a folder."""
    return [
        joined
        for folder, folders, files in os.walk(root)
        for joined in (os.path.join(folder, name) for name in (*folders, *files))  # noqa: PTH118 - as os.walk has it
        if os.path.islink(joined)  # noqa: PTH114 - the same
    ]
