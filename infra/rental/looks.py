"""Looks at runs that are under way: one at a time for each run, and a slow one holds up no other."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

from prefect.logging import get_logger

from infra.rental.errors import OrchestratorUnavailable
from media.errors import MediaError

AT_A_TIME = 20
"""Requests to the provider or the orchestrator that looks have under way."""
PATIENCE_S = 5.0
"""How long one tick waits for its looks; ending a machine can take longer, and goes on beside the next."""

logger = get_logger(__name__)


class Looks:
    """The looks of one watcher.

    Attributes:
        gate: Held by a look while it asks somebody.
    """

    def __init__(self) -> None:
        self.gate: AbstractAsyncContextManager[Any] = asyncio.Semaphore(AT_A_TIME)
        self._under_way: dict[UUID, asyncio.Task[None]] = {}
        self._failed: list[Exception] = []

    async def take(self, looks: Mapping[UUID, Callable[[], Awaitable[None]]]) -> None:
        """Take a look at each run that none is under way at, and wait a little for all of them."""
        for run_id, look in looks.items():
            if run_id not in self._under_way:
                task = asyncio.ensure_future(self._taken(look))
                self._under_way[run_id] = task
                task.add_done_callback(functools.partial(self._over, run_id))
        await self._wait(PATIENCE_S)
        if failed := [*self._failed]:
            self._failed.clear()
            logger.warning("%d runs are looked at again in the next tick: %s", len(failed), failed[0])

    async def finish(self) -> None:
        """Wait until no look is under way."""
        await self._wait(None)

    def cancel(self) -> None:
        """End all looks where they are."""
        for task in list(self._under_way.values()):
            task.cancel()

    async def _wait(self, seconds: float | None) -> None:
        if not self._under_way:
            return
        done, _ = await asyncio.wait(list(self._under_way.values()), timeout=seconds)
        for task in done:
            if not task.cancelled():
                task.result()

    def _over(self, run_id: UUID, _task: "asyncio.Task[None]") -> None:
        self._under_way.pop(run_id, None)

    async def _taken(self, look: Callable[[], Awaitable[None]]) -> None:
        """Take a look; what fails is told, once for all, and looked at again in the next tick."""
        try:
            await look()
        except (MediaError, OrchestratorUnavailable) as error:
            self._failed.append(error)
