"""Task: build the scene of a b-roll clip."""

from blocks.tools import open_tools
from media.broll import build
from media.broll.job import BrollJob
from media.source import Source
from tasks.media_task import media_task


@media_task
def build_template(job: BrollJob, own: Source | None) -> Source:
    """Find or build the .blend of a clip."""
    return build.build_template(job, own, open_tools())
