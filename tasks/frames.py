"""Task: render the frames that the store lacks."""

from blocks.tools import open_tools
from media import rendering
from media.frame_feed import FrameFeed
from media.frames import Frame
from media.plan import Plan
from media.scene import Scene
from tasks.media_task import media_task
from tasks.progress import frame_progress
from tasks.rented import telling_its_needs


@media_task
def render_frames(plan: Plan, scene: Scene, feed: FrameFeed) -> tuple[Frame, ...]:
    """Render and commit the missing frames, telling `feed` of each one."""
    with frame_progress(plan) as report, telling_its_needs():
        return rendering.render_frames(plan, scene, open_tools(), feed, report)
