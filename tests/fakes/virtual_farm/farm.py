"""A farm in virtual time: hours of hundreds of machines in seconds, with everything real but the machines.

Real are renter, watcher and provider; RunPod and Prefect are stand-ins, and an agent stands for the engine.
"""

import asyncio
import contextlib
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from infra.rental.naming import read_name
from infra.rental.runs import Run, RunState
from infra.rental.terms import Terms
from tests.fakes.rental import Book
from tests.fakes.runpod.clock import VirtualClock
from tests.fakes.runpod.cloud import Cloud
from tests.fakes.runpod.event_loop import run as run_on
from tests.fakes.runpod.faults import Chance
from tests.fakes.runpod.limits import ALLOWED
from tests.fakes.runpod.settings import Settings
from tests.fakes.virtual_farm.agent import PROOF, SILENT, Site
from tests.fakes.virtual_farm.work import FrameStore, Work
from tests.fakes.virtual_farm.worker import Worker

LOOK_S = 5.0
SETTLED_S = 240.0
"""Until then the provider answers again, and ledgers can be closed."""
OVER = {RunState.FAILED, RunState.CANCELLED}
GENEROUS = Terms(
    max_usd=50,
    start_minutes=6,
    wait_minutes=240,
    most_fruitless=10,
    pool_usd_per_hour=10_000,
    pool_usd_per_day=10_000,
    proof=PROOF,
)


@dataclass(frozen=True)
class Sample:
    """How many machines there were at a moment, and how often pods had been listed until then."""

    moment: float
    machines: int
    lists: int


@dataclass
class _Remembering(Book):
    """A book that remembers when which state was set."""

    said_of: dict[UUID, list[tuple[float, str]]] = field(default_factory=dict)

    def report(self, run_id: UUID, state: RunState, message: str = "", *, proven: bool = True) -> Run:
        told = f"{self.runs[run_id].name}: {state} {message}"
        self.said_of.setdefault(run_id, []).append((self.clock().timestamp(), told))
        return super().report(run_id, state, message, proven=proven)


@dataclass
class VirtualFarm:
    """A farm.

    Attributes:
        runs: How many runs it is given.
        machines: How many machines it may have at once.
        work: What each run does.
        late: How often in a hundred a lost machine reports something wrong later.
    """

    runs: int
    machines: int
    work: Work = field(default_factory=Work)
    terms: Terms = GENEROUS
    chance: Chance | None = None
    allowed: Mapping[str, int] = field(default_factory=ALLOWED.copy)
    settings: Settings | None = None
    late: int = 0
    seed: int = 0
    make_site: Callable[..., Site] = Site
    said_of: dict[UUID, list[tuple[float, str]]] = field(default_factory=dict)
    works: dict[UUID, Work] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = VirtualClock()
        settings = self.settings or Settings(balance=Decimal(10**6), allowed=self.allowed, seed=self.seed)
        self.cloud = Cloud(
            self.clock,
            settings,
            make_body=lambda pod, state: self.site.body(pod, state),
            chance=self.chance,
        )
        ids = random.Random(self.seed)  # noqa: S311 - repeatable, not secret
        random.seed(self.seed)  # what waits a little by chance waits as long the next time
        self.book = _Remembering(
            clock=self.now,
            new_id=lambda: UUID(int=ids.getrandbits(128), version=4),
            at_once=self.machines,
            said_of=self.said_of,
        )
        self.store = FrameStore()
        self.site = self.make_site(
            self.cloud,
            self.book,
            self.store,
            lambda run_id: self.works.get(run_id, self.work),
            self.late,
            self.seed,
        )
        self.began = self.now()
        self.took_s = 0.0
        self.left: list[str] = []
        self._worker: asyncio.Task[None] | None = None
        self._lists = self._counted = 0

    def now(self) -> datetime:
        """Return the time."""
        return datetime.fromtimestamp(self.clock.now(), UTC)

    def run(
        self, *happens: Coroutine[None, None, None], within_s: float = 86_400, then_s: float = 0.0
    ) -> float:
        """Have all runs come to their end, while other things happen, and let some time pass.

        Returns the seconds until the end.
        """
        self.took_s = run_on(self._run(happens, within_s, then_s), self.cloud, self.clock)
        return self.took_s

    def lists_a_minute(self) -> dict[str, float]:
        """Return how often pods were listed a minute, by how many there were, in tenths of the most."""
        minutes: defaultdict[int, list[int]] = defaultdict(list)
        for first, last in zip(self.samples[::12], self.samples[12::12], strict=False):
            minutes[first.machines * 10 // self.machines].append(last.lists - first.lists)
        return {
            f"{tenth * self.machines // 10}+": round(sum(counts) / len(counts), 1)
            for tenth, counts in sorted(minutes.items())
        }

    def start_worker(self) -> None:
        """Start a worker that knows nothing of what others did."""
        worker = Worker(self.cloud, self.book, self.now, self.terms)
        self.workers.append(worker)
        self._worker = asyncio.get_running_loop().create_task(worker.live())

    async def kill_worker(self) -> None:
        """End the worker wherever it is."""
        if self._worker:
            self._worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._worker

    def of_pods(self, pod_ids: Collection[str]) -> str:
        """Return what became of some pods and their runs, and when, line by line."""
        began = self.began.timestamp()
        said = [
            (moment, f"{pod.name[-8:]} {pod.pod_id} {what}")
            for pod in (self.cloud.ever[pod_id] for pod_id in pod_ids)
            for moment, what in pod.history
        ]
        for pod_id in pod_ids:
            name = read_name(self.cloud.ever[pod_id].name)
            said += self.said_of[name.run_id] if name else []
        return "\n".join(f"{moment - began:9.2f} {what}" for moment, what in sorted(set(said)))

    def told_of_failures(self) -> list[str]:
        """Return what became of the runs that are not completed, and of their machines."""
        failed = [run for run in self.book.runs.values() if run.state is not RunState.COMPLETED]
        return [
            self.of_pods([pod_id for pod_id, pod in self.cloud.ever.items() if run.run_id.hex in pod.name])
            for run in failed
        ]

    async def _run(
        self, happens: tuple[Coroutine[None, None, None], ...], within_s: float, then_s: float
    ) -> float:
        began = self.clock.now()
        self.began = self.now()
        for number in range(self.runs):
            self.book.add(RunState.SCHEDULED, self.terms, f"run {number}")
        self.start_worker()
        others = [self.site.start(what) for what in happens]
        while not self.is_over():
            assert self.clock.now() - began < within_s, self.states()
            if self._worker and self._worker.done() and not self._worker.cancelled():
                self._worker.result()
            self._look()
            await asyncio.sleep(LOOK_S)
        took = self.clock.now() - began
        for other in others:
            other.cancel()
        if self._worker and self._worker.done():
            self.start_worker()
        await asyncio.sleep(then_s)
        self.left = [pod.pod_id for pod in self.cloud.alive]
        await asyncio.sleep(SETTLED_S)
        return took

    def _look(self) -> None:
        self._lists += sum(asked.operation == "listPods" for asked in self.cloud.asked[self._counted :])
        self._counted = len(self.cloud.asked)
        self.samples.append(Sample(self.clock.now(), len(self.cloud.alive), self._lists))
        self.book.crash_the_silent(SILENT)

    def is_over(self) -> bool:
        """Return whether all runs are over, and nobody will start one again."""
        return all(
            run.state in OVER or (run.state is RunState.COMPLETED and run.proven)
            for run in self.book.runs.values()
        )

    def states(self) -> Counter[str]:
        """Return how many runs are in which state."""
        return Counter(str(run.state) for run in self.book.runs.values())
