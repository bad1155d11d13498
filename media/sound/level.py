"""Bring a sound to a loudness by EBU R 128: measured, moved as a whole, limited where peaks must be."""

import re
from dataclasses import dataclass

from media.encoder import Ffmpeg
from media.errors import OutOfResources, ToolFailed
from media.footage.convert import Conversion
from media.process import Finished, Limits, check, run
from media.sound.command import Track, loudness_argv, track_argv
from media.video.encode import DISK_FULL

LIMITS = Limits(wall_s=3600.0, file_bytes=32 * 2**30)
UNHEARD = -69.0
"""LUFS: the gate of BS.1770 is at -70, and what is all below it, or shorter than 0.4 s, measures so."""
NEAR = 0.2
"""LU by which a loudness may be off before the gain is corrected."""
TOLD = 0.5
TRIES = 4
HEADROOM = 0.3
"""dB below the wanted true peak that the limiter works at: resampling back adds a little."""
OVERSAMPLED = 192_000
SUMMARY = re.compile(r"I:\s+(?P<loudness>\S+) LUFS.*?Peak:\s+(?P<peak>\S+) dBFS", re.DOTALL)


@dataclass(frozen=True)
class Loudness:
    """How loud a sound is.

    Attributes:
        integrated: Over all of it, in LUFS.
        peak: Its true peak, in dBTP.
    """

    integrated: float
    peak: float


def loudness_of(track: Track, conversion: Conversion) -> Loudness:
    """Measure a sound.

    Raises:
        ToolFailed: ffmpeg did not say.
    """
    finished = ran(loudness_argv(conversion.ffmpeg.path, track), conversion)
    found = SUMMARY.search(finished.log_tail)
    if not found:
        raise ToolFailed("expected a loudness from ffmpeg, found none in what it printed; run it again")
    return Loudness(float(found["loudness"]), float(found["peak"]))


def levelled(track: Track, target: float, true_peak: float, conversion: Conversion) -> tuple[Track, str]:
    """Bring a sound to a loudness; returns it, and a sentence for whoever asked, or "".

    Args:
        track: The sound; its file is left as it is.
        target: In LUFS.
        true_peak: That is not to be passed, in dBTP.
        conversion: Where and with what it is done.
    """
    before = loudness_of(track, conversion)
    if before.integrated <= UNHEARD:
        return track, "the sound is too short or too soft to measure; its loudness is as it was"
    gain = target - before.integrated
    filters: tuple[str, ...] = (f"volume={gain:.3f}dB",)
    if before.peak + gain <= true_peak:
        return written(track, filters, conversion), ""
    for _ in range(TRIES):
        made = written(track, (f"volume={gain:.3f}dB", *_limiter(true_peak, track.form.rate)), conversion)
        short = target - loudness_of(made, conversion).integrated
        if abs(short) <= NEAR:
            break
        gain += short
    if abs(short) <= TOLD:
        return made, "the sound's highest peaks are limited, to make room for the loudness wanted"
    return made, (
        f"the sound came to {target - short:.1f} LUFS, not {target:.1f}: "
        f"more would press its peaks of {true_peak:g} dBTP too hard"
    )


def written(track: Track, filters: tuple[str, ...], conversion: Conversion) -> Track:
    """Return what filters make of a sound, in a file of its own."""
    made = Track("levelled.f32", track.form)
    ran(track_argv(conversion.ffmpeg.path, [track], filters, made.name), conversion)
    return made


def ran(argv: list[str], conversion: Conversion) -> Finished:
    """Run ffmpeg on sounds alone to its good end.

    Raises:
        OutOfResources: The disk is full.
        ToolFailed: It failed.
    """
    ffmpeg: Ffmpeg = conversion.ffmpeg
    finished = run(argv, cwd=conversion.folder, limits=LIMITS, env=ffmpeg.env)
    if finished.returncode > 0 and any(text in finished.log_tail for text in DISK_FULL):
        raise OutOfResources("ffmpeg found the disk full while it wrote the sound; make room for it")
    check(finished, "ffmpeg")
    return finished


def _limiter(true_peak: float, rate: int) -> tuple[str, ...]:
    """Return a limiter that sees the peaks between samples too (ITU-R BS.1770, annex 2)."""
    limit = 10 ** ((true_peak - HEADROOM) / 20)
    return (
        f"aresample={OVERSAMPLED}",
        f"alimiter=limit={limit:.6f}:attack=5:release=80:level=0:latency=1",
        f"aresample={rate}",
    )
