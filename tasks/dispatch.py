"""Send work on from control to the queue where it belongs, and wait for it there.

The deployments that people call start on the control queue, since `prefect deployment run` cannot name one.
There a run only plans, and starts the same deployment again on light or heavy. A run on those never waits for
another: one that did would hold the very GPU that the other waits for.
"""

import logging
import time
from collections.abc import Callable
from functools import partial
from threading import Event
from typing import cast
from uuid import UUID

import httpx
from prefect import get_run_logger
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterParentFlowRunId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import TERMINAL_STATES, FlowRun, State, StateType
from prefect.context import FlowRunContext
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.states import Cancelling, Crashed
from prefect.types import KeyValueLabels
from pydantic import BaseModel

from blocks.tools import open_tools
from media.errors import ToolFailed
from media.footage.job import FootageJob
from media.job import GeometryJob, Queue, StillJob, TurntableJob
from media.manifest import Result, find_manifest, result_of
from media.shot.job import AnimationJob, FrameJob
from media.source import Source, staged_address
from tasks.artifacts import show_finished
from tasks.ended_run import is_short_of_gpu_memory
from tasks.lifeline import Vigil
from tasks.rented import needs_of

Job = GeometryJob | StillJob | TurntableJob | FrameJob | AnimationJob
logger = logging.getLogger(__name__)

CONTROL = "control"
POLL_S = 1.0
LONGEST_WITHOUT_SERVER_S = 1800.0
"""So long whoever waits for a run bears with a server that does not answer: runs go on meanwhile."""
NOT_ENDED = [kind for kind in StateType if kind not in TERMINAL_STATES]


def send_on(job: Job, source: Source, result: str, queue: Queue | None = None) -> Result | None:
    """Have `job` done on its queue, or on `queue`, if this run is on control; None if it is to be done here.

    If the run there does not complete, what is returned is the state that this run is to end in as well:
    Prefect takes a state that a flow returns for the flow's own. A bad file or a cancelled render then shows
    as just that in both runs, with the same sentence.

    Raises:
        ToolFailed: The run there completed, but not into this store.
    """
    staged = job.model_copy(update={"source": staged_address(source)})
    return send_staged(staged, result, queue)


def send_staged(staged: Job | FootageJob, result: str, queue: Queue | None = None) -> Result | None:
    """Do the same for a job whose files are in the store: read once, whatever becomes of their addresses."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or run.deployment_id is None or run.work_queue_name != CONTROL:
        return None
    own_flow = context.flow.name if context and context.flow else ""
    queue = queue or staged.queue
    name = f"{run.name}-{queue}"
    get_run_logger().info("the work is done by the run %s on the queue %s", name, queue)
    orphan = next(iter(sent_and_not_ended(own_flow)), None)
    send = partial(run_elsewhere, run.deployment_id, staged, queue, name)
    sent = sent_until_large_enough(end_of(orphan.id) if orphan else send(), send)
    if sent.state is None or not sent.state.is_completed():
        return cast("Result", ending_like(sent))
    return _published(result, queue)


def is_on_control() -> bool:
    """Tell whether this run only plans, and others do the work, perhaps on other machines."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    return run is not None and run.deployment_id is not None and run.work_queue_name == CONTROL


def sent_until_large_enough(sent: FlowRun, send: Callable[..., FlowRun]) -> FlowRun:
    """Have work done again by `send` for as long as the GPU that was rented for it was too small.

    What a run found to be missing is handed on as `labels` of the next one.
    """
    told: KeyValueLabels = {}
    while (needs := needs_of(sent)) != told and is_short_of_gpu_memory(sent):
        logger.warning("run %s: its GPU was too small; it is done again by one with %s", sent.name, needs)
        sent, told = send(labels=needs), needs
    return sent


def run_elsewhere(  # noqa: PLR0913 - what a run is made of
    deployment: str | UUID,
    job: BaseModel,
    queue: str | None,
    name: str,
    ending: Event | None = None,
    *,
    labels: KeyValueLabels | None = None,
) -> FlowRun:
    """Start a run of a deployment, under a name and on a queue of its pool, and wait for its end.

    Args:
        deployment: Its id, or the names of flow and deployment.
        job: What the run is to do.
        queue: Of the deployment's pool; if none is said, the deployment's own.
        name: Of the run.
        ending: Once it is set, the run is cancelled and no longer waited for.
        labels: What whoever gives it a machine is to know (`tasks.rented.needs_of`).
    """
    sent = run_deployment(
        name=deployment,
        parameters={"job": job.model_dump(mode="json", exclude_none=True)},
        work_queue_name=queue,
        flow_run_name=name,
        timeout=0,
    )
    sent_run = cast("FlowRun", sent)  # a coroutine only in flows that are async
    if labels:  # which Prefect takes only now; a worker reads them again before it rents
        with get_client(sync_client=True) as client:
            client.update_flow_run_labels(sent_run.id, labels)
    return end_of(sent_run.id, ending)


def end_of(sent: UUID, ending: Event | None = None) -> FlowRun:
    """Wait for the end of a run, known by its id; if it dies with its worker, another worker is given it.

    Once `ending` is set it is cancelled and no longer waited for: a run that ends interrupts only its main
    thread, so others have to be told, and the server looks for such pairs only now and then. A run that was
    deleted is returned without a state; a server that does not answer for a while is waited for.
    """
    ending, answered = ending or Event(), time.monotonic()
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(sent)
        vigil = Vigil(run, client, must_speak=True)
        while not (run.state and run.state.is_final()):
            if ending.wait(POLL_S):
                return _cancelled(run, client)
            try:
                run = client.read_flow_run(run.id)
                vigil.look(run)
                answered = time.monotonic()
            except ObjectNotFound:
                return run.model_copy(update={"state": None})
            except (PrefectException, httpx.HTTPError) as error:
                if time.monotonic() - answered > LONGEST_WITHOUT_SERVER_S:
                    raise
                logger.warning("run %s: the server is asked again how it is: %s", run.name, error)
    return run


def sent_and_not_ended(flow: str) -> list[FlowRun]:
    """Return the runs of a flow that this run has sent and that go on: it may have died and begun anew."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or run.run_count <= 1:
        return []
    ours = FlowRunFilter(
        parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[run.id]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=NOT_ENDED)),
    )  # of many runs that have ended, the server would tell of the first 200 alone
    with get_client(sync_client=True) as client:
        named = FlowFilter(name=FlowFilterName(any_=[flow]))
        return client.read_flow_runs(flow_filter=named, flow_run_filter=ours)


def _cancelled(run: FlowRun, client: SyncPrefectClient) -> FlowRun:
    now = client.read_flow_run(run.id)
    if now.state and not now.state.is_final() and not now.state.is_cancelling():
        client.set_flow_run_state(run.id, Cancelling(message="The run that sent it ended."))
    return now


def ending_like(sent: FlowRun) -> State[Result]:
    """Return the state of a run that did not complete, as one of our own."""
    if sent.state is None:
        return Crashed(message=f"run {sent.name} was deleted before it ended")
    message = f"{sent.state.message or sent.state.name} (run {sent.name})"
    return State(type=sent.state.type, name=sent.state.name, message=message)


def _published(result: str, queue: str) -> Result:
    store = open_tools().store
    manifest = find_manifest(result, store)
    if manifest is None:
        raise ToolFailed(f"{result}: the run on {queue} completed without a manifest in this store")
    show_finished(manifest, store)
    return result_of(manifest, store)
