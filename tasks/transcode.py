"""Task: make a video, pictures and a table of streams of a video."""

from prefect import get_run_logger
from prefect.artifacts import create_table_artifact

from blocks.tools import open_tools
from media.footage.work import Finished, Work
from media.transcode import make
from tasks.media_task import media_task
from tasks.progress import footage_progress


@media_task
def transcode(work: Work) -> Finished:
    """Encode the video that is asked for, and show what went in and what came out."""
    tools = open_tools()
    with footage_progress(work) as report:
        made = make.transcode(work, tools, report)
    for warning in made.warnings:
        get_run_logger().warning("%s: %s", work.name, warning)
    create_table_artifact(
        table=[{**row} for row in made.table],
        key=f"streams-{work.result[:12]}",
        description=f"Streams of {work.name}, before and after",
    )
    return made
