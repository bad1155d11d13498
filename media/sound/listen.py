"""Decode a sound from end to end: a child process of its own, since decoders are C.

    python -I listen.py mp3 sound 0 48000 2 1000000 heard.f32

decodes stream 0 of the file `sound`, at most a million samples of it, and writes it to `heard.f32` as 32-bit
floats of two channels at 48 kHz. Reports JSON lines on file descriptor 3: {"event": "listening", …} about
once a second, then {"event": "heard", …} with the fields of `Heard` in media/sound/heard.py, or
{"event": "refused", "found": …}. Imports nothing of ours.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from typing import IO, Any

import av
import numpy as np

REPORT_FD = 3
REPORT_EVERY_S = 1.0
FLOAT_BYTES = 4
AUDIBLE = 0.001
"""-60 dB of full scale: what is softer is not missed."""
GAP_S = Fraction(1, 10)
"""What is longer is silence between two sounds, and no tremor of a container's clock."""


class Listener:
    """Writes what it hears, as floats, and keeps count."""

    def __init__(self, written: IO[bytes], rate: int, channels: int, most: int) -> None:
        self.samples, self.audible, self.peak = 0, 0, 0.0
        self._written, self._rate, self._channels, self._most = written, rate, channels, most
        self._form: tuple[object, ...] = ()
        self._resampler: Any = None
        self._into = channels
        self._due: Fraction | None = None

    @property
    def full(self) -> bool:
        """Whether there is more than is wanted."""
        return self.samples > self._most

    def hear(self, frame: Any) -> None:  # noqa: ANN401 - PyAV has no types
        """Take one decoded frame; what follows after a change of form is resampled anew."""
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        gap = self._gap_before(frame)
        if gap or form != self._form:
            self.end()
            self._rest(round(gap * self._rate))
            self._form = form
            # One channel is repeated: as stereo, ffmpeg makes each of two softer by 3 dB.
            self._into = min(self._channels, frame.layout.nb_channels)
            self._resampler = av.AudioResampler("flt", "mono" if self._into == 1 else "stereo", self._rate)
        frame.pts = None  # samples follow each other, however the container's clock trembles
        self._keep(self._resampler.resample(frame))

    def end(self) -> None:
        """Write what the resampler still holds."""
        if self._resampler:
            self._keep(self._resampler.resample(None))
            self._resampler = None

    def _gap_before(self, frame: Any) -> Fraction:  # noqa: ANN401 - as above
        """Return the seconds of silence before a frame; what overlaps has none."""
        length = Fraction(frame.samples, frame.sample_rate)
        at = None if frame.pts is None else frame.pts * Fraction(frame.time_base)
        if self._due is None or at is None:
            begins = at if self._due is None else self._due
            self._due = None if begins is None else begins + length
            return Fraction(0)
        gap = at - self._due if at - self._due > GAP_S else Fraction(0)
        self._due += gap + length
        return gap

    def _rest(self, samples: int) -> None:
        """Leave out so many samples, which read as zeros; beyond what is wanted, none."""
        samples = min(samples, self._most + 1 - self.samples)
        self._written.seek(samples * self._channels * FLOAT_BYTES, os.SEEK_CUR)
        self.samples += samples

    def _keep(self, frames: list[Any]) -> None:
        for frame in frames:
            values = frame.to_ndarray().reshape(-1, self._into)
            if not np.isfinite(values).all():
                raise ValueError("samples that are infinite, or no numbers")
            values = values if self._into == self._channels else values.repeat(self._channels, axis=1)
            loud = np.abs(values).max(axis=1, initial=0.0)
            heard = np.flatnonzero(loud > AUDIBLE)
            if heard.size:
                self.audible = self.samples + int(heard[-1]) + 1
            self.peak = max(self.peak, float(loud.max(initial=0.0)))
            self._written.write(values.astype("<f4").tobytes())
            self.samples += len(values)


def main(argv: list[str]) -> None:
    """Report on one stream of a file."""
    demuxer, path, index, rate, channels, most, output = argv[1:]
    with os.fdopen(REPORT_FD, "w") as reports:

        def report(event: str, **values: object) -> None:
            reports.write(json.dumps({"event": event, **values}) + "\n")
            reports.flush()

        options = {"protocol_whitelist": "file", "format_whitelist": demuxer}
        try:
            with (
                open(output, "wb") as written,  # noqa: PTH123 - as given, beside this process
                av.open(f"file:{path}", format=demuxer.partition(",")[0], options=options) as container,
            ):
                listener = Listener(written, int(rate), int(channels), int(most))
                damaged = listen(container, int(index), listener, report)
            found = {"samples": listener.samples, "audible": listener.audible, "peak": listener.peak}
            report("heard", **found, damaged=damaged, too_long=listener.full)
        except (av.FFmpegError, IndexError, OSError, ValueError) as problem:
            report("refused", found=str(problem))


def listen(container: Any, index: int, listener: Listener, report: Any) -> int:  # noqa: ANN401 - as above
    """Decode a stream to its end; returns how many pieces of it do not decode."""
    stream = container.streams[index]
    damaged, said = 0, time.monotonic()
    for frame in frames_of(container, stream):
        if frame is None:
            damaged += 1
            continue
        listener.hear(frame)
        if listener.full:
            break
        if time.monotonic() - said > REPORT_EVERY_S:
            said = time.monotonic()
            report("listening", samples=listener.samples)
    listener.end()
    return damaged


def frames_of(container: Any, stream: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    """Yield decoded frames, and None for each packet that does not decode: players go on after it too."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
            frames = packet.decode()
        except StopIteration:
            return
        except (av.EOFError, av.InvalidDataError):
            yield None
            continue
        yield from frames


if __name__ == "__main__":
    main(sys.argv)
