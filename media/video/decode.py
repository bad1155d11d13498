"""Say what videos hold: a child process of its own, since decoders are C.

    python -I decode.py video.mp4                  decodes it from end to end
    python -I decode.py --only-look one.mp4 …      reads their headers and packets, and decodes nothing

Reports JSON lines on file descriptor 3: {"event": "decoded", "frames": …} about once a second, then for each
video {"event": "done", …} with the fields of `VideoFacts` in media/video/check.py, or of `Outline` where it
only looked; or {"event": "refused", "found": …}, which is the last.
Imports nothing of ours, so that it starts as fast as its decoder.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

REPORT_FD = 3
REPORT_EVERY_S = 1.0
ONLY_LOOK = "--only-look"
BT709 = 1  # ITU-T H.273: the number of BT.709 as matrix, primaries and transfer alike
LIMITED_RANGE = 1  # FFmpeg's number for 16..235, where H.273 has a flag
ONE_FILE = {"protocol_whitelist": "file"}  # nor, by the format being given, is a playlist followed


def main(argv: list[str]) -> None:
    """Report on the video `argv[1]`, or on all that follow `--only-look`."""
    with os.fdopen(REPORT_FD, "w") as reports:

        def report(event: str, **values: object) -> None:
            reports.write(json.dumps({"event": event, **values}) + "\n")
            reports.flush()

        try:
            if argv[1] == ONLY_LOOK:
                for path in argv[2:]:
                    with opened(path) as container:
                        report("done", **outline_of(container))
                return
            with opened(argv[1]) as container:
                report("done", **facts_of(container, Path(argv[1]), lambda n: report("decoded", frames=n)))
        except (av.FFmpegError, IndexError, OSError) as problem:
            report("refused", found=str(problem))


def opened(path: str) -> Any:  # noqa: ANN401 - PyAV has no types
    """Open a video file, to be closed by the caller."""
    return av.open(path, format="mp4", options=ONE_FILE)


def facts_of(container: Any, path: Path, told: Callable[[int], None]) -> dict[str, object]:  # noqa: ANN401 - PyAV has no types
    """Decode everything, telling about once a second how many frames that are so far."""
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    stream.codec_context.options = {"err_detect": "explode"}
    times: list[int] = []
    tagged, damaged, said = True, 0, time.monotonic()
    for frame in container.decode(stream):
        times.append(frame.pts)
        damaged += frame.is_corrupt
        tagged = tagged and is_bt709(frame)
        if time.monotonic() - said > REPORT_EVERY_S:
            said = time.monotonic()
            told(len(times))
    return {
        **form_of(stream, times, tagged=tagged and bool(times)),
        "damaged": damaged,
        "streams": len(container.streams),
        "faststart": begins_with_its_index(path),
    }


def outline_of(container: Any) -> dict[str, object]:  # noqa: ANN401 - as above
    """Count the packets that are there and whole: in what we encode, each shows one frame."""
    stream = container.streams.video[0]
    packets = (one for one in container.demux(stream) if one.size)  # the last, empty, is for a decoder's end
    times = sorted(one.pts for one in packets if not (one.is_corrupt or one.is_discard or one.pts is None))
    return form_of(stream, times, tagged=is_bt709(stream.codec_context))


def form_of(stream: Any, times: list[int], *, tagged: bool) -> dict[str, object]:  # noqa: ANN401 - as above
    """Return what can be said of a video of frames shown at `times`."""
    duration = stream.duration * stream.time_base
    return {
        "frames": len(times),
        "duration": str(duration),
        "width": stream.width,
        "height": stream.height,
        "codec": stream.codec_context.codec.canonical_name,
        "profile": stream.profile or "",  # both unknown where a damaged first frame does not tell them
        "pix_fmt": stream.codec_context.pix_fmt or "",
        "fps": rate_of(times, duration, stream.time_base),
        "bt709": tagged,
    }


def is_bt709(tagged: Any) -> bool:  # noqa: ANN401 - as above
    """Return whether a frame, or a decoder for frames, says BT.709 in limited range."""
    tags = (tagged.colorspace, tagged.color_primaries, tagged.color_trc, tagged.color_range)
    return tags == (BT709, BT709, BT709, LIMITED_RANGE)


def rate_of(times: list[int], duration: Fraction, time_base: Fraction) -> str:
    """Return the frame rate of frames that start at 0 and are equally long, the last one too; else 0/1."""
    step = duration / len(times) if times else Fraction(0)
    even = step > 0 and all(at * time_base == number * step for number, at in enumerate(times))
    rate = 1 / step if even else Fraction(0)
    return f"{rate.numerator}/{rate.denominator}"


def begins_with_its_index(path: Path) -> bool:
    """Return whether `moov` comes before `mdat`."""
    return next((name for name in boxes(path) if name in {b"moov", b"mdat"}), b"") == b"moov"


def boxes(path: Path) -> Iterator[bytes]:
    """Yield the names of the file's top-level boxes (ISO/IEC 14496-12 section 4.2)."""
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:  # noqa: PLR2004 - a box begins with 4 bytes of size, 4 of name
            size, read = int.from_bytes(head[:4], "big"), 8
            if size == 1:  # a 64-bit size follows
                size, read = int.from_bytes(file.read(8), "big"), 16
            yield head[4:]
            if size < read:  # 0 reaches to the end of the file; less than its own head is damage
                return
            file.seek(size - read, 1)


if __name__ == "__main__":
    main(sys.argv)
