"""Measure the size of a WebP still over that of the PNG frame it was made of, if both look the same."""

import os
import tempfile
from pathlib import Path

from benchmarks.bearing_arms import write_bearing
from benchmarks.figure import Figure
from media.psnr import psnr_db
from media.ssim import ssim

ISSUE = 5
LONGEST_S = 180.0
LEAST_SSIM = 0.99
JOB = {"width": 640, "height": 480, "samples": 32, "detail": "coarse", "format": "webp"}


def main() -> None:
    """Print the figure; null if the WebP does not look like the frame."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        frame, still = rendered(Path(name))
    likeness = ssim(frame, still)
    arms = {
        "webp_bytes": len(still),
        "png_bytes": len(frame),
        "ssim": round(likeness, 5),
        "psnr_db": round(psnr_db(frame, still), 2),
        "job": JOB,
    }
    value = round(len(still) / len(frame), 3) if likeness >= LEAST_SSIM else None
    figure = Figure(name="webp_size", value=value, unit="ratio", arms=arms, repeats=1)
    print(figure.model_dump_json())


def rendered(folder: Path) -> tuple[bytes, bytes]:
    """Render the bearing the way this project does; returns the bytes of its frame and of its still."""
    os.environ["RENDERMILL_STORE"] = str(folder / "store")
    from blocks.tools import open_tools  # noqa: PLC0415 - reads the environment set above
    from media import jobs  # noqa: PLC0415 - with it
    from media.job import StillJob  # noqa: PLC0415 - the same

    tools = open_tools()
    job = StillJob.model_validate({"source": str(write_bearing(folder)), **JOB})
    manifest = jobs.run(job, tools)
    (frame,) = manifest.content.frames
    return tools.store.get(frame.key), tools.store.get(manifest.output("still").asset.key)


if __name__ == "__main__":
    main()
