"""A RunPod in memory that answers by a script: what is not scripted, it does as the documentation says."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
from pydantic import SecretStr

from infra.rental.machine import Offer
from infra.runpod.account import RunPodAccount
from infra.runpod.order import PodOrder
from infra.runpod.provider import RunPod
from media.errors import Retry

KEY = "rpa_CANARY0000FAKE0000KEY"
ACCOUNT = RunPodAccount(api_key=SecretStr(KEY))
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
GPU = "NVIDIA GeForce RTX 4090"
OTHER = "NVIDIA A40"
IMAGE = "ghcr.io/example/rendermill@sha256:" + "ab" * 32
OFFER = Offer(kind=GPU, market="SECURE", usd_per_hour=Decimal("0.44"))
CAPACITY = "There are no longer any instances available with the requested specifications."

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


def order(**terms: Any) -> PodOrder:  # noqa: ANN401 - whatever a test changes
    given = {
        "name": "pool-run-1",
        "image": IMAGE,
        "command": ("python3", "-m", "work"),
        "until": NOW + timedelta(hours=1),
        "gpu_types": (GPU,),
    }
    return PodOrder(**{**given, **terms})


def pod(**terms: Any) -> dict[str, Any]:  # noqa: ANN401 - the same
    given = {
        "id": "7h9k2m4n6p",
        "name": "pool-run-1",
        "status": "RUNNING",
        "actions": ["stop", "restart", "terminate"],
        "image": IMAGE,
        "args": "",
        "disk": 40,
        "ports": [],
        "env": {},
        "registry": None,
        "mounts": {},
        "gpu": {"id": GPU, "count": 1, "vcpuCount": 16, "memory": 62},
        "cloud": "SECURE",
        "dataCenterId": "US-KS-2",
        "cudaVersion": "12.8",
        "cost": 0.44,
        "locked": False,
        "template": None,
        "runtime": None,
        "createdAt": "2026-06-01T11:50:00Z",
        "startedAt": None,
    }
    return {**given, **terms}


def gpu_type(
    gpu_id: str,
    secure: float | None,
    community: float | None = None,
    **terms: Any,  # noqa: ANN401 - the same
) -> dict[str, Any]:
    there = terms.pop("dataCenters", [{"id": "US-KS-2", "name": "Kansas", "availability": "HIGH"}])
    return {
        "id": gpu_id,
        "name": gpu_id.removeprefix("NVIDIA ").removeprefix("GeForce "),
        "pool": "ADA_24",
        "manufacturer": "NVIDIA",
        "memory": 24,
        "secure": secure is not None,
        "community": community is not None,
        "price": {"secure": secure, "community": community},
        "maxCount": {"secure": 8, "community": 4},
        "availability": "HIGH",
        "dataCenters": there,
        **terms,
    }


def problem(status: int, detail: str, errors: list[str] | None = None, **headers: str) -> httpx.Response:
    body: dict[str, Any] = {"title": "x", "status": status, "detail": detail}
    if errors:
        body["errors"] = errors
    return httpx.Response(
        status,
        content=json.dumps(body),
        headers={"content-type": "application/problem+json", **headers},
    )


@dataclass
class Scripted:
    """What the account has, what befalls the next requests of a kind, and what was asked.

    Attributes:
        script: Answers to come, by method and path below /v2; taken in turn before anything else is done.
        as_made: What pods are made as, whatever was asked.
    """

    pods: list[dict[str, Any]] = field(default_factory=list)
    script: dict[str, deque[Answer]] = field(default_factory=dict)
    contents: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    as_made: dict[str, Any] = field(default_factory=dict)

    def befall(self, kind: str, *answers: Answer) -> None:
        self.script.setdefault(kind, deque()).extend(answers)

    def lose(self, request: httpx.Request) -> httpx.Response:
        """Make the pod, then say nothing."""
        self._do(request)
        raise httpx.ReadTimeout("lost")

    def count(self, kind: str) -> int:
        return sum(self._kind(request) == kind for request in self.asked)

    def bodies(self, kind: str) -> list[dict[str, Any]]:
        return [json.loads(one.content) for one in self.asked if self._kind(one) == kind]

    def provider(self, **terms: Any) -> RunPod:  # noqa: ANN401 - whatever a test changes
        given = {"transport": httpx.MockTransport(self.answer), "sleep": self.sleep, "now": lambda: NOW}
        return RunPod(ACCOUNT, **{"retry": Retry(times=2, wait_s=1.0), **given, **terms})

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        assert request.headers["authorization"] == f"Bearer {KEY}"
        if waiting := self.script.get(self._kind(request)):
            answer = waiting.popleft()
            if isinstance(answer, Exception):
                raise answer
            return answer if isinstance(answer, httpx.Response) else answer(request)
        return self._do(request)

    def _kind(self, request: httpx.Request) -> str:
        return f"{request.method} {request.url.path.removeprefix('/v2')}"

    def _do(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v2")
        if path in self.contents:
            return httpx.Response(200, json=self.contents[path])
        if path == "/pods" and request.method == "POST":
            return self._make(json.loads(request.content))
        if path == "/pods":
            return httpx.Response(200, json={"pods": self.pods})
        found = [one for one in self.pods if path == f"/pods/{one['id']}"]
        if not found:
            return problem(404, "pod not found")
        if request.method == "DELETE":
            self.pods.remove(found[0])
            return httpx.Response(204)
        return httpx.Response(200, json=found[0])

    def _make(self, body: dict[str, Any]) -> httpx.Response:
        number = sum(one["name"] == body["name"] for one in self.pods)
        made = pod(
            id=f"pod{len(self.asked)}",
            name=body["name"],
            status="PROVISIONING",
            cloud=body["cloud"],
            createdAt=(NOW + timedelta(seconds=number)).isoformat(),
            **{key: body[key] for key in ("gpu", "cpu") if key in body},
        )
        if "cpu" in body:
            del made["gpu"]
        made |= self.as_made
        self.pods.append(made)
        return httpx.Response(201, json=made)
