"""Task: lay a sound under a video."""

from blocks.tools import open_tools
from media.footage.work import Finished, Work
from media.sound.make import make
from tasks.media_task import media_task
from tasks.progress import footage_progress


@media_task
def lay_under(work: Work) -> Finished:
    """Lay a sound under a video, and store the decoded and counted result."""
    tools = open_tools()
    with footage_progress(work) as report:
        return make(work, tools, report)
