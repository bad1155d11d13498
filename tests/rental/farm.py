"""A farm on one machine: Prefect's server, a worker of type runpod, an S3, and a stand-in for RunPod's cloud.

All of them are real programs on loopback, and pods are process trees that run the real engine.
"""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from uuid import UUID

import yaml
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelling

from infra.rental.ledger import History, history_of
from infra.runpod.worker import RunPodWorker
from infra.s3 import S3Store, make_client
from media.digest import sha256_of_file
from media.manifest import Manifest
from media.source import download_model, staged_address
from media.video.check import read_video
from tests.fakes.runpod.bodies import Body
from tests.fakes.runpod.clock import RealClock
from tests.fakes.runpod.cloud import Cloud
from tests.fakes.runpod.faults import Chance
from tests.fakes.runpod.pods import Pod
from tests.fakes.runpod.server import served
from tests.fakes.runpod.settings import Settings
from tests.fakes.runpod.state import State, process_body
from tests.fakes.s3 import S3Server, s3_server
from tests.flows.served import PREFECT, ROOT, eventually, process, server
from tests.processes import descendants
from tests.rental.dooms import Dooms

POOL = "runpod-farm"
DEPLOYMENT = "render-turntable/runpod"
BUCKET = "farm"
IMAGE = f"registry.example.com/rendermill@sha256:{'0' * 64}"
DOOMED = ROOT / "tests" / "fakes" / "doomed"
PROVISION_S, PULL_S = 2.0, 4.0
"""Together longer than the time between two looks of a worker, as in any cloud."""
GRACE_S = 1800
"""How long a run may hold its place before it begins: the boot of a machine, and another after a loss."""
SECRETS = {"AWS_ACCESS_KEY_ID": "s3_key_id", "AWS_SECRET_ACCESS_KEY": "s3_secret"}


class Farm:
    """What its users see, and what happens behind their backs."""

    def __init__(self, folder: Path, env: dict[str, str], client: SyncPrefectClient, cloud: Cloud) -> None:
        self.folder = folder
        self.env = env
        self.client = client
        self.cloud = cloud
        self.dooms = Dooms()
        self.pods_folder = cloud.state.settings.store
        self._workers = ExitStack()
        self._worker: subprocess.Popen[bytes] | None = None

    def start_worker(self) -> None:
        """Start a worker as its users do."""
        argv = [PREFECT, "worker", "start", "--pool", POOL]
        log = self.folder / "worker.log"
        self._worker = self._workers.enter_context(process(argv, self.env, log, append=True))

    def kill_worker(self) -> None:
        """End the worker by SIGKILL, with everything below it."""
        assert self._worker
        for pid in [*descendants(self._worker.pid), self._worker.pid]:
            os.kill(pid, signal.SIGKILL)
        self._worker.wait()

    def end(self) -> None:
        """End what was started."""
        self._workers.close()

    def submit(self, machine: dict[str, object] | None = None, /, **job: object) -> FlowRun:
        """Start a turntable as the page does; `machine` is what is asked of it besides what the pool says."""
        made = self.client.read_deployment_by_name(DEPLOYMENT)
        return self.client.create_flow_run_from_deployment(
            made.id, parameters={"job": job}, job_variables=machine
        )

    def cancel(self, run: FlowRun) -> None:
        """Press the page's button."""
        self.client.set_flow_run_state(run.id, Cancelling())

    def state(self, run: FlowRun) -> str:
        """Return the type of the state that a run is in now."""
        now = self.client.read_flow_run(run.id)
        return now.state.type.value if now.state else ""

    def until(self, run: FlowRun, state: str, within_s: float = 240.0) -> FlowRun:
        """Return a run once it is in a state of this type."""
        eventually(lambda: self.state(run) == state, f"{run.name} is {state}", within_s)
        return self.client.read_flow_run(run.id)

    def history(self, run: FlowRun) -> History:
        """Return the ledger of a run."""
        return history_of(self.client.read_flow_run(run.id).labels)

    def pods_of(self, run: FlowRun | UUID) -> list[Pod]:
        """Return the pods that were ever rented for a run."""
        run_id = run if isinstance(run, UUID) else run.id
        return [pod for pod in self.cloud.ever.values() if run_id.hex in pod.name]

    def requests_for(self, run: FlowRun) -> int:
        """Return how often a machine was asked for, for a run."""
        asked = list(self.cloud.asked)
        return sum(one.operation == "createPod" and run.id.hex.encode() in one.body for one in asked)

    def until_pod(self, run: FlowRun, status: str = "RUNNING", number: int = 1) -> Pod:
        """Return the pod of a run once there is one and it is in a status."""

        def look() -> Pod | None:
            pods = self.pods_of(run)
            return pods[number - 1] if len(pods) >= number and pods[number - 1].status == status else None

        return eventually(look, f"pod {number} of {run.name} is {status}")

    def rendered(self) -> int:
        """Return how many frames Blender has rendered on all machines, those included that never came far.

        A run opens each frame that it is handed; one that it had no time to open still lies on its machine.
        """
        opened = {
            name for told in self.pods_folder.glob("*.rendered") for name in told.read_text().splitlines()
        }
        return len(opened | {str(path) for path in self.pods_folder.rglob("*.part.png")})

    def slots(self) -> int:
        """Return how many places of the deployment and of its pool are taken."""
        limit = self.client.read_deployment_by_name(DEPLOYMENT).global_concurrency_limit
        status = self.client.read_work_pool_concurrency_status(POOL)
        return (limit.active_slots if limit else 0) + status.active_slots

    def no_machine_is_left(self, within_s: float = 60.0) -> None:
        """Check that nothing bills after a while."""
        eventually(lambda: not self.cloud.alive, "all pods are gone", within_s)

    def log(self) -> str:
        """Return what the worker said."""
        return (self.folder / "worker.log").read_text()


