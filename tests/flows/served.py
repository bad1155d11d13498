"""A Prefect server, the deployments and a process worker, started as their users start them."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterParentFlowRunId,
)
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelling

from tests.processes import descendants, is_alive, wait_until_gone

ROOT = Path(__file__).parents[2]
PREFECT = str(Path(sys.executable).with_name("prefect"))
# Without the flags and variables of the make that runs the tests.
MAKE = ("env", "--unset=MAKEFLAGS", "--unset=ARGS", "make")
ENOUGH_S = 240.0
GRACE_S = 15.0
T = TypeVar("T")


def eventually(look: Callable[[], T | None], what: str, within_s: float = ENOUGH_S) -> T:
    """Return what `look` sees once it sees something; other processes tell us only when they are asked."""
    deadline = time.monotonic() + within_s
    while not (seen := look()):
        assert time.monotonic() < deadline, f"{what}: not within {within_s:.0f} s"
        time.sleep(0.2)
    return seen


def sent_by(client: SyncPrefectClient, run: FlowRun) -> list[FlowRun]:
    """Return the runs that a run sent."""
    parent = FlowRunFilterParentFlowRunId(any_=[run.id])
    return client.read_flow_runs(flow_run_filter=FlowRunFilter(parent_flow_run_id=parent))


class Served:
    """The server's users: a terminal for commands, the page's API, and a look at the worker's processes."""

    def __init__(self, folder: Path, client: SyncPrefectClient, env: Mapping[str, str]) -> None:
        self.client = client
        self.env = env
        self.temporary = Path(env["TMPDIR"])
        self._folder = folder
        self._worker: subprocess.Popen[bytes] | None = None

    def command(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            argv, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=ENOUGH_S, check=False
        )

    def watch(self, deployment: str, **job: object) -> tuple[FlowRun, int]:
        """Run a deployment from the command line to its end; returns the run and the exit code."""
        parameter = f"job={json.dumps(job)}"
        finished = self.command(PREFECT, "deployment", "run", deployment, "-p", parameter, "--watch")
        uuid = next((word for word in finished.stdout.split() if len(word) == 36), None)
        assert uuid, finished.stdout + finished.stderr
        return self.client.read_flow_run(UUID(uuid)), finished.returncode

    def submit(self, deployment: str, **job: object) -> FlowRun:
        """Start a run as the page does."""
        made = self.client.read_deployment_by_name(deployment)
        return self.client.create_flow_run_from_deployment(made.id, parameters={"job": job})

    def cancel(self, run: FlowRun) -> None:
        """Press the page's button."""
        self.client.set_flow_run_state(run.id, Cancelling())

    def runs_of(self, deployment: str) -> list[FlowRun]:
        """Return the runs of a deployment, those to come included."""
        made = DeploymentFilterId(any_=[self.client.read_deployment_by_name(deployment).id])
        return self.client.read_flow_runs(deployment_filter=DeploymentFilter(id=made))

    def sent_on(self, run: FlowRun) -> list[FlowRun]:
        """Return the runs that a run on control started."""
        return sent_by(self.client, run)

    def state(self, run: FlowRun) -> str:
        """Return the name of the state that a run is in now."""
        now = self.client.read_flow_run(run.id)
        return now.state.name if now.state else ""

    def artifacts(self, run: FlowRun) -> list[str]:
        """Return the keys of what the page of a run shows."""
        ids = ArtifactFilterFlowRunId(any_=[run.id])
        found = self.client.read_artifacts(artifact_filter=ArtifactFilter(flow_run_id=ids))
        return [artifact.key or "" for artifact in found]

    def task_runs(self, run: FlowRun) -> set[str]:
        """Return the names of the task runs of a run, without the runs that it waited for."""
        ids = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
        runs = self.client.read_task_runs(flow_run_filter=ids)
        own = [task for task in runs if task.state and not task.state.state_details.child_flow_run_id]
        return {task.name.rpartition("-")[0] for task in own}

    def blenders(self, run: FlowRun) -> list[int]:
        """Return the processes of a run that are Blender."""
        assert self._worker
        engines = [pid for pid in descendants(self._worker.pid) if str(run.id) in _read(pid, "environ")]
        tools = {pid: _read(pid, "cmdline") for engine in engines for pid in descendants(engine)}
        return [pid for pid, line in tools.items() if "blender_scripts" in line and "keeper" not in line]

    def abandoned(self) -> list[Path]:
        """Return the workspaces that nobody owns any more."""
        return [lock.parent for lock in self.temporary.glob("rendermill-*/.owner") if not _is_locked(lock)]

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Have a process worker for the length of the block."""
        argv = [PREFECT, "worker", "start", "--pool", "local"]
        with process(argv, self.env, self._folder / "worker.log") as self._worker:
            yield


@contextmanager
def server(folder: Path, **variables: str) -> Iterator[dict[str, str]]:
    """Provide a server whose files all lie in `folder`; yields the environment of its users."""
    for name in ("tmp", "prefect"):
        (folder / name).mkdir(parents=True)
    url = f"http://127.0.0.1:{_free_port()}/api"
    env = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")} | {
        "PREFECT_API_URL": url,
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS": "1",
        "PREFECT_WORKER_ENABLE_CANCELLATION": "true",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PWD": str(ROOT),  # what prefect.yaml takes for the folder of the code
        "RENDERMILL_STORE": str(folder / "store"),
        "TMPDIR": str(folder / "tmp"),
    }
    env |= variables
    argv = [PREFECT, "server", "start", "--port", url.split(":")[2].removesuffix("/api")]
    with process(argv, env, folder / "server.log"):
        eventually(lambda: _answers(url), "the server's answer")
        yield env


@contextmanager
def serving(folder: Path, *, worker: bool = True, **variables: str) -> Iterator[Served]:
    """Provide a server with pool, queues, deployments and, if wanted, a worker; afterwards all is gone."""
    with ExitStack() as stack:
        env = stack.enter_context(server(folder, **variables))
        served = Served(folder, stack.enter_context(SyncPrefectClient(env["PREFECT_API_URL"])), env)
        for command in (
            [sys.executable, "-m", "infra.work_pools.local"],
            [PREFECT, "--no-prompt", "deploy", "--name", "local"],
        ):
            finished = served.command(*command)
            assert finished.returncode == 0, finished.stdout + finished.stderr
        if worker:
            stack.enter_context(served.worker())
        yield served


@contextmanager
def process(
    argv: list[str], env: Mapping[str, str], log: Path, *, append: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """Have a process for the length of the block, and nothing of it afterwards."""
    with log.open("ab" if append else "wb") as output:
        child = subprocess.Popen(argv, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield child
    finally:
        below = descendants(child.pid)
        child.terminate()
        try:
            child.wait(GRACE_S)
        except subprocess.TimeoutExpired:  # Prefect takes TERM for INT, which a shell may have made it ignore
            child.kill()
            child.wait()
        for pid in filter(is_alive, below):
            os.kill(pid, signal.SIGKILL)
            wait_until_gone(pid)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").is_success
    except httpx.TransportError:
        return False


def _is_locked(path: Path) -> bool:
    with path.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
