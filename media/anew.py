"""Make again what a job has found and lost: whoever may delete from the store may do so at any time."""

import logging
from pathlib import Path

from media.asset import fetch_asset
from media.geometry.prepare import prepare_geometry
from media.geometry.report import Geometry
from media.plan import Plan
from media.scene import Scene, prepare_scene
from media.store import Missing
from media.tools import Tools

logger = logging.getLogger(__name__)


def scene_of(plan: Plan, geometry: Geometry, tools: Tools) -> Scene:
    """Find or make the scene of a plan, and the geometry again if it was lost since it was found.

    Raises:
        Missing: The source was lost too; only whoever has it can bring it again.
    """
    try:
        return prepare_scene(geometry, plan.job, tools)
    except Missing as lost:
        logger.warning("%s; making the geometry again", lost)
    job = plan.job
    again = prepare_geometry(plan.source, tools.store, job.detail, job.conventions)
    return prepare_scene(again, job, tools)


def fetch_scene(plan: Plan, scene: Scene, tools: Tools, path: Path) -> None:
    """Copy the scene of a plan to `path`, and make it again first if it was lost since it was found.

    Raises:
        Damaged: The scene's bytes are not those that were stored.
        Missing: Geometry and source were lost too.
    """
    try:
        fetch_asset(scene.asset, tools.store, path)
    except Missing as lost:
        logger.warning("%s; making the scene again", lost)
    else:
        return
    job = plan.job
    geometry = prepare_geometry(plan.source, tools.store, job.detail, job.conventions)
    fetch_asset(scene_of(plan, geometry, tools).asset, tools.store, path)
