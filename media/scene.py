"""Prepared scenes: parts, studio and camera rig as a .blend that opens in a tenth of a second."""

import logging
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from media.asset import Asset, fetch_asset
from media.blender import Blender, Ticket, run_script
from media.blender_events import SceneSaved
from media.digest import digest_of, sha256_of_file
from media.errors import ToolFailed
from media.faults import fault_point
from media.geometry.report import Geometry
from media.job import RenderJob
from media.material_override import unmatched_warnings
from media.stage_report import find_report
from media.store import ObjectStore
from media.store.keys import key_for
from media.store.once import write_first
from media.store.single_flight import Work, once_at_a_time
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
    warnings: tuple[str, ...] = Field(default=(), description="What was odd, one sentence each.")
    found: bool = Field(default=False, description="Whether it lay in the store already.")


def look_of(job: RenderJob) -> dict[str, Any]:
    """Return the part of a job that changes the scene itself; transparency is decided when rendering."""
    look: dict[str, Any] = {"background": "studio" if job.background == "transparent" else job.background}
    if job.materials:  # so that the others keep the digests they had before there were any
        look["materials"] = [override.named() for override in job.materials]
    return look


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
    """Find or make the scene that `job` asks for, or wait for who is making it.

    Raises:
        BadInput, OutOfResources, ToolFailed: Blender could not import the geometry, for the reason it gives.
    """
    digest = scene_digest(geometry.digest, job, tools.blender)
    work = Work(
        name="geometry",
        find=lambda: find_scene(digest, tools.store),
        make=lambda: _made(geometry, job, tools),
        publish=lambda scene: _published(scene, tools.store),
    )
    return once_at_a_time(digest, work, tools.store)


def _made(geometry: Geometry, job: RenderJob, tools: Tools) -> Scene:
    """Make a scene and store its file, without the record by which it is found."""
    digest = scene_digest(geometry.digest, job, tools.blender)
    with workspace() as folder:
        saved = _saved(digest, geometry, job, tools, folder)
        logger.info("prepared scene %s: %s meshes, %s triangles", digest, saved.meshes, saved.triangles)
        return Scene(
            digest=digest,
            asset=_stored(saved.path, tools.store),
            import_seconds=saved.import_seconds,
            warnings=unmatched_warnings(saved),
        )


def _published(scene: Scene, store: ObjectStore) -> Scene:
    """Write the record of a scene, once; whoever was first has made the scene that counts."""
    fault_point("scene.before_report")
    key = key_for("scenes", scene.digest, "scene.json")
    data = scene.model_dump_json().encode()
    first = write_first(key, data, store, lambda: find_scene(scene.digest, store))
    return first.model_copy(update={"found": False}) if first else scene


def _saved(digest: str, geometry: Geometry, job: RenderJob, tools: Tools, folder: Path) -> SceneSaved:
    """Have Blender save the scene in `folder`."""
    model = geometry.scene_file
    fetch_asset(model.asset, tools.store, folder / model.name)
    source = {"path": str(folder / model.name), "format": model.form}
    if job.materials and geometry.glb and geometry.report.route == "usd-made":
        fetch_asset(geometry.glb, tools.store, folder / "names.glb")
        source["names"] = str(folder / "names.glb")
    script_job = {
        "do": "prepare_scene",
        "geometry": source,
        "look": look_of(job) | {"materials": [override.asked() for override in job.materials]},
        "output": str(folder / "scene.blend"),
    }
    # Jobs of both lanes may wait for this scene, and a light one never waits for what is heavy.
    ticket = Ticket(digest, "light") if geometry.report.is_plain else None
    for event in run_script(tools.blender, script_job, folder, ticket):
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
    return find_report(key_for("scenes", digest, "scene.json"), Scene, store, lambda scene: (scene.asset,))
