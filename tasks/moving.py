"""Tasks: bring the pictures of a job into the store, and make them move."""

from prefect.artifacts import create_table_artifact

from blocks.tools import open_tools
from media.footage import bring
from media.footage.work import Finished, Work
from media.kenburns import make
from media.kenburns.job import ImagesToVideoJob
from media.kenburns.results import PictureResult, read_results
from tasks.artifacts import as_plain
from tasks.media_task import media_task
from tasks.progress import footage_progress

MOST_ROWS = 1000
"""A browser draws no more of them well; the results have all."""


@media_task
def bring_pictures(job: ImagesToVideoJob) -> Work:
    """Store every picture of a job under its sha256; those that cannot be had are left out."""
    return bring.bring(job, open_tools())


@media_task
def make_clips(work: Work) -> Finished:
    """Film all pictures that can be used, and show what became of each."""
    tools = open_tools()
    with footage_progress(work) as report:
        made = make.make(work, tools, report)
    told = next(output for output in made.outputs if output.role == "results")
    _show(read_results(told, tools.store), work)
    return made


def _show(results: list[PictureResult], work: Work) -> None:
    failed = sum(bool(result.error) for result in results)
    rows = sorted(results, key=lambda result: not result.error)[:MOST_ROWS]
    create_table_artifact(
        table=[
            {
                "picture": result.id,
                "seconds": f"{result.duration:g}" if result.frames else "",
                "frames": str(result.frames or ""),
                "file": result.file,
                "why not": as_plain(result.error),
            }
            for result in rows
        ],
        key=f"pictures-{work.result[:12]}",
        description=f"{len(results) - failed} pictures moved, {failed} that could not be used",
    )
