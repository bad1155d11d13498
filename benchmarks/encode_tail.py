"""Measure how long a video of 240 frames takes from the last one's commit, over encoding all of it then.

Both ways end with a video that was checked and stored. Ours encodes frames as they are committed, by one
encoder or in segments that are joined; the other begins when the last one is there. The value is the worse
of our two ways.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.figure import Figure
from media.asset import Asset
from media.deliverables import deliver_video
from media.frame_feed import FrameFeed
from media.kind import Kind
from media.shot.job import AnimationJob
from media.shot.plan import ShotPlan, plan_shot
from media.shot.report import SceneFacts, Shot, ShotReport
from media.shot.segments import deliver_joined, encode_segment
from media.source import Source
from media.store.keys import frame_name, key_for
from media.tools import Tools

ISSUE = 6
FRAMES, SEGMENTS = 240, 8
WIDTH, HEIGHT = 1920, 1080
PACE = 1.5
"""Frames come so much more slowly than they can be encoded, as they do from any renderer."""


def main() -> None:
    """Print the figure."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        plan, tools, frames = _shot(Path(name))
        at_once = _seconds_after_the_last(_streamed, plan, tools, frames, pause_s=0.0)
        pause_s = PACE * at_once / FRAMES
        streamed = _seconds_after_the_last(_streamed, plan, tools, frames, pause_s)
        in_segments = _seconds_after_the_last(_in_segments, plan, tools, frames, pause_s)
    arms = {
        "at once": {"what": "encoding begins when the last frame is stored", "seconds": at_once},
        "streamed": {"what": "one encoder follows the frames", "seconds": streamed},
        "in segments": {"what": f"{SEGMENTS} encoders, one after the other, joined", "seconds": in_segments},
        "pause between frames": pause_s,
    }
    value = round(max(streamed, in_segments) / at_once, 3)
    sys.stdout.write(
        Figure(name="encode_tail", value=value, unit="ratio", arms=arms, repeats=1).model_dump_json() + "\n"
    )


def _shot(folder: Path) -> tuple[ShotPlan, Tools, list[bytes]]:
    """Return the plan of a shot that is ready to be rendered, and its frames as a renderer writes them."""
    os.environ["RENDERMILL_STORE"] = str(folder / "store")
    from blocks.tools import open_tools  # noqa: PLC0415 - reads the environment set above

    tools = open_tools()
    scene = SceneFacts(
        name="Scene",
        first=1,
        last=FRAMES,
        step=1,
        fps="24/1",
        width=WIDTH,
        height=HEIGHT,
        percentage=100,
        engine="CYCLES",
        samples=1,
        denoise=False,
        transparent=False,
        cameras=("Camera",),
        camera="Camera",
        camera_markers=0,
        view_layers=("ViewLayer",),
        used_layers=("ViewLayer",),
        triangles=1,
        memory_bytes=1,
    )
    asset = Asset(
        uri="file:///shot", sha256="ab" * 32, size=1, media_type="application/x-blender", key="sources/x"
    )
    source = Source(asset=asset, name="shot.blend", kind=Kind.BLEND)
    report = ShotReport(written_by="4.5", active_scene="Scene", scenes=(scene,))
    job = AnimationJob(source="shot.blend", blend="cleaned")
    plan = plan_shot(job, source, Shot(digest="cd" * 32, asset=asset, report=report), tools.blender)
    return plan, tools, [_picture(number) for number in range(FRAMES)]


def _picture(number: int) -> bytes:
    """Return a soft background with a bright thing that moves across it and a little grain, as PNG."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    far = np.hypot(x - 300 - 5 * number, y - 540)
    grey = 60 + 60 * y / HEIGHT + 120 * np.exp(-((far / 160) ** 2))
    grain = np.random.default_rng(number).normal(0, 1.0, grey.shape).astype(np.float32)
    pixels = np.stack([grey + grain, 0.9 * grey + grain, 0.8 * grey + grain], axis=-1)
    written = BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(written, "PNG", compress_level=1)
    return written.getvalue()


def _seconds_after_the_last(
    encode: Callable[[ShotPlan, Tools, list[FrameFeed]], None],
    plan: ShotPlan,
    tools: Tools,
    frames: list[bytes],
    pause_s: float,
) -> float:
    """Store frames with pauses while they are encoded; returns the seconds from the last one to the video."""
    feeds = [FrameFeed() for _ in range(SEGMENTS)]
    with ThreadPoolExecutor(1) as encoder:
        ready = threading.Event()
        encoding = encoder.submit(_once_ready, ready, encode, plan, tools, feeds)
        if pause_s:
            ready.set()
        for number, data in zip(plan.numbers, frames, strict=True):
            time.sleep(pause_s)
            tools.store.put(key_for("renders", plan.render, frame_name(number, ".png")), data)
            for feed in feeds:
                feed.committed(number)
        last = time.monotonic()
        ready.set()
        encoding.result()
        return time.monotonic() - last


def _once_ready(
    ready: threading.Event,
    encode: Callable[[ShotPlan, Tools, list[FrameFeed]], None],
    plan: ShotPlan,
    tools: Tools,
    feeds: list[FrameFeed],
) -> None:
    ready.wait()
    encode(plan, tools, feeds)


def _streamed(plan: ShotPlan, tools: Tools, feeds: list[FrameFeed]) -> None:
    assert plan.video  # noqa: S101 - its frames are pictures
    deliver_video(plan, plan.video, tools, feeds[0])


def _in_segments(plan: ShotPlan, tools: Tools, feeds: list[FrameFeed]) -> None:
    assert plan.video  # noqa: S101 - as above
    count = len(plan.numbers) // SEGMENTS
    parts = [plan.only(plan.numbers[first : first + count]) for first in range(0, len(plan.numbers), count)]
    for part, feed in zip(parts, feeds, strict=True):
        encode_segment(part, plan.video, tools, feed)
    deliver_joined(plan, plan.video, parts, tools)


if __name__ == "__main__":
    main()
