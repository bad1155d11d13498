"""Somebody who asks the stand-in as an account's owner does, in the process of a test."""

import json
from typing import Any

from tests.fakes.runpod import facts
from tests.fakes.runpod.clock import VirtualClock
from tests.fakes.runpod.cloud import Cloud
from tests.fakes.runpod.settings import Settings

GPU = "NVIDIA GeForce RTX 4090"
ORDER = {
    "name": "test-1",
    "image": "example/blender@sha256:00",
    "gpu": {"id": GPU, "count": 1},
    "entrypoint": ["/bin/sh", "-c"],
    "cmd": ["true"],
    "env": {"A": "b"},
    "ports": ["22/tcp"],
}
UP_S = 7.0  # until it runs, as long as the settings are the usual ones


class Client:
    """Asks a cloud with the account's key; every answer is status and JSON, or text that is none."""

    def __init__(self, cloud: Cloud, clock: VirtualClock) -> None:
        self.cloud = cloud
        self.clock = clock
        self.key = cloud.key
        self.headers: dict[str, str] = {}

    @classmethod
    def of(cls, clock: VirtualClock, settings: Settings) -> "Client":
        """Return somebody who asks a cloud with these settings."""
        return cls(Cloud(clock, settings), clock)

    def ask(self, method: str, path: str, body: object = None, **query: str) -> tuple[int, Any]:
        data = b"" if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.key}"}
        status, self.headers, said = self.cloud.answer(method, path, query, headers, data)
        if self.headers.get("Content-Type", "").endswith("json"):
            return status, json.loads(said)
        return status, said.decode()

    def make(self, **changes: object) -> Any:  # noqa: ANN401 - JSON
        status, pod = self.ask("POST", "/v2/pods", ORDER | changes)
        assert status == 201, pod
        return pod

    def refused(self, **changes: object) -> tuple[int, str]:
        status, said = self.ask("POST", "/v2/pods", ORDER | changes)
        assert list(facts.wrong_in(said, facts.ERROR)) == []
        return status, said["detail"]

    def status(self, pod_id: str) -> str:
        _, pod = self.ask("GET", f"/v2/pods/{pod_id}")
        return str(pod["status"])
