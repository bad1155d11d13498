"""Render the frames of a shot."""

from functools import partial

from media.frame_display import is_beside
from media.frame_feed import FrameFeed
from media.frames import Frame
from media.order import Order, Report
from media.rendering import render_missing
from media.shot.divided import render_divided
from media.shot.plan import ShotPlan
from media.shot.script import script_job
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
    if plan.subsets:
        return render_divided(plan, tools, feed, report)
    order = Order(
        plan,
        plan.spec,
        partial(script_job, plan, tools),
        confined=not plan.job.trusted,
        shared=shared,
        shown=plan.shown_spec if is_beside(plan) else None,
    )
    return render_missing(order, tools, feed, report)
