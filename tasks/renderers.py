"""Which deployment does work that a run sends out, and what its runs take besides that work."""

from dataclasses import dataclass
from datetime import UTC, datetime

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowFilter, FlowFilterName
from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext
from prefect.exceptions import ObjectNotFound

from infra.rental.ledger import history_of
from media.errors import BadInput
from tasks.dispatch import CONTROL

ON_THIS_MACHINE = {"process", "docker"}
"""Types of pools whose machines are there already."""
START_S = 15.0
START_OF_A_MACHINE_S = 300.0
"""As assumed until one was seen: a machine is ordered, starts, and fetches an image of gigabytes."""
NAMES_TOLD = 10


@dataclass(frozen=True)
class Renderers:
    """Where work is sent.

    Attributes:
        deployment: Of the flow that does it; empty if the run that would send it does it by itself.
        by_queue: Whether its pool has our queues.
        start_s: What is assumed that a run takes besides its work.
    """

    deployment: str = ""
    by_queue: bool = False
    start_s: float = 0.0


def find_renderers(flow: str, deployment: str) -> Renderers:
    """Return where a flow's work is done.

    Args:
        flow: Its name.
        deployment: Which of its deployments does it; if none is said, that of this run's own name.

    Raises:
        BadInput: There is no such deployment.
    """
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    is_deployed = run is not None and run.deployment_id is not None
    if not is_deployed and not deployment:
        return Renderers()
    with get_client(sync_client=True) as client:
        own = client.read_deployment(run.deployment_id).name if run and run.deployment_id else ""
        name = deployment or own
        by_queue = is_deployed and run.work_queue_name == CONTROL and name == own if run else False
        return Renderers(name, by_queue, _start_s(_pool_of(flow, name, client), client))


def find_others(flow: str, deployment: str) -> Renderers:
    """Return where a flow's work is done by other runs than this one, which waits for them on control.

    A run that is on a machine to work there does so itself: it never waits for others, as it bills.

    Raises:
        BadInput: There is no such deployment.
    """
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    is_at_work = run is not None and run.deployment_id is not None and run.work_queue_name != CONTROL
    return Renderers() if is_at_work else find_renderers(flow, deployment)


def seconds_of(run: FlowRun) -> float:
    """Return how long a run lasted that ended; where machines were rented, how long those were."""
    now = datetime.now(UTC)
    rented = sum(rental.seconds(now) for rental in history_of(run.labels).rentals)
    return rented or run.total_run_time.total_seconds()


def _pool_of(flow: str, name: str, client: SyncPrefectClient) -> str:
    try:
        return client.read_deployment_by_name(f"{flow}/{name}").work_pool_name or ""
    except ObjectNotFound:
        pass
    only_ours = FlowFilter(name=FlowFilterName(any_=[flow]))
    known = sorted(one.name for one in client.read_deployments(flow_filter=only_ours, limit=NAMES_TOLD))
    there = f"there are {', '.join(known)}" if known else "there are none; deploy it first"
    raise BadInput(
        f"deployment {name}: expected one of {flow} on this server, found none of that name; {there}"
    ) from None


def _start_s(pool: str, client: SyncPrefectClient) -> float:
    kind = client.read_work_pool(pool).type if pool else "process"
    return START_S if kind in ON_THIS_MACHINE else START_OF_A_MACHINE_S
