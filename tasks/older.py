"""What an older request comes to: today's job elsewhere where there are deployments, and an older answer."""

from typing import cast

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext

from blocks.stores import open_store
from blocks.tools import open_tools
from media.delivery.request_key import came_of
from media.delivery.wish import LONGEST_LINK_H
from media.errors import ToolFailed
from media.footage.job import FootageJob
from media.manifest import Result, find_manifest, result_of
from media.older.answer import OlderAnswer, answer_of
from media.older.request import OlderRequest
from media.older.translation import Translated, translated
from tasks.dispatch import end_of, ending_like, run_elsewhere, sent_and_not_ended


def translate(request: OlderRequest) -> Translated:
    """Return today's job of an older request, with links if the store gives any."""
    asked = translated(request, longest_links())
    for note in asked.notes:
        get_run_logger().warning("%s", note)
    return asked


def longest_links() -> int:
    """Return how many hours links into the store may work; 0 where it gives none."""
    return LONGEST_LINK_H if open_store().capabilities().presign else 0


def sent_elsewhere(flow: str, job: FootageJob) -> Result | None:
    """Have `job` done by the deployment of a flow beside our own; None if this run is of no deployment.

    A run that died and began anew waits for the one that it has sent before.

    Raises:
        ToolFailed: It completed, but not into this store.
    """
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or run.deployment_id is None:
        return None
    with get_client(sync_client=True) as client:
        place = client.read_deployment(run.deployment_id).name
    key = f"older-request {run.id}"
    asked = job.model_copy(update={"idempotency_key": key})
    orphan = next(iter(sent_and_not_ended(flow)), None)
    if orphan:
        sent = end_of(orphan.id)
    else:
        sent = run_elsewhere(f"{flow}/{place}", asked, None, f"{run.name}-{flow}")
    if sent.state is None or not sent.state.is_completed():
        return cast("Result", ending_like(sent))
    store = open_tools().store
    manifest = came_of(key, store)
    if manifest is None:
        raise ToolFailed(f"{flow}/{place}: its run completed without a manifest in this store")
    return result_of(manifest, store)


def answer(request: OlderRequest, result: Result, link_hours: int) -> OlderAnswer:
    """Return what the older worker would have answered.

    Raises:
        ToolFailed: The manifest is gone.
    """
    store = open_store()
    manifest = find_manifest(result.job, store)
    if manifest is None:
        raise ToolFailed(f"{result.job}: expected its manifest, found that it is gone; ask again")
    notes = translated(request, link_hours).notes
    return answer_of(request, manifest, store, notes, link_hours)


def show_answer(request: OlderRequest, result: Result) -> Result:
    """Show the older answer on the run's page, with addresses in the store: links would open them to many."""
    if isinstance(result, Result):
        said = answer(request, result, 0).model_dump_json(exclude_none=True, indent=1)
        create_markdown_artifact(
            markdown=f"```json\n{said}\n```",
            key=f"answer-{result.job[:12]}",
            description=f"Answer to an older {request.asked}",
        )
    return result
