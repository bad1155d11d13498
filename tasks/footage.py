"""Tasks that all flows over footage share: bring it into the store, find or send its work, finish it."""

from blocks.tools import open_tools
from media.footage import source
from media.footage.container import Medium
from media.footage.job import FootageJob
from media.footage.source import Footage
from media.footage.work import Finished, Work, manifest_of
from media.manifest import Result
from tasks.artifacts import show_previews
from tasks.dispatch import send_staged
from tasks.manifest import find_manifest, published
from tasks.media_task import media_task
from tasks.rented import cost_so_far


@media_task
def download_footage(address: str, medium: Medium) -> Footage:
    """Store the video, sound, picture or captions at a path or address under its sha256."""
    tools = open_tools()
    return source.download_footage(address, medium, tools.store, tools.access)


def find_or_send(work: Work) -> Result | None:
    """Return what was made of this before, or by a run on its own queue; None if it is to be made here."""
    return find_manifest(work.result) or send_staged(work.job.staged(work.footage).undelivered(), work.result)


def download_all(job: FootageJob) -> Work:
    """Bring everything that a job names into the store, each by a task of its own."""
    return Work(job, {field: download_footage(*wanted) for field, wanted in job.wanted.items()})


@media_task
def publish_footage(work: Work, made: Finished) -> Result:
    """Write the manifest, last and once, and show on the run's page what was made."""
    tools = open_tools()
    show_previews(made.outputs, work.result, work.name, tools.store)
    return published(manifest_of(work, made, tools.machine, cost_so_far(1)), tools.store)
