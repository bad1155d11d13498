"""Whether a video looks like what it was made of, measured; and how it is encoded until it does.

VMAF: Netflix's fusion of measures, trained on what viewers said of 1080p. SSIM: Z. Wang et al., Image
quality assessment: from error visibility to structural similarity, IEEE Transactions on Image Processing
13 (4), 2004; here of luminance and chrominance together, in hundredths.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from media.encoder import Ffmpeg
from media.errors import ToolFailed
from media.footage.command import beginning, reading
from media.footage.convert import Conversion, run_ffmpeg
from media.footage.picture import plain
from media.process import Limits, run
from media.transcode.command import Recoding, since
from media.transcode.job import GATES, TranscodeJob

Metric = Literal["vmaf", "ssim"]
SAMPLED = 900
"""Frames that are compared at most: every second one of twice as many, and so on."""
STEP, LEAST, TRIES = 4, 8, 4
"""By so much crf is lowered, down to that, in so many encodes at most."""
PROBE_S = 20.0
VMAF = re.compile(r"VMAF score: ([\d.]+)")
SSIM = re.compile(r"SSIM .*All:([\d.]+)")


@dataclass(frozen=True)
class Gate:
    """What a video has to reach.

    Attributes:
        metric: How it is measured.
        target: In points of 100.
        why: Why that one, where another was asked for.
    """

    metric: Metric
    target: float
    why: str = ""


def gate_of(job: TranscodeJob, ffmpeg: Ffmpeg, folder: Path) -> Gate | None:
    """Return the gate that a job asks for, by what this ffmpeg can measure; None if it asks for none."""
    if job.gate == "none":
        return None
    if job.gate == "vmaf" and not _measures_vmaf(ffmpeg, folder):
        why = (
            "VMAF was asked for, but this machine's ffmpeg has no VMAF, so SSIM was taken, with its own "
            f"target of {GATES['ssim']:g}; the same job finds this result wherever it runs, so for VMAF ask "
            "for another gate_target where ffmpeg has it"
        )
        return Gate("ssim", GATES["ssim"], why)
    return Gate(job.gate, GATES[job.gate] if job.gate_target is None else job.gate_target)


def score_argv(executable: Path, recoding: Recoding, result: str, metric: Metric, every: int) -> list[str]:
    """Return the command that compares a result with its footage, both of the result's size and rate.

    Args:
        executable: ffmpeg, which prints the score last.
        recoding: What the result was made of, and how.
        result: Its file name, beside the footage `video`.
        metric: What is measured.
        every: Of so many frames, one is compared.
    """
    video, settings = recoding.video, recoding.settings
    same = f"{plain(video, settings, 'libx264')},fps={settings.fps}:start_time=0"
    some = f"select=not(mod(n\\,{every})),settb=1/25,setpts=N"
    deep = "yuv420p10le" if settings.bits > 8 else "yuv420p"  # noqa: PLR2004 - of a common picture
    compare = "libvmaf=n_threads=2:shortest=1" if metric == "vmaf" else "ssim=shortest=1"
    graph = (
        f"[0:v:0]{some},format={deep}[made];[1:{video.index}]{same},{some},format={deep}[sent];"
        f"[made][sent]{compare}"
    )
    quiet = [part if part != "warning" else "info" for part in beginning(executable)]
    return [
        *quiet,
        *("-protocol_whitelist", "file", "-format_whitelist", "mov", "-f", "mov", "-i", f"file:{result}"),
        *reading("video", recoding.container, *video.decoder, *since(recoding)),
        *("-filter_complex", graph, "-f", "null", "-"),
    ]


def score_of(conversion: Conversion, recoding: Recoding, result: str, metric: Metric, frames: int) -> float:
    """Return how much a result looks like its footage, in points of 100: the mean over the frames compared.

    Raises:
        ToolFailed: ffmpeg told no score.
    """
    every = -(-frames // SAMPLED)
    done = run_ffmpeg(conversion, score_argv(conversion.ffmpeg.path, recoding, result, metric, every))
    found = (VMAF if metric == "vmaf" else SSIM).findall(done.log_tail)
    if not found:
        raise ToolFailed(f"{conversion.name}: expected a score of {metric}, found none; leave out the gate")
    return float(found[-1]) * (1 if metric == "vmaf" else 100)


def better(recoding: Recoding) -> Recoding | None:
    """Return the same at a better quality, or None where there is none that is worth it."""
    crf = max(LEAST, recoding.settings.crf - STEP)
    if crf >= recoding.settings.crf:
        return None
    return replace(recoding, settings=recoding.settings.model_copy(update={"crf": crf}))


def told_of(gate: Gate, scores: Sequence[tuple[int, float]]) -> list[str]:
    """Return sentences on what was measured, for whoever asked.

    Args:
        gate: What was to be reached.
        scores: Rate factors and scores, in the order in which they were tried; the last is the result's.
    """
    name = gate.metric.upper()
    crf, score = scores[-1]
    tried = ", ".join(f"crf {rate}: {found:.2f}" for rate, found in scores)
    passes = score >= gate.target
    sentence = (
        f"its {name} is {score:.2f} at crf {crf}, {'as' if passes else 'less than'} asked for "
        f"({gate.target:g}); measured: {tried}"
    )
    return [*([gate.why] if gate.why else []), sentence]


def _measures_vmaf(ffmpeg: Ffmpeg, folder: Path) -> bool:
    """Say whether VMAF really compares two pictures here."""
    flat = ("-f", "lavfi", "-i", "color=red:s=64x64:d=0.1")
    argv = [str(ffmpeg.path), "-nostdin", *flat, *flat, "-lavfi", "libvmaf", "-f", "null", "-"]
    return bool(VMAF.search(run(argv, cwd=folder, limits=Limits(wall_s=PROBE_S), env=ffmpeg.env).log_tail))
