"""What a finished video holds, found by other means than those that made and checked it."""

import re
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from media.encoder import find_ffmpeg


@dataclass(frozen=True)
class Found:
    """What was decoded."""

    frames: int
    times: tuple[Fraction, ...]
    video_s: Fraction
    sound: npt.NDArray[np.float32]
    rate: int
    size: tuple[int, int]
    rotation: int
    steps: tuple[float, ...]
    """By how much each frame differs from the one before it: the mean of their luma, of 255."""

    @property
    def sound_s(self) -> Fraction:
        """How long the sound is."""
        return Fraction(self.sound.shape[-1], self.rate)

    @property
    def units_apart(self) -> float:
        """By how much the lengths differ, in units of one frame and one frame of AAC."""
        unit = self.video_s / self.frames + Fraction(1024, self.rate)
        return float(abs(self.video_s - self.sound_s) / unit)

    def rms(self, begin: float, end: float) -> float:
        """How loud it is between two moments, as a root of a mean square."""
        part = self.sound[:, round(begin * self.rate) : round(end * self.rate)]
        return float(np.sqrt(np.mean(np.square(part, dtype=np.float64))))


def found_in(path: Path) -> Found:
    """Decode an MP4 completely."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames, planes = [], []
        for frame in container.decode(stream):
            frames.append((frame.pts * stream.time_base, frame.rotation))
            planes.append(frame.to_ndarray(format="gray").astype(np.int16))
        length, size = stream.duration * stream.time_base, (stream.width, stream.height)
    with av.open(str(path)) as container:
        sound = container.streams.audio[0]
        parts = [frame.to_ndarray() for frame in container.decode(sound)]
        rate = sound.rate
    times = tuple(at for at, _ in frames)
    steps = tuple(float(abs(after - before).mean()) for before, after in pairwise(planes))
    turned = frames[0][1] % 360
    return Found(len(frames), times, length, np.concatenate(parts, axis=1), rate, size, turned, steps)


def loudness_in(path: Path) -> tuple[float, float]:
    """Measure by loudnorm what was made by other filters."""
    command = [str(find_ffmpeg().path), "-hide_banner", "-i", str(path)]
    command += ["-af", "loudnorm=print_format=json", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    found = re.search(r'"input_i" : "(\S+)".*?"input_tp" : "(\S+)"', said, re.DOTALL)
    assert found
    return float(found[1]), float(found[2])
