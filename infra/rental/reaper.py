"""Do once what a worker does all the time: return what no run needs, and resume what lost its machine."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from infra.rental.fleet import Fleet
from infra.rental.machine import Machine
from infra.rental.naming import prefix_of, read_name
from infra.rental.provider import Provider
from infra.rental.runs import RunBook
from infra.rental.watcher import Watcher

LOOKS = 6
PAUSE_S = 5.0


class Reaped(BaseModel):
    """One machine of the pool, and whether it is still there."""

    model_config = ConfigDict(frozen=True)

    machine: str
    run: str
    offer: str
    became: Literal["kept", "returned"]


async def reap(
    provider: Provider[Any],
    book: RunBook,
    pool_id: UUID,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Sequence[Reaped]:
    """Look at all machines of a pool a few times, as its worker would; returns what was there at first.

    It may run beside a worker: both come to the same conclusions, and a machine can be ended twice.

    Raises:
        ProviderUnavailable: The provider is away.
        OrchestratorUnavailable: The one who keeps the runs is away.
    """
    fleet = Fleet(prefix_of(pool_id))
    watcher = Watcher(provider, book, fleet, clock)
    await watcher.adopt()
    first: Sequence[Machine] | None = None
    for _ in range(LOOKS):
        await watcher.tick()
        first = fleet.machines if first is None else first
        await sleep(PAUSE_S)
    await watcher.finish()
    left = {machine.machine_id for machine in await provider.machines(fleet.prefix)}
    return [_reaped(machine, left) for machine in first or ()]


def _reaped(machine: Machine, left: set[str]) -> Reaped:
    name = read_name(machine.name)
    return Reaped(
        machine=machine.machine_id,
        run=str(name.run_id) if name else "",
        offer=machine.offer.where,
        became="kept" if machine.machine_id in left else "returned",
    )
