"""Make the frames of a moving picture: a child process of its own, since decoders are C.

    python -m media.kenburns.frames task.json

writes raw frames, yuv420p in BT.709's limited range, into the FIFO that the task names. Reports JSON lines
on file descriptor 3: {"event": "decoding", "layer": …} before each picture, {"event": "ready", "notes": …}
once all are decoded, {"event": "done", "frames": …} at the end, or {"event": "refused", "layer": …, "found":
…}. Imports Pillow and what lies beside it.
"""

import fcntl
import json
import os
import sys
import termios
import time
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from PIL import Image

from media.kenburns.canvas import canvas_of
from media.kenburns.motion import Box, Camera
from media.kenburns.picture import Refused, blaming, read_picture
from media.kenburns.planes import Frame, Planes, planes_of

REPORT_FD = 3
F_SETPIPE_SZ, PIPE_BYTES = 1031, 2**20  # fcntl(2), Linux; a frame has megabytes
LOOK_S = 0.002


class Layer:
    """A picture and the boxes of it that are shown."""

    def __init__(self, said: Mapping[str, Any], size: tuple[int, int]) -> None:
        """Decode the picture of a layer; `size` is that of the frames."""
        path, camera = Path(said["path"]), Camera.said(said["camera"])
        picture, self.notes = read_picture(path, said["container"], said["background"])
        with blaming(path):
            canvas = canvas_of(picture, camera, said["fit"], said["background"], size)
            self._planes: Planes = planes_of(canvas.picture, canvas.fineness)
        numbers = range(said["first"], said["first"] + said["count"])
        self._size = size
        self.boxes: list[Box] = canvas.camera.boxes(canvas.picture.size, size[0] / size[1], numbers)

    def frame(self, index: int) -> Frame:
        """Return the three planes of one frame."""
        return self._planes.frame(self.boxes[index], *self._size)


def main(argv: list[str]) -> None:
    """Write the frames of the task in the file `argv[1]`."""
    task = json.loads(Path(argv[1]).read_text())
    with os.fdopen(REPORT_FD, "w") as reports:

        def report(event: str, **values: object) -> None:
            reports.write(json.dumps({"event": event, **values}) + "\n")
            reports.flush()

        layers: list[Layer] = []
        for number, said in enumerate(task["layers"]):
            report("decoding", layer=number)
            try:
                layers.append(Layer(said, (task["width"], task["height"])))
            except Refused as refused:
                report("refused", layer=number, found=str(refused))
                return
        # For reading too: opening a FIFO for writing alone waits for a reader, who would not wait for us.
        pipe = os.open(task["output"], os.O_RDWR)
        report("ready", notes=[layer.notes for layer in layers])
        widen(pipe)
        for frame in in_order(layers, task["threads"]):
            for plane in frame:
                write(pipe, plane.tobytes())
        wait_until_read(pipe)
        report("done", frames=len(layers[0].boxes))


def in_order(layers: list[Layer], threads: int) -> Iterator[Frame]:
    """Yield all frames, some of them made at a time."""
    count = len(layers[0].boxes)
    if threads == 1:
        yield from (shown(layers, index, count) for index in range(count))
        return
    with ThreadPoolExecutor(threads) as pool:
        ahead: deque[Future[Frame]] = deque()
        for index in range(count):
            ahead.append(pool.submit(shown, layers, index, count))
            if len(ahead) > threads:
                yield ahead.popleft().result()
        yield from (one.result() for one in ahead)


def shown(layers: list[Layer], index: int, count: int) -> Frame:
    """Return a frame of one layer, or of two of which the second comes up over the first."""
    frame = layers[0].frame(index)
    for layer in layers[1:]:
        part = (index + 1) / (count + 1)
        y, u, v = (Image.blend(*pair, part) for pair in zip(frame, layer.frame(index), strict=True))
        frame = (y, u, v)
    return frame


def widen(pipe: int) -> None:
    """Make a pipe large if that is allowed: a user has pages for some such, then only for small ones."""
    with suppress(OSError):
        fcntl.fcntl(pipe, F_SETPIPE_SZ, PIPE_BYTES)


def write(pipe: int, data: bytes) -> None:
    """Write all of it; whoever reads may take its time."""
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view) :]


def wait_until_read(pipe: int) -> None:
    """Wait until nothing is left in a FIFO: what nobody had opened when its writer ended would be lost."""
    left = bytearray(4)
    while fcntl.ioctl(pipe, termios.FIONREAD, left) == 0 and any(left):
        time.sleep(LOOK_S)


if __name__ == "__main__":
    main(sys.argv)
