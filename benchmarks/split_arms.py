"""A picture rendered whole, and the same by parts of its samples, as this project does both."""

import resource
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.bearing_arms import script
from media.access import Access
from media.blender import packaged_blender, run_script
from media.encoder import Ffmpeg
from media.frame_feed import FrameFeed
from media.frames import Frame
from media.shot.job import FrameJob
from media.shot.light import LIGHT, Mean, Plane, read_light
from media.shot.plan import ShotPlan, plan_shot
from media.shot.prepare import prepare_shot
from media.shot.rendering import render_shot
from media.shot.samples import parts_of, render_samples
from media.source import download_model
from media.store import FolderStore
from media.tools import Tools

PARTS = 4
WHITE = 1.0
"""The peak that noise is compared with, in linear light."""
JOB = {"blend": "trusted", "format": "exr", "depth": "32"}


@dataclass(frozen=True)
class Work:
    """What a renderer did: the processor's seconds, and those that its frame took by the clock."""

    cpu_s: float
    frame_s: float


def tools_in(folder: Path) -> Tools:
    """Return what a job works with, with a new store."""
    blender = packaged_blender({})
    return Tools(
        store=FolderStore(folder / "store"), blender=blender, ffmpeg=Ffmpeg(Path("ffmpeg")), access=Access()
    )


def plan_of(folder: Path, tools: Tools, *, split: int, seed: int = 0, **job: object) -> ShotPlan:
    """Prepare the scene of a seed and plan its picture."""
    path = folder / f"seed{seed}.blend"
    if not path.exists():
        script("benchmarks/split_scene.py", str(path), str(seed), folder=folder)
    asked = FrameJob.model_validate({**JOB, "source": str(path), "split": split, **job})
    source = download_model(asked.source, tools.store)
    shot = prepare_shot(source, tools, trusted=True)
    return plan_shot(asked, source, shot, tools.blender)


def rendered_whole(plan: ShotPlan, tools: Tools) -> tuple[Frame, Work]:
    """Render a picture at once."""
    before = _children_cpu_s()
    (frame,) = render_shot(plan, tools, FrameFeed(), lambda _: None)
    return frame, Work(_children_cpu_s() - before, frame.seconds)


def rendered_part(plan: ShotPlan, part: int, tools: Tools) -> tuple[Frame, Work]:
    """Render a part of the samples."""
    before = _children_cpu_s()
    frame = render_samples(parts_of(plan)[part], tools, lambda _: None)
    return frame, Work(_children_cpu_s() - before, frame.seconds)


def start_cpu_s(tools: Tools, folder: Path) -> float:
    """Return the processor's seconds that Blender's own start takes."""
    before = _children_cpu_s()
    run_script(tools.blender, {"do": "list_devices"}, folder)
    return _children_cpu_s() - before


def merged(parts: Iterable[tuple[ShotPlan, int, Frame]], tools: Tools, folder: Path) -> Path:
    """Write the mean of parts and return where."""
    mean = Mean()
    for plan, part, frame in parts:
        path = folder / "part.exr"
        tools.store.fetch(frame.key, path)
        mean.add(read_light(path, plan.spec, guides=False), plan.subsets[part].count)
    return mean.write(folder)["light"]


def light_of(path: Path) -> dict[str, Plane]:
    """Return the channels of a linear picture."""
    import OpenEXR  # noqa: PLC0415 - it takes 0.4 s to import

    stored = OpenEXR.File(str(path), separate_channels=True).channels()
    return {name: stored[name].pixels for name in LIGHT[1]}


def linear_psnr_db(one: Path, other: Path) -> float:
    """Return how far apart two linear pictures are; 200 if they are the same, bit for bit."""
    first, second = light_of(one), light_of(other)
    errors = [np.mean((first[name].astype(np.float64) - second[name]) ** 2) for name in "RGB"]
    error = float(np.mean(errors))
    return float(10 * np.log10(WHITE**2 / error)) if error else 200.0


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
