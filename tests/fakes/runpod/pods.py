"""A pod: what was ordered, where it is, what has become of it, and how the API tells it."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.fakes.runpod.billing import Meter, Rates, Tariff
from tests.fakes.runpod.bodies import Body, NoBody
from tests.fakes.runpod.clock import text_of
from tests.fakes.runpod.facts import MOVES
from tests.fakes.runpod.faults import NO_FATE, Fate, Subject
from tests.fakes.runpod.logs import Log

ADDRESS = "192.0.2.7"  # of the block that documents may use (RFC 5737)
COSTLY = {"PROVISIONING", "STARTING", "RUNNING"}


@dataclass(frozen=True)
class Place:
    """What was found for an order.

    Attributes:
        kind: Kind of GPU or CPU.
        count: How many GPUs, or 0.
        vcpus: Of the whole pod.
        memory: Of the whole pod, in GB.
        cloud: SECURE or COMMUNITY.
        where: Data centre.
        cuda: Version that the host reports, or None.
        usd_per_hour: Of the whole pod.
    """

    kind: str
    count: int
    vcpus: int
    memory: int
    cloud: str
    where: str
    cuda: str | None
    usd_per_hour: Decimal


@dataclass
class Pod:
    """One pod, from its creation on for ever.

    Attributes:
        number: Pods are listed in this order.
        order: The body that it was created by.
        key: The API key that is put into it, good for itself alone.
        started: When its container first started.
        up_since: When its container last started.
        era: Raised whenever what was planned for it no longer holds.
        leaving: Whether it is being taken away, so that its container is not restarted.
        holds: Whether it takes from what its place has; one that is stopped does not.
        gone: Whether it can be neither listed nor read any more.
        unlisted_until: Until then it is not listed yet.
        listed_until: Until then it is still listed, though it is gone.
        history: What became of it, and when.
    """

    pod_id: str
    number: int
    name: str
    order: dict[str, Any]
    place: Place
    key: str
    created: float
    fate: Fate = NO_FATE
    status: str = "PROVISIONING"
    started: float | None = None
    up_since: float | None = None
    restarts: int = 0
    looks: int = 0
    era: int = 0
    locked: bool = False
    gone: bool = False
    leaving: bool = False
    holds: bool = False
    unlisted_until: float = 0.0
    listed_until: float = 0.0
    body: Body = field(default_factory=NoBody)
    log: Log = field(default_factory=Log)
    meter: Meter = field(default_factory=Meter)
    history: list[tuple[float, str]] = field(default_factory=list)
    _written_for: tuple[object, ...] = ()
    _written: str = ""

    @property
    def subject(self) -> Subject:
        """What it is, for faults that look for it."""
        return Subject(self.place.kind, self.place.cloud, self.place.where, self.name)

    @property
    def volume_id(self) -> str | None:
        """The network volume that is mounted, if one is."""
        mounts = self.order.get("mounts", {}).get("network") or [{}]
        found: str | None = mounts[0].get("volumeId")
        return found

    @property
    def disk_gb(self) -> int:
        """Container disk and persistent mount."""
        persistent = self.order.get("mounts", {}).get("persistent", {})
        return int(self.order.get("disk", 20)) + int(persistent.get("size", 0))

    def rates(self, tariff: Tariff) -> Rates:
        """Return what its status costs."""
        compute = self.place.usd_per_hour if self.status in tariff.compute_in else Decimal(0)
        kept = self.status in tariff.disk_in
        disk = tariff.disk_usd_per_gb_month * self.disk_gb / 720 if kept else Decimal(0)
        is_gpu = self.place.count > 0
        return Rates(compute if is_gpu else Decimal(0), Decimal(0) if is_gpu else compute, disk)

    def view(self, now: float) -> dict[str, Any]:
        """Return it as the API tells it."""
        return self._still() | {"runtime": self._runtime(now)}

    def text(self, now: float) -> str:
        """Return it as JSON. Of hundreds of pods, each looked at often, only the runtime is written anew."""
        seen = (self.status, self.name, self.locked, self.started)
        if seen != self._written_for:
            self._written_for = seen
            self._written = json.dumps(self._still(), separators=(",", ":"))[:-1]
        return f'{self._written},"runtime":{json.dumps(self._runtime(now), separators=(",", ":"))}}}'

    def _still(self) -> dict[str, Any]:
        """Return what stays as it is while its status, name and lock do."""
        order, place = self.order, self.place
        told = {
            "id": self.pod_id,
            "name": self.name,
            "status": self.status,
            "actions": list(MOVES[self.status]),
            "image": order.get("image", ""),
            "args": order.get("args", ""),
            "entrypoint": order.get("entrypoint", []),
            "cmd": order.get("cmd", []),
            "disk": order.get("disk", 20),
            "ports": order.get("ports", []),
            "env": order.get("env", {}),
            "registry": order.get("registry"),
            "mounts": order.get("mounts", {}),
            "cloud": place.cloud,
            "dataCenterId": place.where,
            "cudaVersion": place.cuda,
            "ssh": self._ssh(),
            "template": None,
            "cost": float(place.usd_per_hour) if self.status in COSTLY else 0.0,
            "locked": self.locked,
            "globalNetworking": {"enabled": False},
            "createdAt": text_of(self.created),
            "startedAt": None if self.started is None else text_of(self.started),
        }
        if place.count:
            sizes = {"vcpuCount": place.vcpus, "memory": place.memory}
            return told | {"gpu": {"id": place.kind, "count": place.count, **sizes}}
        return told | {"cpu": {"id": place.kind, "vcpuCount": place.vcpus, "memory": place.memory}}

    def _runtime(self, now: float) -> dict[str, Any] | None:
        if self.up_since is None or (self.status != "RUNNING" and not self._is_stale):
            return None
        self.looks += 1
        if self.fate.flaps and self.looks % 2:
            return None
        if now - (self.started or now) < self.fate.runtime_null_s:
            return None
        return {
            "uptime": max(0, int(now - self.up_since)),
            "gpus": [{"util": 0, "memoryUtil": 0}] * self.place.count,
            "cpu": {"util": 0},
            "memory": {"util": 0},
            "ports": [self._port(port) for port in self.order.get("ports", [])],
        }

    @property
    def _is_stale(self) -> bool:
        return self.status == "EXITED" and self.fate.stale_runtime

    def _port(self, port: str) -> dict[str, Any]:
        private, _, kind = port.partition("/")
        return {"private": int(private), "public": 30_000 + self.number, "type": kind, "ip": ADDRESS}

    def _ssh(self) -> dict[str, Any]:
        user = f"{self.pod_id}-00000000"
        proxy = {
            "host": "ssh.example",
            "port": 22,
            "username": user,
            "command": f"ssh {user}@ssh.example",
        }
        if "22/tcp" not in self.order.get("ports", []) or self.status != "RUNNING":
            return {"proxy": proxy, "direct": None}
        port = 30_000 + self.number
        command = f"ssh root@{ADDRESS} -p {port}"
        return {
            "proxy": proxy,
            "direct": {"host": ADDRESS, "port": port, "username": "root", "command": command},
        }
