"""Make the process pool `local` with its three queues, as often as one likes.

control: flows that plan and wait; light: pictures up to 1024 pixels, two at a time; heavy: one at a time. The
worker asks all three in this order, so that small pictures never wait behind large ones.
"""

import contextlib
from typing import NamedTuple

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists
from prefect.workers.process import ProcessWorker

from infra.work_pools.server import prefect_server

POOL = "local"


class Queue(NamedTuple):
    """A work queue: how many of its runs go on at a time, and its rank among those of the pool."""

    name: str
    limit: int
    priority: int


QUEUES = (Queue("control", 20, 1), Queue("light", 2, 2), Queue("heavy", 1, 3))


def make_local_pool(client: SyncPrefectClient) -> None:
    """Make what is missing of pool and queues; a limit that somebody set stays."""
    template = ProcessWorker.get_default_base_job_template()
    pool = WorkPoolCreate(name=POOL, type=ProcessWorker.type, base_job_template=template)
    with contextlib.suppress(ObjectAlreadyExists):  # it may carry its user's settings
        client.create_work_pool(pool)
    for queue in QUEUES:
        try:
            made = client.create_work_queue(queue.name, work_pool_name=POOL)
        except ObjectAlreadyExists:
            made = client.read_work_queue_by_name(queue.name, work_pool_name=POOL)
        if made.concurrency_limit is None:  # new, or made by Prefect for a deployment that names it
            client.update_work_queue(made.id, concurrency_limit=queue.limit, priority=queue.priority)


def main() -> None:
    """Make the pool on the server that Prefect's settings name; exits with 1 where none answers."""
    with prefect_server() as client:
        make_local_pool(client)


if __name__ == "__main__":
    main()
