"""Render the frames of a shot."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from media.frame_feed import FrameFeed
from media.frames import Frame
from media.rendering import DEVICE_ORDER, Order, Report, render_missing
from media.shot.display import expect_display
from media.shot.plan import ShotPlan, choice_of, settings_of
from media.shot.preflight import CYCLES, engine_of
from media.shot.prepare import fetch_shot, prepare_shot
from media.store import Missing
from media.tools import Tools


def render_shot(
    plan: ShotPlan, tools: Tools, feed: FrameFeed, report: Report, *, shared: bool = False
) -> tuple[Frame, ...]:
    """Render and commit the frames of `plan` that the store lacks; returns all of them in order.

    Args:
        plan: Which frames.
        tools: What to work with.
        feed: Is told of each committed frame.
        report: Hears of frames and of the renderer's events.
        shared: Whether others render frames of this plan at the same time.

    Raises:
        BadInput, OutOfResources, ToolFailed: It cannot be rendered here; the sentence says why.
    """
    engine = engine_of(plan.job, plan.scene)

    def script_job(folder: Path) -> Mapping[str, Any]:
        if engine != CYCLES:
            blender = tools.blender if plan.job.trusted else tools.blender.confined
            expect_display(engine, blender, require_gpu=plan.job.require_gpu)
        try:
            scene = fetch_shot(plan.shot, tools.store, folder)
        except Missing:  # deleted since it was found
            again = prepare_shot(plan.source, tools, trusted=plan.job.trusted)
            scene = fetch_shot(again, tools.store, folder)
        return {
            "do": "render_shot",
            "scene": str(scene),
            "trusted": plan.job.trusted,
            "choice": choice_of(plan.job),
            "settings": {**settings_of(plan.job), "persistent_data": len(plan.numbers) > 1},
            "device": {"order": DEVICE_ORDER, "require_gpu": plan.job.require_gpu},
        }

    order = Order(plan, plan.spec, script_job, confined=not plan.job.trusted, shared=shared)
    return render_missing(order, tools, feed, report)
