"""Frames on their way into ffmpeg, checked before ffmpeg could hide what is wrong with them."""

from collections.abc import Generator, Iterable, Iterator
from types import TracebackType
from typing import Self

from media.errors import BadInput
from media.frame_gate import BadFrame, UnreadableFrame
from media.png import BrokenPng, PngHeader, read_png
from media.video.settings import VideoSettings


class Feed:
    """The frames of one video, each whole and laid out like the first.

    ffmpeg scales a frame of another size and decodes a damaged one, both with exit code 0. Use as a context
    manager, so that whoever makes the frames learns that nobody wants more.

    Attributes:
        sent: Frames handed out so far.
        fault: What went wrong with the frames, if anything did: not the encoder's failure.
    """

    def __init__(self, frames: Iterable[bytes], settings: VideoSettings) -> None:
        self.sent = 0
        self.fault: Exception | None = None
        self._source = iter(frames)
        self._settings = settings
        self._layout: PngHeader | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(self._source, Generator):
            self._source.close()

    def __iter__(self) -> Iterator[bytes]:
        while (data := self._next()) is not None:
            self.sent += 1
            yield data

    def first(self) -> tuple[bytes, PngHeader]:
        """Return the first frame and its layout, which all others must have; the iteration then goes on.

        Raises:
            BadInput: There is none.
        """
        data = self._next()
        if data is None or self._layout is None:
            raise BadInput("expected at least one frame to make a video of, found none")
        self.sent = 1
        return data, self._layout

    def _next(self) -> bytes | None:
        try:
            data = next(self._source, None)
            if data is not None:
                self._check(data)
        except Exception as fault:
            self.fault = fault
            raise
        return data

    def _check(self, data: bytes) -> None:
        name = f"frame {self.sent + 1} of the video"
        try:
            header = read_png(data)
        except BrokenPng as problem:
            raise UnreadableFrame(f"{name}: {problem}") from problem
        wanted = self._layout or header.model_copy(
            update={"width": self._settings.width, "height": self._settings.height}
        )
        if header != wanted:
            raise BadFrame(f"{name}: expected {_text(wanted)}, found {_text(header)}")
        self._layout = header


def _text(header: PngHeader) -> str:
    return f"{header.width} x {header.height} pixels of {header.channels} channels of {header.bit_depth} bits"
