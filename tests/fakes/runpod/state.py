"""Everything that the stand-in knows, and what the operations have in common."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Any

from tests.fakes.runpod.account import Account
from tests.fakes.runpod.bodies import Body, NoBody, ProcessBody
from tests.fakes.runpod.catalog import Catalog
from tests.fakes.runpod.faults import Script
from tests.fakes.runpod.life import Life
from tests.fakes.runpod.limits import Limits
from tests.fakes.runpod.placement import place_for
from tests.fakes.runpod.pods import Place, Pod
from tests.fakes.runpod.problems import NO_BALANCE, NO_POD, NOT_FOUND, Refusal
from tests.fakes.runpod.settings import Settings
from tests.fakes.runpod.timeline import Timeline

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"

MakeBody = Callable[[Pod, "State"], Body]


def no_body(pod: Pod, state: "State") -> Body:
    """Return nothing for a pod to be."""
    del pod, state
    return NoBody()


def process_body(pod: Pod, state: "State") -> Body:
    """Return the processes of a pod: its entrypoint and command, on this machine."""
    order = pod.order
    argv = order.get("entrypoint", []) + order.get("cmd", []) + shlex.split(order.get("args", ""))
    if "entrypoint" not in order and "cmd" not in order and not order.get("args"):
        argv = list(state.settings.image_argv)
    return ProcessBody(
        argv=argv,
        env=state.environment(pod),
        folder=state.settings.store.absolute() / "pods" / pod.pod_id,
        cwd=state.settings.cwd,
        say=lambda text: pod.log.add(state.timeline.clock.now(), "container", text),
    )


@dataclass
class State:
    """The account, what can be rented, all pods ever made, and what is to happen.

    Attributes:
        listed: Pods that may still be listed, by id.
        ever: All pods, by id.
        tell: Takes what becomes of pods, as it happens.
    """

    settings: Settings
    timeline: Timeline
    script: Script
    make_body: MakeBody
    tell: Callable[[Pod, str], None]
    catalog: Catalog = field(default_factory=Catalog)
    account: Account = field(default_factory=Account)
    listed: dict[str, Pod] = field(default_factory=dict)
    ever: dict[str, Pod] = field(default_factory=dict)
    credit: Decimal = field(init=False)
    limits: Limits = field(init=False)
    life: Life = field(init=False)
    _random: Random = field(init=False)
    _settled: Decimal = Decimal(0)
    _bills: bool = False

    def __post_init__(self) -> None:
        self.limits = Limits(dict(self.settings.allowed))
        self.life = Life(self.settings, self.timeline, self.catalog, self._told)
        self.credit = self.settings.balance
        self._random = Random(self.settings.seed)  # noqa: S311 - repeatable, not secret

    @property
    def now(self) -> float:
        """The present moment."""
        return self.timeline.now()

    def new_id(self) -> str:
        """Return an id such as RunPod's."""
        return "".join(self._random.choices(LETTERS, k=14))

    def pod(self, pod_id: str) -> Pod:
        """Return a pod that is not gone.

        Raises:
            Refusal: There is none of this id.
        """
        pod = self.ever.get(pod_id)
        if pod is None or pod.gone:
            raise Refusal(404, NO_POD)
        return pod

    def pods(self) -> list[Pod]:
        """Return the pods that are listed, the oldest first; forgets those that never will be again."""
        now = self.now
        for pod in [pod for pod in self.listed.values() if pod.gone and now >= pod.listed_until]:
            self._settled += pod.meter.usd(now)
            del self.listed[pod.pod_id]
        return [pod for pod in self.listed.values() if now >= pod.unlisted_until]

    def make(self, order: dict[str, Any], place: Place, factor: Decimal = Decimal(1)) -> Pod:
        """Make a pod that costs `factor` times what its place does; billing starts here."""
        place = replace(place, usd_per_hour=place.usd_per_hour * factor)
        pod_id = self.new_id()
        key = f"rpa_FAKE_POD_KEY_{pod_id}"
        pod = Pod(pod_id, len(self.ever) + 1, order["name"], order, place, key, self.now)
        pod.fate = self.script.fate(pod.subject)
        self.ever[pod_id] = self.listed[pod_id] = pod
        self.account.pod_keys[key] = pod_id
        pod.body = self.make_body(pod, self)
        self.life.begin(pod)
        if not self._bills:
            self._bills = True
            self.timeline.plan(self.settings.billing_every_s, self._look_at_balance)
        return pod

    def place(self, order: dict[str, Any]) -> Place:
        """Return where an order would be put.

        Raises:
            Refusal: Nowhere, or it cannot be paid.
        """
        mounts = order.get("mounts", {}).get("network") or []
        for mount in mounts:
            if mount["volumeId"] not in self.account.volumes:
                raise Refusal(404, "network volume not found")
        if order.get("registry") and order["registry"] not in self.account.registries:
            raise Refusal(404, "registry not found")
        if "templateId" in order:
            raise Refusal(404, NOT_FOUND)
        pinned = self.account.volumes[mounts[0]["volumeId"]]["dataCenter"] if mounts else None
        place = place_for(order, self.catalog, self.settings, pinned)
        if self.balance() < place.usd_per_hour * self.settings.least_hours:
            raise Refusal(402, NO_BALANCE)
        return place

    def environment(self, pod: Pod) -> dict[str, str]:
        """Return what a pod's command finds in its environment."""
        env = self.account.filled(pod.order.get("env", {}))
        if pod.order.get("startSsh") and self.account.ssh_keys:
            env.setdefault("PUBLIC_KEY", "\n".join(self.account.ssh_keys))
        if pod.volume_id:
            env["RUNPOD_VOLUME_ID"] = pod.volume_id
        return env | {
            "RUNPOD_POD_ID": pod.pod_id,
            "RUNPOD_API_KEY": pod.key,
            "RUNPOD_DC_ID": pod.place.where,
            "RUNPOD_GPU_COUNT": str(pod.place.count),
            "RUNPOD_CPU_COUNT": str(pod.place.vcpus),
        }

    def balance(self) -> Decimal:
        """Return what is left of the credit, in USD."""
        self.pods()
        return self.credit - self._settled - sum(pod.meter.usd(self.now) for pod in self.listed.values())

    def empty(self) -> None:
        """Do what RunPod does when no credit is left: stop pods with a network volume, end the others."""
        for pod in list(self.listed.values()):
            if pod.status == "TERMINATED":
                continue
            if pod.volume_id is None:
                self.life.terminate(pod, "is terminated: no credit is left")
            elif pod.status != "EXITED":
                self.life.stop(pod, "is stopped: no credit is left")

    def _look_at_balance(self) -> None:
        if self.balance() <= 0:
            self.empty()
        self._bills = any(pod.status != "TERMINATED" for pod in self.listed.values())
        if self._bills:
            self.timeline.plan(self.settings.billing_every_s, self._look_at_balance)

    def _told(self, pod: Pod, what: str) -> None:
        pod.history.append((self.now, what))
        self.tell(pod, what)
