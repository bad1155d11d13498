"""Measure how far apart pictures and sound end, over 30 pairs of a video and a sound of drawn lengths.

Each result is decoded completely; the difference of the two lengths is told in units of one frame and one
frame of AAC. The value is the worst of ours over all modes. The other arm retimes each pair as a worker
before this one did: by the lengths that the files claim, to the end of whatever is shorter.
"""

import os
import random
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import av

from benchmarks.figure import Figure
from media.jobs import run_footage
from media.sound.job import AddAudioJob, Mode

if TYPE_CHECKING:
    from media.tools import Tools

ISSUE = 8
PAIRS, SEED = 30, 8
RATES = ("24000/1001", "24", "25", "30000/1001", "30", "50", "60", "12.5")
SOUNDS = {"wav": ("-c:a", "pcm_s16le"), "mp3": ("-c:a", "libmp3lame"), "m4a": ("-c:a", "aac")}
SAMPLES = (44100, 48000)


@dataclass(frozen=True)
class Pair:
    """A video and a sound.

    Attributes:
        video: Its file.
        sound: Its file.
        mode: How they are made equally long.
    """

    video: Path
    sound: Path
    mode: Mode


def main() -> None:
    """Print the figure."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        os.environ["RENDERMILL_STORE"] = str(Path(name) / "store")
        from blocks.tools import open_tools  # noqa: PLC0415 - reads the environment set above

        tools = open_tools()
        pairs = _pairs(Path(name), str(tools.ffmpeg.path))
        ours = [_ours(pair, tools, Path(name)) for pair in pairs]
        older = [_older(pair, str(tools.ffmpeg.path), Path(name)) for pair in pairs]
    by_mode = {
        mode: max(u for u, pair in zip(ours, pairs, strict=True) if pair.mode == mode) for mode in _modes()
    }
    arms = {
        "ours": {"worst": max(ours), "mean": sum(ours) / PAIRS, "worst of each mode": by_mode},
        "older": {
            "what": "setpts by the lengths that the files claim, -shortest",
            "worst": max(older),
            "mean": sum(older) / PAIRS,
        },
    }
    value = round(max(ours), 3)
    figure = Figure(name="retime_exactness", value=value, unit="frame + AAC frame", arms=arms, repeats=PAIRS)
    sys.stdout.write(figure.model_dump_json() + "\n")


def _modes() -> tuple[Mode, ...]:
    return get_args(Mode)


def _pairs(folder: Path, ffmpeg: str) -> list[Pair]:
    """Draw pairs and make their files; modes, rates and kinds of sound come in turn, lengths by chance."""
    drawn = random.Random(SEED)  # noqa: S311 - no secret
    pairs = []
    for number in range(PAIRS):
        video = folder / f"{number}.mp4"
        kind = list(SOUNDS)[number % len(SOUNDS)]
        sound = folder / f"{number}.{kind}"
        length, ratio = drawn.uniform(0.8, 3.0), drawn.uniform(0.55, 1.9)
        source = f"testsrc2=s=160x90:r={RATES[number % len(RATES)]}"
        _run(ffmpeg, "-f", "lavfi", "-i", source, "-t", f"{length:.6f}", "-pix_fmt", "yuv420p", str(video))
        tone = f"sine=440:sample_rate={SAMPLES[number % 2]}:d={length * ratio:.6f}"
        _run(ffmpeg, "-f", "lavfi", "-i", tone, *SOUNDS[kind], str(sound))
        pairs.append(Pair(video, sound, _modes()[number % len(_modes())]))
    return pairs


def _ours(pair: Pair, tools: "Tools", folder: Path) -> float:
    job = AddAudioJob(source=str(pair.video), audio=str(pair.sound), mode=pair.mode, preset="veryfast")
    output = run_footage(job, tools).output("video")
    result = folder / "ours.mp4"
    tools.store.fetch(output.asset.key, result)
    return _units_apart(result)


def _older(pair: Pair, ffmpeg: str, folder: Path) -> float:
    """Retime a video as it was done before."""
    result = folder / "older.mp4"
    ratio = _claimed(ffmpeg, pair.sound) / _claimed(ffmpeg, pair.video)
    _run(
        *(ffmpeg, "-i", str(pair.video), "-i", str(pair.sound), "-map", "0:v:0", "-map", "1:a:0"),
        *("-filter:v", f"setpts={ratio:.6f}*PTS", "-c:v", "libx264", "-preset", "veryfast"),
        *("-c:a", "aac", "-shortest", str(result)),
    )
    return _units_apart(result)


def _claimed(ffmpeg: str, path: Path) -> float:
    """Return how many seconds a file says it lasts."""
    said = subprocess.run([ffmpeg, "-i", str(path)], capture_output=True, text=True, check=False).stderr
    found = re.search(r"Duration: (\d+):(\d+):([\d.]+)", said)
    hours, minutes, seconds = found.groups() if found else (0, 0, 0)
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)


def _units_apart(path: Path) -> float:
    """Decode a video completely; returns by how much its pictures and its sound differ in length."""
    with av.open(str(path)) as container:
        stream: Any = container.streams.video[0]
        times = [frame.pts * stream.time_base for frame in container.decode(stream)]
        frame = Fraction(1, 1) / stream.average_rate
    with av.open(str(path)) as container:
        sound: Any = container.streams.audio[0]
        samples = sum(frame.samples for frame in container.decode(sound))
    video, heard = times[-1] + frame, Fraction(samples, sound.rate)
    return round(float(abs(video - heard) / (frame + Fraction(1024, sound.rate))), 4)


def _run(*argv: str) -> None:
    subprocess.run([argv[0], "-v", "error", "-nostdin", "-y", *argv[1:]], check=True, timeout=120)


if __name__ == "__main__":
    main()
