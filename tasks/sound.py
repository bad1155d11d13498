"""Task: lay a sound under a video."""

from prefect import get_run_logger

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
        made = make(work, tools, report)
    for warning in made.warnings:
        get_run_logger().warning("%s: %s", work.name, warning)
    return made
