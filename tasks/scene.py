"""Task: put geometry into a studio."""

from blocks.tools import open_tools
from media import anew
from media.geometry.report import Geometry
from media.plan import Plan
from media.scene import Scene
from tasks.media_task import media_task


@media_task
def prepare_scene(plan: Plan, geometry: Geometry) -> Scene:
    """Find or make the .blend that holds parts, lights and camera."""
    return anew.scene_of(plan, geometry, open_tools())
