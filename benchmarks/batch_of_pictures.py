"""Measure the time that clips of many pictures take over that of the older method, in batches of five.

Both encode by x264 with the same settings. The pictures are like photographs: slopes, soft shapes, edges and
a little grain; noise would have the encoder take most of the time of either. Ours begins a picture whenever
another is done, and decodes and counts each clip; the older method waits for the slowest of five, and looks
at nothing.
"""

import os
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.figure import Figure
from benchmarks.kenburns_arms import FPS, HEIGHT, WIDTH, older_argv
from examples.footage import SKIES, landscape

ISSUE = 8
LONGEST_S = 600.0
PICTURES, SECONDS, BATCH = 12, 2.0, 5
GRAIN = 1.5
"""Standard deviation of 8 bits, about that of a camera in daylight."""
CRF, PRESET = 20, "veryfast"


def main() -> None:
    """Print the figure; null if a clip is missing."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        pictures = [folder / f"{number}.png" for number in range(PICTURES)]
        for number, picture in enumerate(pictures):
            _photograph(number).save(picture, compress_level=1)
        older = _older(pictures)
        ours, made = _ours(pictures, folder)
    arms = {
        "ours_s": round(ours, 1),
        "batches of five, s": round(older, 1),
        "pictures": PICTURES,
        "seconds of each": SECONDS,
        "preset": PRESET,
        "processors": len(os.sched_getaffinity(0)),
    }
    value = round(ours / older, 3) if made == PICTURES else None
    print(Figure(name="batch_of_pictures", value=value, unit="ratio", arms=arms, repeats=1).model_dump_json())


def _photograph(number: int) -> Image.Image:
    """Return a picture as large as the frames, another for each number."""
    scene = landscape((WIDTH, HEIGHT), *SKIES[number % len(SKIES)], number % 4 + number / PICTURES)
    grain = np.random.default_rng(number).normal(0, GRAIN, (HEIGHT, WIDTH, 1))
    return Image.fromarray((np.asarray(scene) + grain).clip(0, 255).round().astype(np.uint8))


def _older(pictures: list[Path]) -> float:
    frames = round(SECONDS * FPS)
    began = time.monotonic()
    for first in range(0, len(pictures), BATCH):
        batch = []
        for picture in pictures[first : first + BATCH]:
            options = ["-c:v", "libx264", "-preset", PRESET, "-crf", str(CRF), "-pix_fmt", "yuv420p"]
            output = [*options, str(picture.with_suffix(".mp4"))]
            batch.append(subprocess.Popen(older_argv(picture, frames, output)))
        if any(process.wait() for process in batch):
            raise RuntimeError("the older method failed")
    return time.monotonic() - began


def _ours(pictures: list[Path], folder: Path) -> tuple[float, int]:
    os.environ["RENDERMILL_STORE"] = str(folder / "store")
    from blocks.tools import open_tools  # noqa: PLC0415 - reads the environment set above
    from media.jobs import run_footage  # noqa: PLC0415 - with it
    from media.kenburns.job import ImagesToVideoJob  # noqa: PLC0415 - the same

    wishes = {"duration": SECONDS, "fps": FPS, "width": WIDTH, "height": HEIGHT, "crf": CRF, "preset": PRESET}
    images = [{"source": str(picture)} for picture in pictures]
    job = ImagesToVideoJob.model_validate({"images": images, **wishes})
    tools = open_tools()
    began = time.monotonic()
    manifest = run_footage(job, tools)
    return time.monotonic() - began, sum(one.role == "video" for one in manifest.content.outputs)


if __name__ == "__main__":
    main()