class Bucket:
    """The store that machines share."""

    def __init__(self, s3: S3Server) -> None:
        client = make_client(s3.account)
        client.create_bucket(Bucket=BUCKET)
        self.store = S3Store(BUCKET, "", client)
        self._s3 = s3

    @property
    def variables(self) -> dict[str, str]:
        """What a machine is told of it, besides its key."""
        place = {"RENDERMILL_STORE": f"s3://{BUCKET}", "RENDERMILL_S3_ENDPOINT": self._s3.address}
        return place | {"AWS_DEFAULT_REGION": self._s3.account.region}

    def put(self, path: Path) -> str:
        """Bring a source into the store; returns its address."""
        return staged_address(download_model(str(path), self.store))

    def puts_of_frames(self) -> Counter[tuple[str, bool]]:
        """Return how often each frame was to be written, with success and without, by its key."""
        puts: Counter[tuple[str, bool]] = Counter()
        for (method, key, status), times in list(self._s3.answered.items()):
            if method == "PUT" and key.startswith("renders/") and key.endswith(".png"):
                puts[key, status == HTTPStatus.OK] += times
        return puts

    def frames(self) -> list[str]:
        """Return the keys of all frames that are there."""
        return [stat.key for stat in self.store.list("renders/") if stat.key.endswith(".png")]

    def manifests(self) -> list[Manifest]:
        """Return the manifests of all finished jobs."""
        stats = self.store.list("manifests/")
        return [Manifest.model_validate_json(self.store.get(stat.key)) for stat in stats]

    def assert_whole(self, manifest: Manifest, frames: int, folder: Path) -> None:
        """Check that all that a manifest promises is there, and that its video has its frames."""
        promised = {o.asset.key: o.asset.sha256 for o in manifest.content.outputs}
        promised |= {frame.key: frame.sha256 for frame in manifest.content.frames}
        assert len(manifest.content.frames) == frames
        for key, digest in promised.items():
            self.store.fetch(key, folder / "object")
            assert sha256_of_file(folder / "object") == digest, key
        self.store.fetch(manifest.output("video").asset.key, folder / "video.mp4")
        assert read_video(folder / "video.mp4").frames == frames


