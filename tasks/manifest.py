"""Tasks: find a finished job, or declare one finished."""

from prefect import get_run_logger

from blocks.tools import open_tools
from media import manifest as manifests
from media.address import readable
from media.geometry.report import Geometry
from media.job import GeometryJob
from media.manifest import Manifest, Result
from media.plan import Plan
from media.record import Made, geometry_manifest, manifest_of
from media.source import Source
from media.store import ObjectStore
from tasks.artifacts import show_finished, show_result
from tasks.media_task import media_task
from tasks.rented import cost_so_far, tell_manifest


@media_task
def find_manifest(result: str) -> Result | None:
    """Find the job's manifest, if it was done before and all of it is still there."""
    store = open_tools().store
    manifest = manifests.find_manifest(result, store)
    if manifest is None:
        return None
    show_finished(manifest, store, found=True)
    return _told(manifests.result_of(manifest, store, found=True))


@media_task
def publish_manifest(plan: Plan, made: Made) -> Result:
    """Write the manifest, last and once, and show on the run's page what was made."""
    tools = open_tools()
    manifest = manifest_of(plan, made, tools, cost_so_far(len(made.frames)))
    return published(manifest, tools.store)


@media_task
def publish_geometry(job: GeometryJob, source: Source, geometry: Geometry) -> Result:
    """Write the manifest of a geometry that is wanted for itself."""
    return published(geometry_manifest(job, source, geometry), open_tools().store)


def published(manifest: Manifest, store: ObjectStore) -> Result:
    """Write a manifest, last and once, and show on the run's page what was made."""
    published = manifests.publish_manifest(manifest, store)
    show_result(published, store)
    return _told(manifests.result_of(published, store))


def _told(result: Result) -> Result:
    """Say where the manifest lies: in the log, and to who rented a machine for it."""
    get_run_logger().info("the manifest: %s", readable(result.manifest))
    tell_manifest(result.manifest)
    return result
