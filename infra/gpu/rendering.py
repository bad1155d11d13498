"""The same frames on one kind of device, timed by the renderer, with its own word on what rendered them."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from media.blender import Blender, next_event, start_script
from media.blender_events import Device, FrameWritten, Started
from media.errors import ToolFailed
from media.frame_gate import FrameSpec, inspect_frame
from media.process import check
from media.psnr import psnr_db

CACHES = ("OPTIX_CACHE_PATH", "CUDA_CACHE_PATH")


@dataclass(frozen=True)
class Scene:
    """A prepared scene and how it is looked at, as the Blender boundary takes it."""

    path: Path
    camera: Mapping[str, Any]
    settings: Mapping[str, Any]


class Rendered(BaseModel):
    """What one kind of device did with the scene."""

    model_config = ConfigDict(frozen=True)

    device: Device = Field(description="What the renderer says rendered every one of the frames.")
    frames: int = Field(description="How many frames were rendered and decoded.")
    frame_s: float = Field(description="Seconds a frame: the median of the frames after a process's first.")
    kernels_cold_s: float | None = Field(
        description="What a first frame takes more, with empty kernel caches."
    )
    kernels_warm_s: float | None = Field(description="The same in the next process, which finds them filled.")
    denoiser: str | None
    denoised_on_gpu: bool | None
    picture: Path = Field(exclude=True)


@dataclass(frozen=True)
class Pass:
    """One process's frames, in order."""

    started: Started
    written: tuple[FrameWritten, ...]

    @property
    def first_s(self) -> float:
        """Seconds of the first frame, the loading of kernels included."""
        return self.written[0].seconds

    @property
    def later_s(self) -> float:
        """Median seconds of the frames after the first."""
        return statistics.median(frame.seconds for frame in self.written[1:])


def measure(kind: str, scene: Scene, blender: Blender, folder: Path, times: int) -> Rendered:
    """Render the scene's first frame `times` times on devices of `kind`, in two processes for a GPU.

    Data is not kept between frames, so that what a first frame takes more is the kernels alone.

    Raises:
        MediaError: There is no such device, or it rendered nothing that decodes, for the reason it gives.
        ToolFailed: The renderer says that another device rendered a frame.
    """
    caches = {name: str(folder / name.lower()) for name in CACHES}
    ours = replace(blender, env={**blender.env, **caches})
    passes = [
        render(kind, scene, ours, folder / f"pass-{n}", times) for n in range(1 if kind == "CPU" else 2)
    ]
    last = passes[-1]
    cold, warm = (round(one.first_s - last.later_s, 3) for one in (passes[0], last))
    written = [frame for one in passes for frame in one.written]
    return Rendered(
        device=written[0].device,
        frames=len(written),
        frame_s=round(last.later_s, 3),
        kernels_cold_s=None if kind == "CPU" else cold,
        kernels_warm_s=None if kind == "CPU" else warm,
        denoiser=last.started.denoiser,
        denoised_on_gpu=last.started.denoise_on_gpu,
        picture=written[-1].path,
    )


def render(kind: str, scene: Scene, blender: Blender, folder: Path, times: int) -> Pass:
    """Render the first frame `times` times in one process; every one is decoded, its device compared."""
    folder.mkdir(parents=True)
    events: list[Any] = []
    with start_script(blender, _job(kind, scene), folder) as child:
        for number in range(times):
            path = folder / f"{number}.png"
            child.send(b'{"frame": 1, "path": "%s"}\n' % str(path).encode())
            while event := next_event(child):
                events.append(event)
                if isinstance(event, FrameWritten):
                    break
        child.close_stdin()
        check(child.wait(), "Blender")
    written = tuple(event for event in events if isinstance(event, FrameWritten))
    _believe(written, kind, scene.settings, times)
    started = next(event for event in events if isinstance(event, Started))
    return Pass(started, written)


def _believe(written: Sequence[FrameWritten], kind: str, settings: Mapping[str, Any], times: int) -> None:
    width, height = settings["width"], settings["height"]
    for frame in written:
        facts = inspect_frame(frame.path, FrameSpec(width=width, height=height, channels=3))
        if frame.device.type != kind or facts.uniform:
            found = f"{frame.device.type} {frame.device.name}{', one single colour' * facts.uniform}"
            raise ToolFailed(f"frame {frame.path.name}: expected a picture by {kind}, found {found}")
    if len(written) != times:
        raise ToolFailed(f"{kind}: expected {times} frames, found {len(written)}; see Blender's log")


def _job(kind: str, scene: Scene) -> dict[str, Any]:
    return {
        "do": "render_frames",
        "scene": str(scene.path),
        "camera": dict(scene.camera),
        "settings": {**scene.settings, "persistent_data": False},
        "device": {"order": [kind], "require_gpu": kind != "CPU"},
    }


def likeness_db(one: Rendered, other: Rendered) -> float:
    """Return how alike two devices' pictures are: PSNR in dB."""
    return round(psnr_db(one.picture.read_bytes(), other.picture.read_bytes()), 1)
