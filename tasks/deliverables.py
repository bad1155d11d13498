"""Tasks: make what the job delivers from its frames."""

from blocks.tools import open_tools
from media.deliverables import Delivered, deliver_previews, deliver_still, deliver_video
from media.frame_feed import FrameFeed
from media.job import StillJob, TurntableJob
from media.plan import Plan, video_of
from tasks.artifacts import show_previews
from tasks.media_task import media_task
from tasks.progress import encode_progress


@media_task
def encode_video(plan: Plan, job: TurntableJob, feed: FrameFeed) -> Delivered:
    """Encode frames while they are rendered."""
    with encode_progress(plan) as report:
        return deliver_video(plan, video_of(job), open_tools(), feed, report)


@media_task
def encode_still(plan: Plan, job: StillJob) -> Delivered:
    """Turn the frame into the picture asked for."""
    return deliver_still(plan, job.format, open_tools())


@media_task
def make_previews(plan: Plan) -> Delivered:
    """Make poster and contact sheet, and show them on the run's page."""
    tools = open_tools()
    previews = deliver_previews(plan, tools)
    show_previews(previews.outputs, plan.result, plan.source.name, tools.store)
    return previews
