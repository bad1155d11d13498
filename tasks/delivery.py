"""Tasks that hand a result over: an idempotency key bound and kept, a webhook told.

A run that was sent by another to do its work delivers nothing: its job no longer says what to.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast
from uuid import uuid4

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext

from blocks.sources import open_access
from blocks.stores import open_store
from blocks.tools import first_line, open_tools
from blocks.webhooks import webhook_secret
from media import manifest as manifests
from media.delivery import request_key, webhook
from media.delivery.message import Ending, completed, expect_links, failed
from media.digest import digest_of
from media.errors import MediaError, ToolFailed
from media.footage.job import FootageJob
from media.manifest import Result
from tasks.artifacts import as_plain, show_finished
from tasks.dispatch import is_on_control
from tasks.ended_run import why_of
from tasks.media_task import media_task

Job = TypeVar("Job", bound=FootageJob)
P = ParamSpec("P")


def delivers(flow: Callable[[Job], Result]) -> Callable[[Job], Result]:
    """Have a flow over footage hand over what it makes, or tell why it made nothing.

    The log begins with what the machine has. What can be known to go wrong with delivery is refused before
    any work; what goes wrong later fails no job.
    """

    @wraps(flow)
    def delivering(job: Job) -> Result:
        if not is_on_control():
            _say_machine()
        expect_deliverable(job)
        try:
            result = (bind_request(job) if job.idempotency_key else None) or flow(job)
        except Exception as error:
            sentence = str(error) if isinstance(error, MediaError) else ""
            _tell(job, _ending(job, error=_failure(type(error).__name__, sentence)))
            raise
        if isinstance(result, State):  # of the run that this work was sent to
            why = why_of(result)
            _tell(
                job,
                _ending(
                    job, error=_failure(why.kind or str(result.name), why.sentence if why.is_ours else "")
                ),
            )
            return cast("Result", result)
        if job.idempotency_key:
            result = _standing(job.idempotency_key, result)
        _tell(job, _ending(job, job_digest=result.job, found=result.found))
        return result

    delivering.delivers = True  # type: ignore[attr-defined] # which tests look for
    return delivering


def expect_deliverable(job: FootageJob) -> None:
    """Refuse a job whose result could never be handed over as it asks.

    Raises:
        BadInput: There are no links to be had, nothing to sign a webhook by, or nobody that may be called.
    """
    if job.link_hours:
        expect_links(job.link_hours, open_store())
    if job.webhook:
        webhook.expect_webhook(job.webhook, webhook_secret(), open_access().web)


@media_task
def bind_request(job: FootageJob) -> Result | None:
    """Bind a job's idempotency key, and find what came of the same request before."""
    store = open_tools().store
    manifest = request_key.bind_request(job, store)
    if manifest is None:
        return None
    show_finished(manifest, store, found=True)
    return manifests.result_of(manifest, store, found=True)


@media_task
def keep_result(key: str, result: Result) -> Result:
    """Keep what came of a request under its idempotency key; returns what stands."""
    store = open_tools().store
    job = request_key.keep_result(key, result.job, store)
    manifest = None if job == result.job else manifests.find_manifest(job, store)
    if manifest is None:
        return result
    show_finished(manifest, store, found=True)
    return manifests.result_of(manifest, store, found=True)


@media_task
def deliver(job: FootageJob, ending: Ending) -> None:
    """Tell a job's webhook how it ended."""
    store = open_store()
    if ending.error:
        message = failed(ending, job.reference)
    else:
        manifest = manifests.find_manifest(ending.job, store)
        if manifest is None:
            raise ToolFailed(f"{ending.job}: expected its manifest, found that it is gone; run the job again")
        message = completed(ending, job.reference, manifest, store, job.link_hours)
    webhook.tell(message, job.webhook, webhook_secret(), open_access().web)


def _say_machine() -> None:
    try:
        get_run_logger().info("%s", first_line())
    except MediaError as error:
        get_run_logger().warning("what this machine has is not known: %s", error)


def _failure(kind: str, sentence: str) -> str:
    """Return why a job failed, for strangers: other sentences than ours may hold paths and more."""
    return f"{kind}: {sentence or 'it failed for a reason of its own'}"


def _standing(key: str, result: Result) -> Result:
    """Keep a result under its key, and return what stands; it is published, whether it is kept or not."""
    try:
        return keep_result(key, result)
    except Exception as error:  # noqa: BLE001 - whatever becomes of the key, the job is done
        why = str(error) if isinstance(error, MediaError) else type(error).__name__
        get_run_logger().warning("the result stands, but was not kept under its idempotency key: %s", why)
        return result


def _tell(job: FootageJob, ending: Ending) -> None:
    """Tell the webhook, if there is one; that it cannot be told is shown on the run's page."""
    if not job.webhook:
        return
    try:
        deliver(job, ending)
    except Exception as error:  # noqa: BLE001 - whatever becomes of the message, the job has ended
        why = str(error) if isinstance(error, MediaError) else type(error).__name__
        get_run_logger().warning("the webhook was not told, the result stands: %s", why)
        create_markdown_artifact(
            markdown=f"**The webhook was not told.** {as_plain(why)}",
            key=f"webhook-{ending.message.removeprefix('msg_')[:12]}",
            description=f"Webhook of {job.noun}",
        )


def _ending(job: FootageJob, *, job_digest: str = "", found: bool = False, error: str = "") -> Ending:
    context = FlowRunContext.get()
    run = str(context.flow_run.id) if context and context.flow_run else uuid4().hex
    request = request_key.digest_of_request(job) if job.idempotency_key else run
    name = digest_of({"stage": "webhook", "request": request, "status": "failed" if error else "completed"})
    return Ending(
        message=f"msg_{name[:24]}",
        flow=context.flow.name if context and context.flow else job.noun,
        run=run,
        job=job_digest,
        found=found,
        error=error,
    )
