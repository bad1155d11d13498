"""Render a part of a picture's samples, and keep it.

It lies under `renders/<digest of the part>/<number>.exr`, written once, like a frame. The digest knows
nothing of how the picture is to be written: light is linear before that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from media.digest import digest_of, sha256_of_file
from media.frame_feed import FrameFeed
from media.frame_gate import BadFrame, FrameFacts, FrameSpec
from media.frames import Frame, committed_numbers
from media.order import Order, Report
from media.rendering import render_missing
from media.shot.light import LIGHT, read_light
from media.shot.plan import ShotPlan, choice_of, settings_of
from media.shot.script import script_job
from media.shot.split import Subset, is_denoised
from media.source import Source
from media.store import ObjectStore
from media.tools import Tools

RECIPE = 1
"""Raise by hand when the same samples would come out otherwise."""
SIZE = ("width", "height", "percentage")


@dataclass(frozen=True)
class SubsetPlan:
    """A part of a picture's samples, as a plan of one frame."""

    whole: ShotPlan
    subset: Subset
    frame_suffix: str = ".exr"
    noun: str = "samples"

    @property
    def source(self) -> Source:
        """The file that it is made of."""
        return self.whole.source

    @property
    def result(self) -> str:
        """Digest that names the finished job."""
        return self.whole.result

    @property
    def numbers(self) -> Sequence[int]:
        """The picture's number."""
        return self.whole.numbers

    @property
    def shown_suffix(self) -> str:
        """No ending: nobody looks at a part."""
        return ""

    @property
    def guides(self) -> bool:
        """Whether it has what guides the denoiser."""
        return is_denoised(self.whole.job, self.whole.scene)

    @property
    def render(self) -> str:
        """Digest that names the part."""
        settings = settings_of(self.whole.job)
        return digest_of(
            {
                "stage": "samples",
                "recipe": RECIPE,
                "shot": self.whole.shot.digest,
                "choice": choice_of(self.whole.job),
                "size": {name: settings[name] for name in SIZE},
                "subset": self.subset.model_dump(),
                "guides": self.guides,
            }
        )


def parts_of(plan: ShotPlan) -> tuple[SubsetPlan, ...]:
    """Return the parts that the samples of a plan's picture are divided into."""
    return tuple(SubsetPlan(plan, subset) for subset in plan.subsets)


def is_committed(part: SubsetPlan, store: ObjectStore) -> bool:
    """Return whether a part is in the store."""
    return bool(committed_numbers(part, store))


def render_samples(part: SubsetPlan, tools: Tools, report: Report) -> Frame:
    """Find or render a part of a picture's samples.

    Raises:
        BadInput, OutOfResources, ToolFailed: It cannot be rendered here; the sentence says why.
    """

    def job(folder: Path) -> dict[str, Any]:
        whole = script_job(part.whole, tools, folder)
        linear = {"format": "OPEN_EXR_MULTILAYER", "color_depth": "32", "denoise": "off", "display": False}
        return {
            **whole,
            "settings": {**whole["settings"], **linear},
            "subset": {**part.subset.model_dump(), "guides": part.guides},
        }

    order = Order(
        part,
        part.whole.spec,
        job,
        confined=not part.whole.job.trusted,
        shared=True,
        inspect=partial(_inspect, guides=part.guides),
    )
    (frame,) = render_missing(order, tools, FrameFeed(), report)
    return frame


def _inspect(path: Path, spec: FrameSpec, *, guides: bool) -> FrameFacts:
    """Decode a rendered part completely and return what it is."""
    try:
        planes = read_light(path, spec, guides=guides)
    except BadFrame as problem:
        raise type(problem)(f"{path.name}: {problem}; render it again") from problem
    light = [planes[f"{LIGHT[0]}.{channel}"] for channel in LIGHT[1]]
    return FrameFacts(
        width=spec.width,
        height=spec.height,
        channels=len(light),
        bit_depth=light[0].dtype.itemsize * 8,
        uniform=all((plane == plane[0, 0]).all() for plane in light) or not light[-1].any(),
        sha256=sha256_of_file(path),
        size=path.stat().st_size,
        media_type="image/x-exr",
    )
