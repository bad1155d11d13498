"""What runs on a pod of a farm in virtual time: it stands for the start command and the engine in it."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from uuid import UUID

import httpx

from infra.rental.ledger import MANIFEST
from infra.rental.naming import read_name
from infra.rental.runs import RunState
from infra.runpod.start_command import PAUSE_S
from tests.fakes.rental import Book
from tests.fakes.runpod.cloud import Cloud
from tests.fakes.runpod.pods import Pod
from tests.fakes.runpod.state import State
from tests.fakes.runpod.transport import CloudTransport
from tests.fakes.virtual_farm.work import FrameStore, Work

BEAT_S = 30.0
SILENT = timedelta(seconds=90)
"""A run that is not heard of for so long is set to Crashed: by an automation, where there is Prefect."""
HANDING_BACK_S = 0.3
TELLING = timedelta(minutes=8)
"""Until when a machine that its provider lost sight of may still tell something."""
PROOF = MANIFEST


@dataclass
class Site:
    """Whom agents speak with, and what is known of them.

    Attributes:
        late: How often in a hundred a machine that is lost reports something wrong later.
        working: The agents that render at this moment, by run.
        together: Pairs of pods that were seen to work for one run at the same time.
    """

    cloud: Cloud
    book: Book
    store: FrameStore
    work: Callable[[UUID], Work]
    late: int = 0
    seed: int = 0
    working: dict[UUID, "Agent"] = field(default_factory=dict)
    together: list[tuple[str, str]] = field(default_factory=list)
    late_reports: int = 0
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - repeatable, not secret

    def frames_for(self, run_id: UUID, work: Work) -> Iterable[int]:
        """Return what a machine of a run is to render, one after the other."""
        return self.store.missing(run_id, work.frames)

    def put(self, run_id: UUID, frame: int) -> int:
        """Store a frame; returns how many are there."""
        return self.store.put(run_id, frame)

    def start(self, work: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """Have something done that nobody waits for."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def body(self, pod: Pod, state: State) -> "Agent":
        """Return what runs on a new pod."""
        return Agent(self, pod, state)

    def report(self, run_id: UUID, state: RunState, message: str) -> None:
        """Report a state; the proof is a label, which stays."""
        self.book.report(run_id, state, message, proven=run_id in self.store.manifests)

    async def report_later(self, run_id: UUID) -> None:
        """Report, from a machine that the provider knows nothing of any more, what is not so."""
        await asyncio.sleep(self.random.uniform(1, TELLING.total_seconds()))
        self.late_reports += 1
        wrong = self.random.choice([RunState.CRASHED, RunState.COMPLETED])
        self.report(run_id, wrong, "says a machine that was given up")


class Agent:
    """The container of one pod: a body of the stand-in for RunPod."""

    def __init__(self, site: Site, pod: Pod, state: State) -> None:
        self._site = site
        self._pod = pod
        self._state = state
        self._doing: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._has_run = False
        self._hangs = False
        name = read_name(pod.name)
        assert name
        self._run_id = name.run_id

    @property
    def pod_id(self) -> str:
        """The pod that it is on."""
        return self._pod.pod_id

    def start(self) -> None:
        """Run the command once; a container that is started again only ends its pod."""
        until = re.search(r"^until=(\d+)$", self._pod.order["cmd"][0], re.MULTILINE)
        assert until
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(float(until[1]), self._time_is_up)
        again, self._has_run = self._has_run, True
        self._doing = self._site.start(self._end_pod() if again else self._live())

    def exit_code(self) -> int | None:
        """Return that it runs: the start command never exits."""
        return None

    def term(self) -> None:
        """Give the run back, if there is still something to do."""
        if self._hangs or not self._working:
            return
        self._stop()
        self._doing = self._site.start(self._hand_back())

    def kill(self) -> None:
        """End all of it; some machines live on where their provider does not see them, and say so late."""
        if self._working and self._site.random.randrange(100) < self._site.late:
            self._site.start(self._site.report_later(self._run_id))
        self._stop()

    def hang(self) -> None:
        """Do nothing any more."""
        self._stop()
        self._hangs = True

    @property
    def _working(self) -> bool:
        return self._site.working.get(self._run_id) is self

    def _stop(self) -> None:
        if self._working:
            del self._site.working[self._run_id]
            self._site.store.deaths[self._run_id] += 1
        for task in filter(None, (self._doing, self._beating)):
            task.cancel()
        if self._timer:
            self._timer.cancel()

    def _time_is_up(self) -> None:
        self._stop()
        self._doing = self._site.start(self._end_pod())

    async def _live(self) -> None:
        site, work = self._site, self._site.work(self._run_id)
        await asyncio.sleep(work.boot_s)
        if other := site.working.get(self._run_id):
            site.together.append((other.pod_id, self.pod_id))
        site.working[self._run_id] = self
        site.report(self._run_id, RunState.RUNNING, f"on {self.pod_id}")
        self._beating = site.start(self._beat())
        await self._render(work)
        site.store.manifests.add(self._run_id)
        del site.working[self._run_id]
        self._beating.cancel()
        site.report(self._run_id, RunState.COMPLETED, f"on {self.pod_id}")
        await self._end_pod()

    async def _render(self, work: Work) -> None:
        """Render what is missing; one frame is on its way while the next is rendered."""
        sending: asyncio.Task[None] | None = None
        try:
            for frame in self._site.frames_for(self._run_id, work):
                self._site.store.rendered[self._run_id] += 1
                await asyncio.sleep(work.frame_s)
                if sending:
                    await sending
                sending = self._site.start(self._send(frame, work.upload_s))
            if sending:
                await sending
        except asyncio.CancelledError:
            if sending:
                sending.cancel()
            raise

    async def _send(self, frame: int, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._site.book.commit(self._run_id, self._site.put(self._run_id, frame))

    async def _beat(self) -> None:
        while True:
            self._site.book.beat(self._run_id)
            await asyncio.sleep(BEAT_S)

    async def _hand_back(self) -> None:
        await asyncio.sleep(HANDING_BACK_S)
        self._site.report(self._run_id, RunState.SCHEDULED, f"{self.pod_id} was asked to end")
        await self._end_pod()

    async def _end_pod(self) -> None:
        """Ask for the end of this pod, by its own key, until it comes."""
        headers = {"Authorization": f"Bearer {self._pod.key}"}
        transport = CloudTransport(self._site.cloud, asyncio.sleep)
        path = f"http://runpod/v2/pods/{self.pod_id}/action"
        while True:
            request = httpx.Request("POST", path, json={"action": "terminate"}, headers=headers)
            try:
                await (await transport.handle_async_request(request)).aread()
            except httpx.HTTPError:
                await asyncio.sleep(1)
            await asyncio.sleep(PAUSE_S)
