"""Task: write the files of a finished job where a person finds them."""

from pathlib import Path

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.context import FlowRunContext

from blocks.settings import absolute, read_settings
from blocks.stores import open_store
from media import export
from media.export import ExportJob
from media.manifest import Result, manifest_key
from tasks.media_task import media_task


@media_task
def write_outputs(job: ExportJob) -> Result:
    """Write the outputs into the folder asked for, and show on the run's page where they are."""
    store = open_store()
    paths = export.export_job(job, store, _allowed_root())
    for path in paths:
        get_run_logger().info("wrote %s", path)
    digest = export.job_named(job.result)
    create_markdown_artifact(
        markdown="\n".join(f"- `{path}`" for path in paths),
        key=f"export-{digest[:12]}",
        description=f"Files written into {paths[0].parent if paths else job.folder}",
    )
    return Result(manifest=store.uri(manifest_key(digest)), job=digest, found=True)


def _allowed_root() -> Path | None:
    """Return what a run may write below: anything if it was started on this machine's command line.

    A deployment is run for whoever reaches the server, who is not to write into this user's home.
    """
    return absolute(read_settings().exports) if _is_deployed() else None


def _is_deployed() -> bool:
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    return run is not None and run.deployment_id is not None
