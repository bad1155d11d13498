"""A worker of a farm in virtual time: the real renter, watcher and provider, and a loop as Prefect's."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import SecretStr

from infra.rental.fleet import Fleet
from infra.rental.naming import prefix_of
from infra.rental.renter import Renter
from infra.rental.runs import Run, RunState
from infra.rental.terms import Terms
from infra.rental.watcher import Watcher
from infra.rental.worker import TICK_S
from infra.runpod.account import RunPodAccount
from infra.runpod.models import Cloud as Market
from infra.runpod.order import PodOrder
from infra.runpod.provider import RunPod
from media.errors import MediaError
from tests.fakes.rental import Book
from tests.fakes.runpod.cloud import Cloud
from tests.fakes.runpod.transport import CloudTransport

POOL = UUID("abcdef01-0000-4000-8000-000000000000")
IMAGE = f"registry.example.com/rendermill@sha256:{'0' * 64}"
QUERY_S = 2.0
AHEAD = timedelta(seconds=10)
"""A worker of Prefect is handed runs so long before they are due."""


class Worker:
    """One worker; when it is killed, nothing of what it knows is left."""

    def __init__(self, cloud: Cloud, book: Book, clock: Callable[[], datetime], terms: Terms) -> None:
        account = RunPodAccount(api_key=SecretStr(cloud.key), base_url="http://runpod")
        self.provider = RunPod(account, transport=CloudTransport(cloud, asyncio.sleep), now=clock)
        self.fleet = Fleet(prefix_of(POOL))
        self.watcher = Watcher(self.provider, book, self.fleet, clock)
        self.longest_tick_s = 0.0
        self.looked: list[float] = []
        self._renter = Renter(self.provider, book, self.fleet, clock)
        self._book = book
        self._clock = clock
        self._terms = terms

    async def live(self) -> None:
        """Do what a worker does, until it is killed."""
        try:
            async with asyncio.TaskGroup() as group:
                await self.watcher.adopt()
                group.create_task(self._watch(group))
                while True:
                    for run in self._book.hand_out(self._clock() + AHEAD):
                        group.create_task(self._run(run))
                    await asyncio.sleep(QUERY_S)
        finally:
            self.watcher.cancel()

    async def _run(self, run: Run) -> None:
        with self.fleet.renting_for(run.run_id):
            await asyncio.sleep(0.01)
            fresh = self._book.runs[run.run_id]
            if fresh.state is RunState.PENDING:
                history = fresh.history.model_copy(update={"terms": self._terms})
                await self._renter.rent_or_tell(replace(fresh, history=history), self._order)

    async def _watch(self, group: asyncio.TaskGroup) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            with contextlib.suppress(MediaError):
                await self.watcher.tick()
                self.looked.append(began)
                if self.watcher.has_resumed():
                    for run in self._book.hand_out(self._clock()):
                        group.create_task(self._run(run))
            took = loop.time() - began
            self.longest_tick_s = max(took, self.longest_tick_s)
            await asyncio.sleep(max(0.0, TICK_S - took))

    def _order(self) -> PodOrder:
        return PodOrder(
            command=("prefect", "flow-run", "execute"),
            until=self._clock(),
            image=IMAGE,
            gpu_types=("NVIDIA GeForce RTX 4090", "NVIDIA GeForce RTX 3090"),
            clouds=(Market.COMMUNITY, Market.SECURE),
        )
