"""Task: turn a CAD file into triangles, once per file."""

from prefect import get_run_logger

from blocks.tools import open_tools
from media.geometry import prepare
from media.geometry.report import Geometry
from media.job import SourceJob
from media.source import Source
from tasks.media_task import media_task


@media_task
def prepare_geometry(source: Source, job: SourceJob) -> Geometry:
    """Find or make the GLB and the USD master of a source."""
    geometry = prepare.prepare_geometry(source, open_tools().store, job.detail, job.conventions)
    for warning in geometry.report.warnings:
        get_run_logger().warning("%s: %s", source.name, warning)
    return geometry
