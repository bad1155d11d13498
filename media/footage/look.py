"""Say what footage holds: a child process of its own, since decoders are C.

    python -I look.py mov video.mp4          reads its headers and all its packets, and decodes one frame

Reports one JSON line on file descriptor 3: {"event": "found", …} with the fields of `FootageFacts` in
media/footage/facts.py, or {"event": "refused", "found": …}. Imports nothing of ours.
"""

import itertools
import json
import os
import sys
from fractions import Fraction
from typing import Any

import av
from av.stream import Disposition

REPORT_FD = 3
TRANSFERS = {16: "pq", 18: "hlg"}  # ITU-T H.273
BT709, LIMITED_RANGE, UNSAID = 1, 1, 2
STEADY = Fraction(1, 4)  # of a frame: so far a picture may be shown off its place, by rounding of clocks
QUICK = 10  # one step in so many may be shorter than that by which a varying rate is told
COMMON_RATES = [Fraction(n) for n in (10, 12, 15, 24, 25, 30, 48, 50, 60, 100, 120, 240)]
COMMON_RATES += [Fraction(1000 * n, 1001) for n in (24, 30, 48, 60, 120, 240)]
NEAR = Fraction(1, 500)
"""By so much, as a share, a rate may be off a common one and still mean that."""
ABOUT = Fraction(1, 10)
"""The same where the rate varies: whatever is said of it is no more than a good choice."""
FIRST_PACKETS = 250
LEAST_MISSED = Fraction(1, 10)
"""In seconds: what an index may promise beyond what is there, before an end counts as cut off."""
HIDES_ALPHA = {"vp8", "vp9"}
"""Their transparency lies beside the picture, where the decoder that is usually chosen does not look."""


def main(argv: list[str]) -> None:
    """Report on the file `argv[2]` in the container that ffmpeg calls `argv[1]`."""
    with os.fdopen(REPORT_FD, "w") as reports:
        try:
            options = {"protocol_whitelist": "file", "format_whitelist": argv[1]}
            with av.open(f"file:{argv[2]}", format=argv[1].partition(",")[0], options=options) as container:
                found = {"event": "found", **facts_of(container)}
        except (av.FFmpegError, IndexError, OSError, ValueError) as problem:
            found = {"event": "refused", "found": str(problem)}
        reports.write(json.dumps(found) + "\n")


def facts_of(container: Any) -> dict[str, object]:  # noqa: ANN401 - PyAV has no types
    """Read the file once from its beginning to its end."""
    covers = [one for one in container.streams.video if one.disposition & Disposition.attached_pic]
    moving = next((one for one in container.streams.video if one not in covers), None)
    sounds = list(container.streams.audio)
    first = None
    times: dict[int, list[tuple[int, int]]] = {one.index: [] for one in [moving, *sounds] if one}
    damaged, cut_away = 0, 0
    for packet in container.demux([one for one in [moving, *sounds] if one]):
        if not packet.size or packet.pts is None:
            continue
        damaged += packet.is_corrupt
        if packet.stream is moving and first is None and cut_away + len(times[moving.index]) <= FIRST_PACKETS:
            first = first_of(packet)
        if packet.is_discard:  # an edit list leaves it out, as phones do that trim a video
            cut_away += packet.stream is moving
            continue
        times[packet.stream.index].append((packet.pts, packet.duration or 0))
    return {
        "video": video_of(moving, times[moving.index], first) if moving else None,
        "sounds": [sound_of(one, times[one.index]) for one in sounds],
        "covers": len(covers),
        "subtitles": len(container.streams.subtitles),
        "damaged": damaged,
    }


def first_of(packet: Any) -> Any:  # noqa: ANN401 - as above
    """Return the first picture that a packet gives, if it gives one."""
    try:
        return next(iter(packet.decode()), None)
    except av.FFmpegError:
        return None


