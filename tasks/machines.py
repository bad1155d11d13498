"""Tasks: look after rented machines without a worker, and after what they cost."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from prefect.artifacts import create_table_artifact
from prefect.client.orchestration import get_client

from blocks.machines import open_runpod
from infra.rental.prefect_runs import PrefectRuns
from infra.rental.reaper import Reaped, reap
from infra.rental.reconcile import Bill, reconcile
from tasks.media_task import media_task


@media_task
def reap_machines(pool: str) -> Sequence[Reaped]:
    """Return the machines of a pool that no run needs, resume runs that lost theirs, and show both."""
    reaped = asyncio.run(_reap(pool))
    table = [one.model_dump(mode="json") for one in reaped]
    create_table_artifact(
        table=table or [{"machine": "none"}], key=f"machines-{_slug(pool)}", description=f"Machines of {pool}"
    )
    return reaped


@media_task
def reconcile_costs(pool: str, days: int) -> Sequence[Bill]:
    """Put what was billed into the ledgers of runs, and show where it is not what we reckoned."""
    bills = asyncio.run(_reconcile(pool, days))
    table = [bill.model_dump(mode="json") | {"differs": bill.differs} for bill in bills]
    create_table_artifact(
        table=table or [{"machine_id": "none"}],
        key=f"costs-{_slug(pool)}",
        description=f"What the machines of {pool} cost in {days} days",
    )
    return bills


def _slug(pool: str) -> str:
    """Return a pool's name in the signs that Prefect takes in keys of artifacts."""
    return re.sub(r"[^a-z0-9]+", "-", pool.lower()).strip("-")


async def _reap(pool: str) -> Sequence[Reaped]:
    async with get_client() as client:
        pool_id = (await client.read_work_pool(pool)).id
        return await reap(open_runpod(), PrefectRuns(client, pool_id), pool_id)


async def _reconcile(pool: str, days: int) -> Sequence[Bill]:
    now = datetime.now(UTC)
    async with get_client() as client:
        book = PrefectRuns(client, (await client.read_work_pool(pool)).id)
        return await reconcile(open_runpod(), book, now - timedelta(days=days), now)
