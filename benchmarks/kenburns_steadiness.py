"""Measure how much patches of the older method's frames wobble over how much those of ours do."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from benchmarks.figure import Figure
from benchmarks.kenburns_arms import (
    Luma,
    older_boxes,
    older_frames,
    our_boxes,
    our_frames,
    write_picture,
)
from benchmarks.kenburns_reference import luma_of, offsets, wobble
from media.kenburns.motion import Box

ISSUE = 8
FRAMES, LOOKED_AT = 90, 40


def main() -> None:
    """Print the figure."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder, picture = Path(name), Path(name) / "picture.png"
        write_picture(picture, grey=True)
        luma = luma_of(picture)
        ours = _wobble(our_frames(folder, picture, FRAMES), our_boxes(FRAMES), luma)
        older = _wobble(older_frames(picture, FRAMES), older_boxes(FRAMES), luma)
    arms = {
        "ours_px": round(ours, 5),
        "6x upscale and zoompan, px": round(older, 5),
        "frames": LOOKED_AT,
        "patches": "8 x 6",
    }
    value = round(older / ours, 1)
    print(
        Figure(name="kenburns_steadiness", value=value, unit="ratio", arms=arms, repeats=1).model_dump_json()
    )


def _wobble(frames: Iterable[Luma], boxes: list[Box], luma: Luma) -> float:
    looked_at = enumerate(zip(frames, boxes, strict=True))
    found = [offsets(frame, luma, box) for number, (frame, box) in looked_at if number < LOOKED_AT]
    return wobble(np.stack(found))


if __name__ == "__main__":
    main()
