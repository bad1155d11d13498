"""Many runs on a farm on which everything is lost now and then: machines, replies, offers, and the worker."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from uuid import UUID

from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun

from tests.fakes.runpod.faults import Chance, Fault
from tests.fakes.runpod.pods import Pod
from tests.fakes.runpod.problems import NO_CAPACITY
from tests.rental.farm import Farm

FRAMES = 10
JOB = {"height": 48, "samples": 1, "frames": FRAMES, "detail": "coarse"}
PHASES = {
    "boot": "boot",
    "scene load": "scene load",
    "frame": "frame.before_record",
    "upload": "frame.before_put",
    "encode": "video.in_encode",
    "after manifest": "manifest.after_put",
}
"""Where a machine is lost, in words, and the point that tests/fakes/doomed hears."""
OF_FRAMES = ("frame", "upload")
CREATING = (
    (0.10, Fault("", lose_reply=True)),
    (0.30, Fault("", answer=(400, NO_CAPACITY))),
    (0.03, Fault("", html=503)),
    (0.02, Fault("", html=502, after_all=True)),
)
LOOK_S = 0.05
SAID: list[str] = []
"""What each storm came to, for the last lines of a test run."""
ASK_EVERY_S = 2.0


def odds(seed: int) -> Chance:
    """Return what befalls requests for machines."""
    return Chance(faults={"createPod": CREATING}, seed=seed)


@dataclass
class Storm:
    """So many runs, each of which loses one machine, on a worker that is killed so many times.

    Attributes:
        runs: The runs, once they are submitted.
        killed: After how many requests for a machine the worker was killed.
    """

    farm: Farm
    seed: int
    count: int
    runs: dict[UUID, FlowRun] = field(default_factory=dict)
    killed: list[int] = field(default_factory=list)
    seconds: float = 0.0
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - a seed to repeat a failure by

    def blow(self, source: str, kills: int, within_s: float) -> None:
        """Submit the runs and let everything happen, until all are over or the time is."""
        began = time.monotonic()
        self._submit(source)
        at = [2 * self.count * nth // (kills + 1) for nth in range(1, kills + 1)]
        asked = 0.0
        while (now := time.monotonic()) < began + within_s:
            created = self.farm.cloud.count()["createPod"]
            if at and created >= at[0]:
                at.pop(0)
                self._kill_the_worker(created)
            if now > asked + ASK_EVERY_S:
                asked = now
                if self._all_are_over() and not at:
                    break
            time.sleep(LOOK_S)
        self.seconds = time.monotonic() - began

    def _submit(self, source: str) -> None:
        phases = [list(PHASES)[number % len(PHASES)] for number in range(self.count)]
        self._random.shuffle(phases)
        for number, phase in enumerate(phases):
            nth = f":{self._random.randint(1, FRAMES - 1)}" if phase in OF_FRAMES else ""
            run = self.farm.submit(source=source, **JOB | {"width": 48 + 2 * number})
            self.farm.dooms.points[run.id] = [PHASES[phase] + nth]
            self.runs[run.id] = run

    def _kill_the_worker(self, created: int) -> None:
        """Kill it in the midst of renting, a random moment after a request for a machine came."""
        time.sleep(self._random.choice((0.0, 0.02, self._random.uniform(0, 2))))
        self.farm.kill_worker()
        self.killed.append(created)
        time.sleep(self._random.uniform(0, 8))
        self.farm.start_worker()

    def _all_are_over(self) -> bool:
        return all(run.state and run.state.is_final() for run in self.read())

    def read(self) -> list[FlowRun]:
        """Return the runs as they are now."""
        ids = FlowRunFilter(id=FlowRunFilterId(any_=list(self.runs)))
        return self.farm.client.read_flow_runs(flow_run_filter=ids, limit=200)

    def states(self) -> Counter[str]:
        """Return how many runs are in a state of which name."""
        return Counter(run.state.name if run.state else "" for run in self.read())

    def losses(self) -> Counter[str]:
        """Return how many machines were lost in which phase."""
        words = {point: phase for phase, point in PHASES.items()}
        found: Counter[str] = Counter()
        for point, times in self.farm.dooms.happened().items():
            found[words[point.partition(":")[0]]] += times
        return found

    def together(self) -> list[str]:
        """Return the names of machines that were there while another of the same run was."""
        found = []
        for run_id in self.runs:
            pods = sorted(self.farm.pods_of(run_id), key=lambda pod: pod.created)
            for earlier, later in pairwise(pods):
                if later.created < _ended(earlier):
                    found.append(f"{later.pod_id} ({later.name})")
        return found

    def created(self) -> Counter[str]:
        """Return what became of the requests for machines that something befell."""
        told = [fault for asked, fault in self.farm.cloud.befell if asked.operation == "createPod"]
        return Counter(
            "refused" if fault.answer else "replies lost" if fault.lose_reply else "5xx" for fault in told
        )

    def write(self, path: Path) -> None:
        """Write down what happened to each run, for a person."""
        runs = sorted(self.read(), key=lambda run: run.name)
        path.write_text("".join(map(self._story, runs)))

    def unheard_of(self) -> int:
        """Return how many machines were made that no reply told of: each could have been made twice."""
        told = [fault for asked, fault in self.farm.cloud.befell if asked.operation == "createPod"]
        return sum(fault.lose_reply or fault.after_all for fault in told)

    def _story(self, run: FlowRun) -> str:
        states = self.farm.client.read_flow_run_states(run.id)
        lines = [
            f"{run.name} {run.id} {self.farm.dooms.points[run.id]}",
            *(f"{state.timestamp:%H:%M:%S.%f} {state.name}: {state.message}" for state in states),
            *(
                f"{rental.ordered:%H:%M:%S.%f} {rental.model_dump_json(exclude_defaults=True)}"
                for rental in self.farm.history(run).rentals
            ),
            *(
                f"{pod.pod_id}: {'; '.join(f'+{at - pod.created:.1f} s {what}' for at, what in pod.history)}"
                for pod in self.farm.pods_of(run)
            ),
        ]
        return "\n  ".join(lines) + "\n"

    def __str__(self) -> str:
        losses, asked = self.losses(), self.farm.cloud.count()["createPod"]
        befell = ", ".join(f"{what} {times / asked:.0%}" for what, times in self.created().items())
        pods = [pod for run_id in self.runs for pod in self.farm.pods_of(run_id)]
        doubles = len(pods) - len({pod.name for pod in pods})
        frames = self.count * FRAMES
        return (
            f"seed {self.seed}; {dict(self.states())} of {self.count} runs in {self.seconds:.0f} s; losses: "
            f"{', '.join(f'{phase} {losses[phase]}' for phase in PHASES)}; worker killed {len(self.killed)} "
            f"times; {self.farm.rendered()} frames rendered of {frames}; {len(pods)} machines; of "
            f"{asked} requests for one: {befell}; {self.unheard_of() - doubles} doubles avoided, {doubles} "
            f"made; {len(self.together())} machines beside another of their run"
        )


def _ended(pod: Pod) -> float:
    """Return when a machine stopped to work: when its processes could do nothing any more."""
    ends = [at for at, what in pod.history if what.startswith(("is terminated", "is lost", "is taken"))]
    return min(ends, default=float("inf"))
