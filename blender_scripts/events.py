"""The event channel: one JSON object a line on a file descriptor of its own.

Standard output is not it: Blender and the libraries in it write there whatever they like.
"""

import json
import os

REPORT_FD = 3
"""The far end is `media/process.py`, which reads this descriptor."""


class EventChannel:
    """Send events to whoever started this process."""

    def __init__(self, descriptor: int = REPORT_FD) -> None:
        """Take over an open descriptor.

        Raises:
            OSError: The descriptor is not open, so that nobody would hear a word.
        """
        os.fstat(descriptor)
        os.set_inheritable(descriptor, False)  # noqa: FBT003 - the standard library's own signature
        self._descriptor = descriptor

    def send(self, event: str, **fields: object) -> None:
        """Write one event as one line, whole.

        Raises:
            OSError: The reader has gone.
        """
        line = json.dumps({"event": event, **fields}, ensure_ascii=False, allow_nan=False) + "\n"
        data = line.encode()
        while data:
            data = data[os.write(self._descriptor, data) :]