@contextmanager
def farm(
    folder: Path,
    *,
    chance: Chance | None = None,
    pool: dict[str, object] | None = None,
    at_a_time: int | None = None,
    **variables: str,
) -> Iterator[tuple[Farm, Bucket]]:
    """Provide a farm without a worker; nothing of it is left afterwards.

    Args:
        folder: Where all its files lie.
        chance: What befalls RunPod's cloud.
        pool: Defaults of the work pool's form besides those that every farm has.
        at_a_time: How many runs the work pool and the deployment each let live at once.
        variables: Environment of the server and the workers.
    """
    with ExitStack() as stack:
        s3 = stack.enter_context(s3_server())
        bucket = Bucket(s3)
        env = stack.enter_context(server(folder, **variables))
        client = stack.enter_context(SyncPrefectClient(env["PREFECT_API_URL"]))
        settings = Settings(
            provision_s=PROVISION_S, pull_s=PULL_S, grace_s=5.0, store=folder / "pods", cwd=ROOT
        )
        made = _Made()
        cloud = Cloud(RealClock(), settings, make_body=made.body, chance=chance)
        cloud.state.account.secrets |= {
            "s3_key_id": s3.account.access_key_id,
            "s3_secret": s3.account.secret_access_key,
        }
        runpod = stack.enter_context(served(cloud))
        env |= {"RUNPOD_API_KEY": cloud.key, "RUNPOD_API_BASE_URL": runpod.address}
        made.farm = Farm(folder, env, client, cloud)
        _make_pool(made.farm, bucket, pool or {}, at_a_time)
        deploy(made.farm, "flows/render_turntable.py:render_turntable", "runpod", {"name": POOL}, at_a_time)
        stack.callback(made.farm.end)
        yield made.farm, bucket


class _Made:
    """Stands between the cloud, which is made first, and the farm, which decides what befalls its pods."""

    farm: Farm

    def body(self, pod: Pod, state: State) -> Body:
        told = state.settings.store / f"{pod.pod_id}.rendered"
        env = pod.order["env"] | {"PYTHONPATH": str(DOOMED), "TOLD": str(told)}
        if doom := self.farm.dooms.of(pod):
            env |= {"DOOM": doom}
        return process_body(replace(pod, order=pod.order | {"env": env}, log=pod.log), state)


def _make_pool(farm: Farm, bucket: Bucket, asked: dict[str, object], at_a_time: int | None) -> None:
    """Make the work pool."""
    template = RunPodWorker.get_default_base_job_template()
    fields = template["variables"]["properties"]
    given: dict[str, object] = {
        "image": IMAGE,
        "private_network": True,
        "secrets": SECRETS,
        "proof": "rendermill.manifest",
        "env": bucket.variables | {"HOME": str(farm.folder), "PREFECT_HOME": str(farm.folder / "prefect")},
    }
    for name, value in (given | asked).items():
        fields[name]["default"] = value
    farm.client.create_work_pool(
        WorkPoolCreate(name=POOL, type="runpod", base_job_template=template, concurrency_limit=at_a_time)
    )


def deploy(
    farm: Farm, entrypoint: str, name: str, work_pool: dict[str, str], at_a_time: int | None = None
) -> None:
    """Make a deployment as its users do."""
    deployment: dict[str, object] = {
        "name": name,
        "entrypoint": entrypoint,
        "work_pool": work_pool,
        "schedules": [],
        "pull": [{"prefect.deployments.steps.set_working_directory": {"directory": str(ROOT)}}],
    }
    if at_a_time:
        deployment["concurrency_limit"] = {
            "limit": at_a_time,
            "collision_strategy": "ENQUEUE",
            "grace_period_seconds": GRACE_S,
        }
    file = farm.folder / "prefect.yaml"
    file.write_text(yaml.safe_dump({"deployments": [deployment]}))
    argv = [PREFECT, "--no-prompt", "deploy", "--all", "--prefect-file", str(file)]
    done = subprocess.run(argv, cwd=ROOT, env=farm.env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
