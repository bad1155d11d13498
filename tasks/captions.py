"""The task that puts captions into a video."""

from blocks.tools import open_tools
from media.captions.make import make
from media.footage.work import Finished, Work
from tasks.media_task import media_task
from tasks.progress import footage_progress


@media_task
def burn_captions(work: Work) -> Finished:
    """Draw captions into a video, or put them beside it, and store what was decoded and counted."""
    with footage_progress(work) as report:
        return make(work, open_tools(), report)
