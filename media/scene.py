"""Prepared scenes: parts, studio and camera rig as a .blend that opens in a tenth of a second."""

import logging
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from media.asset import Asset, fetch_asset
from media.blender import Blender, run_script
from media.blender_events import SceneSaved
from media.digest import digest_of, sha256_of_file
from media.errors import ToolFailed
from media.faults import fault_point
from media.geometry.report import Geometry
from media.job import RenderJob
from media.store import Missing, ObjectStore
from media.store.keys import key_for
from media.store.touch import kept
from media.tools import Tools
from media.workspace import workspace

logger = logging.getLogger(__name__)

RECIPE = 4
"""Raise by hand when the same geometry and look would give another scene."""


class Scene(BaseModel):
    """A prepared scene in the store."""

    model_config = ConfigDict(frozen=True)

    digest: str
    asset: Asset
    import_seconds: float = Field(
        description="What Blender's import took when the scene was made, in seconds."
    )
    found: bool = Field(default=False, description="Whether it lay in the store already.")


def look_of(job: RenderJob) -> dict[str, Any]:
    """Return the part of a job that changes the scene itself; transparency is decided when rendering."""
    return {"background": "studio" if job.background == "transparent" else job.background}


def scene_digest(geometry_digest: str, job: RenderJob, blender: Blender) -> str:
    """Return the digest of the scene that `job` makes of a geometry."""
    return digest_of(
        {
            "stage": "scene",
            "recipe": RECIPE,
            "geometry": geometry_digest,
            "look": look_of(job),
            "blender": blender.series,
        }
    )


def prepare_scene(geometry: Geometry, job: RenderJob, tools: Tools) -> Scene:
    """Find or make the scene that `job` asks for.

    Raises:
        BadInput, OutOfResources, ToolFailed: Blender could not import the geometry, for the reason it gives.
    """
    digest = scene_digest(geometry.digest, job, tools.blender)
    if found := find_scene(digest, tools.store):
        return found
    with workspace() as folder:
        saved = _saved(geometry, job, tools, folder)
        scene = Scene(
            digest=digest, asset=_stored(saved.path, tools.store), import_seconds=saved.import_seconds
        )
    fault_point("scene.before_report")
    tools.store.put(key_for("scenes", digest, "scene.json"), scene.model_dump_json().encode())
    logger.info("prepared scene %s: %s meshes, %s triangles", digest, saved.meshes, saved.triangles)
    return scene


def _saved(geometry: Geometry, job: RenderJob, tools: Tools, folder: Path) -> SceneSaved:
    """Have Blender save the scene in `folder`."""
    model = geometry.scene_file
    fetch_asset(model.asset, tools.store, folder / model.name)
    script_job = {
        "do": "prepare_scene",
        "geometry": {"path": str(folder / model.name), "format": model.form},
        "look": look_of(job),
        "output": str(folder / "scene.blend"),
    }
    for event in run_script(tools.blender, script_job, folder):
        if isinstance(event, SceneSaved) and event.path.is_file():
            return event
    raise ToolFailed("Blender ended without having saved the scene; run the job again")


def _stored(path: Path, store: ObjectStore) -> Asset:
    """Put a scene under the digest of its bytes, so that nobody's other bytes ever replace it."""
    sha256 = sha256_of_file(path)
    key = key_for("scenes", sha256, "scene.blend")
    fault_point("scene.before_put")
    stat = store.put(key, path, sha256=sha256)
    return Asset(
        uri=store.uri(key), sha256=sha256, size=stat.size, media_type="application/x-blender", key=key
    )


def find_scene(digest: str, store: ObjectStore) -> Scene | None:
    """Return the scene of this digest if all of it is stored; what is, counts as used."""
    key = key_for("scenes", digest, "scene.json")
    if not kept(store.stat(key), store):
        return None
    try:
        scene = Scene.model_validate_json(store.get(key))
    except Missing:  # deleted just now
        return None
    stat = store.stat(scene.asset.key)
    if stat is None or stat.size != scene.asset.size or not kept(stat, store):
        return None
    return scene.model_copy(update={"found": True})
