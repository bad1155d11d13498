"""What is opened in a folder, as the kernel tells it (inotify)."""

import ctypes
import os
import struct
from pathlib import Path
from typing import Self

_OPENED = 0x20
_IS_FOLDER = 0x40000000
_HEAD = struct.Struct("iIII")


class FolderWatch:
    """Collects the names of a folder's files that are opened while the block runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.opened: list[str] = []

    def __enter__(self) -> Self:
        libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = libc.inotify_init1(os.O_NONBLOCK)
        if libc.inotify_add_watch(self._descriptor, os.fsencode(self._folder), _OPENED) < 0:
            raise OSError(ctypes.get_errno(), f"{self._folder}: cannot be watched")
        return self

    def __exit__(self, *_: object) -> None:
        try:
            data = os.read(self._descriptor, 1 << 20)
        except BlockingIOError:
            data = b""
        os.close(self._descriptor)
        while data:
            _, mask, _, length = _HEAD.unpack_from(data)
            name = data[_HEAD.size : _HEAD.size + length].rstrip(b"\0").decode()
            if not mask & _IS_FOLDER and name not in self.opened:
                self.opened.append(name)
            data = data[_HEAD.size + length :]
