"""Where containers are tried: what its users say to it, the store, and the image that was deployed."""

import json
import subprocess
from typing import NamedTuple
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun

from media.store import ObjectStore as Store
from tests.conftest import ROOT
from tests.docker.engine import docker
from tests.flows.served import PREFECT, eventually

BUILD_S = 2400.0
RUN_S = 900.0


class Place(NamedTuple):
    """A server with its deployments, and a worker of the pool `docker`."""

    env: dict[str, str]
    client: SyncPrefectClient
    store: Store
    image: str

    def run(self, deployment: str, /, **job: object) -> FlowRun:
        """Run a deployment to its end."""
        said = f"job={json.dumps(job)}"
        argv = (PREFECT, "deployment", "run", deployment, "-p", said, "--watch")
        printed = command(*argv, env=self.env, within_s=RUN_S).stdout
        uuid = next((word for word in printed.split() if len(word) == 36), "")
        return self.client.read_flow_run(UUID(uuid))

    def expect_no_containers(self) -> None:
        """Wait until the engine has removed what was made for runs: it does so after they end."""
        asked = ("ps", "--all", "--quiet", "--filter", "label=io.prefect.flow-run-id")
        eventually(lambda: not docker(self.env, *asked), "the end of the containers")


def command(*argv: str, env: dict[str, str], within_s: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=within_s, check=False
    )


def made(*argv: str, env: dict[str, str]) -> None:
    ended = command(*argv, env=env, within_s=BUILD_S)
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
