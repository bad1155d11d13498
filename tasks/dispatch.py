"""Send work on from control to the queue where it belongs, and wait for it there.

The deployments that people call start on the control queue, since `prefect deployment run` cannot name one.
There a run only plans, and starts the same deployment again on light or heavy. A run on those never waits for
another: one that did would hold the very GPU that the other waits for.
"""

from typing import cast

from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext
from prefect.deployments import run_deployment

from blocks.settings import open_tools
from media.errors import ToolFailed
from media.manifest import Result, find_manifest, result_of
from media.plan import Plan

CONTROL = "control"


def send_on(plan: Plan) -> Result | None:
    """Have `plan` made on its queue if this run is on control; returns None if it is to be made here.

    Raises:
        ToolFailed: The run there did not complete.
    """
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or run.deployment_id is None or run.work_queue_name != CONTROL:
        return None
    deployment = run_deployment(
        name=run.deployment_id,
        parameters={"job": plan.job.model_dump(mode="json")},
        work_queue_name=plan.job.queue,
        flow_run_name=f"{run.name}-{plan.job.queue}",
    )
    sent = cast("FlowRun", deployment)  # a coroutine only in flows that are async
    state = sent.state
    if state is None or not state.is_completed():
        why = state.message if state else "it has no state"
        raise ToolFailed(f"run {sent.name} on {plan.job.queue} did not complete: {why}")
    return _published(plan)


def _published(plan: Plan) -> Result:
    store = open_tools().store
    manifest = find_manifest(plan.result, store)
    if manifest is None:
        raise ToolFailed(
            f"{plan.result}: the run on {plan.job.queue} completed without a manifest in this store"
        )
    return result_of(manifest, store)
