"""Render the frames that the store lacks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from media.anew import fetch_scene
from media.blender import Blender, Ticket, start_script
from media.blender_events import Kernels, KernelsReady
from media.device_claim import DEVICE_ORDER, DeviceClaim
from media.frame_feed import FrameFeed
from media.frame_gate import FrameSpec
from media.frames import Frame, committed_frames
from media.order import Order, Report
from media.plan import Plan, camera_of, settings_of
from media.renderer import Renderer
from media.scene import Scene
from media.tools import Tools
from media.witness import witnessed
from media.workspace import workspace


def render_frames(
    plan: Plan, scene: Scene, tools: Tools, feed: FrameFeed, report: Report
) -> tuple[Frame, ...]:
    """Render and commit the frames of `plan` that the store lacks; returns all of them in order.

    Raises:
        OutOfResources: Memory or disk ran out, or only a CPU is there and the job requires a GPU.
        ToolFailed: The renderer broke, or gave frames that do not decode, or nothing but uniform frames.
    """

    def script_job(folder: Path) -> Mapping[str, Any]:
        fetch_scene(plan, scene, tools, folder / "scene.blend")
        return _script_job(plan, scene, folder)

    ticket = Ticket(plan.render, plan.job.queue) if plan.source.kind.is_plain else None
    return render_missing(Order(plan, _spec(plan), script_job, ticket), tools, feed, report)


def render_missing(order: Order, tools: Tools, feed: FrameFeed, report: Report) -> tuple[Frame, ...]:
    """Render and commit the frames of an order that the store lacks; returns all of them in order.

    Raises:
        OutOfResources: Memory or disk ran out, or only a CPU is there and a GPU is required.
        ToolFailed: The renderer broke, or gave frames that do not decode, or nothing but uniform frames.
    """
    frames: dict[int, Frame] = {}

    def take(frame: Frame) -> None:
        frames[frame.number] = frame
        feed.committed(frame.number)
        report(frame)

    for frame in committed_frames(order.plan, tools.store).values():
        take(frame)
    if missing := [number for number in order.plan.numbers if number not in frames]:
        blender = tools.blender.confined if order.confined else tools.blender
        with workspace() as folder:
            job = order.script_job(folder)
            claim = DeviceClaim.model_validate(job["device"])
            with (
                _kernels_ready(blender, tools, folder, report) as (ours, kernels),
                witnessed(order.plan, tools, claim) as witness,
                start_script(ours, job, folder, ticket=order.ticket) as script,
            ):
                rendering = Renderer(order, tools.store, script, folder, report, witness, kernels)
                for frame in rendering.frames(missing, bool(frames)):
                    take(frame)
    return tuple(frames[number] for number in sorted(frames))


def _script_job(plan: Plan, scene: Scene, folder: Path) -> dict[str, Any]:
    return {
        "do": "render_frames",
        "scene": str(folder / "scene.blend"),
        "scene_sha256": scene.asset.sha256,
        "camera": camera_of(plan.job),
        "settings": {**settings_of(plan.job), "persistent_data": plan.frames > 1},
        "device": {"order": DEVICE_ORDER, "require_gpu": plan.job.require_gpu},
    }


def _spec(plan: Plan) -> FrameSpec:
    job, settings = plan.job, settings_of(plan.job)
    channels: Literal[3, 4] = 4 if settings["transparent"] else 3
    return FrameSpec(width=job.width, height=job.height, channels=channels, format=settings["format"])


@contextmanager
def _kernels_ready(
    blender: Blender, tools: Tools, folder: Path, report: Report
) -> Iterator[tuple[Blender, Kernels]]:
    """Have a GPU's kernels on this disk for the block, if this machine has such a GPU."""
    if tools.kernels is None:
        yield blender, ""
        return
    names = tools.kernels.names
    with tools.kernels.used_by(
        blender, tools.store, folder, lambda origin: report(KernelsReady(names=names, origin=origin))
    ) as ready:
        yield ready
