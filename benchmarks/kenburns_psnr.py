"""Measure by how many dB frames of a moving picture come closer to the ideal than the older method's."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean

from benchmarks.figure import Figure
from benchmarks.kenburns_arms import (
    Luma,
    older_boxes,
    older_frames,
    our_boxes,
    our_frames,
    write_picture,
)
from benchmarks.kenburns_reference import luma_of, psnr_of
from media.kenburns.motion import Box

ISSUE = 8
FRAMES, LOOKED_AT = 90, 6


def main() -> None:
    """Print the figure: a mean over frames, the first left out, which shows the picture as it is."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder, picture = Path(name), Path(name) / "picture.png"
        write_picture(picture, grey=True)
        luma = luma_of(picture)
        ours = _psnrs(our_frames(folder, picture, FRAMES), our_boxes(FRAMES), luma)
        older = _psnrs(older_frames(picture, FRAMES), older_boxes(FRAMES), luma)
    arms = {"ours_db": round(fmean(ours), 2), "6x upscale and zoompan, dB": round(fmean(older), 2)}
    value = round(fmean(ours) - fmean(older), 2)
    figure = Figure(
        name="kenburns_psnr", value=value, unit="dB", arms={**arms, "frames": len(ours)}, repeats=1
    )
    print(figure.model_dump_json())


def _psnrs(frames: Iterable[Luma], boxes: list[Box], luma: Luma) -> list[float]:
    step = FRAMES // LOOKED_AT
    looked_at = enumerate(zip(frames, boxes, strict=True), 1)
    return [psnr_of(frame, luma, box) for number, (frame, box) in looked_at if number % step == 0]


if __name__ == "__main__":
    main()