def video_of(stream: Any, times: list[tuple[int, int]], first: Any) -> dict[str, object]:  # noqa: ANN401 - as above
    """Return what is known of a stream of pictures shown at `times`, of which `first` is one."""
    context = stream.codec_context
    times.sort()
    rate, variable = rate_of(stream, [at for at, _ in times])
    shown = first or context
    pixels = getattr(first.format, "name", "") if first else context.pix_fmt or ""
    hidden = context.name in HIDES_ALPHA and stream.metadata.get("alpha_mode") == "1"
    duration = span(times, stream.time_base, 1 / rate)
    aspect = stream.sample_aspect_ratio or Fraction(1)
    return {
        "index": stream.index,
        "codec": context.name,
        "profile": str(stream.profile or ""),
        "width": first.width if first else context.width,
        "height": first.height if first else context.height,
        "rotation": int(first.rotation) % 360 if first else 0,
        "aspect": text(aspect if aspect > 0 else Fraction(1)),
        "pixels": pixels.replace("yuv4", "yuva4") if hidden else pixels,
        "bits": max((part.bits for part in first.format.components), default=8) if first else 8,
        "alpha": hidden or bool(first and any(part.is_alpha for part in first.format.components)),
        "rate": text(rate),
        "variable": variable,
        "frames": len(times),
        "start": text(times[0][0] * stream.time_base if times else Fraction(0)),
        "duration": text(duration),
        "missing": text(missing(stream, duration)),
        "transfer": TRANSFERS.get(int(shown.color_trc), "sdr"),
        "matrix": int(shown.colorspace),
        "full_range": int(shown.color_range) == LIMITED_RANGE + 1,
        "interlaced": bool(first and first.interlaced_frame),
        "decodes": first is not None,
    }


def sound_of(stream: Any, times: list[tuple[int, int]]) -> dict[str, object]:  # noqa: ANN401 - as above
    """Return what is known of a stream of sound; how long it is, its packets say and no header."""
    times.sort()
    duration = span(times, stream.time_base, Fraction(0))
    return {
        "index": stream.index,
        "codec": stream.codec_context.name,
        "rate": stream.codec_context.sample_rate,
        "channels": stream.codec_context.channels,
        "start": text(times[0][0] * stream.time_base if times else Fraction(0)),
        "duration": text(duration),
        "missing": text(missing(stream, duration)),
        "packets": len(times),
        "language": str(stream.metadata.get("language", "")),
    }


def rate_of(stream: Any, times: list[int]) -> tuple[Fraction, bool]:  # noqa: ANN401 - as above
    """Return the frame rate that pictures are shown at, and whether they keep to it."""
    said = stream.guessed_rate or stream.average_rate or Fraction(25)
    if len(times) < 3:  # noqa: PLR2004 - two steps tell of a rhythm
        return named(said), False
    clock, begin = stream.time_base, times[0]
    step = Fraction(times[-1] - begin, len(times) - 1)
    if step <= 0:
        return named(said), True
    if all(abs(at - begin - number * step) <= STEADY * step for number, at in enumerate(times)):
        return named(1 / (step * clock)), False
    steps = sorted(after - before for before, after in itertools.pairwise(times) if after > before)
    return named(1 / (steps[len(steps) // QUICK] * clock), ABOUT), True


def named(rate: Fraction, near: Fraction = NEAR) -> Fraction:
    """Return the common rate that a measured one means, or itself."""
    nearest = min(COMMON_RATES, key=lambda common: abs(common - rate))
    return nearest if abs(nearest - rate) <= near * nearest else rate.limit_denominator(1001)


def missing(stream: Any, found: Fraction) -> Fraction:  # noqa: ANN401 - as above
    """Return the seconds that an index of all packets promises beyond those that are there."""
    if not stream.frames or not stream.duration:
        return Fraction(0)
    missed = stream.duration * stream.time_base - found
    return missed if missed > LEAST_MISSED else Fraction(0)


def span(times: list[tuple[int, int]], clock: Fraction, usual: Fraction) -> Fraction:
    """Return the seconds from the first to the end of the last; its length is not always said."""
    if not times:
        return Fraction(0)
    at, length = times[-1]
    return (at - times[0][0]) * clock + (length * clock or usual)


def text(number: Fraction) -> str:
    """Return a fraction as JSON can hold it."""
    exact = Fraction(number)
    return f"{exact.numerator}/{exact.denominator}"


if __name__ == "__main__":
    main(sys.argv)
