"""Task: put geometry into a studio."""

from prefect import get_run_logger

from blocks.tools import open_tools
from media import anew
from media.geometry.report import Geometry
from media.plan import Plan
from media.scene import Scene
from tasks.media_task import media_task


@media_task
def prepare_scene(plan: Plan, geometry: Geometry) -> Scene:
    """Find or make the .blend that holds parts, lights and camera."""
    prepared = anew.scene_of(plan, geometry, open_tools())
    for warning in prepared.warnings:
        get_run_logger().warning("%s: %s", plan.source.name, warning)
    return prepared
