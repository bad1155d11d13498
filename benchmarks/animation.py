"""What an animation costs over Blender alone: in one process, and in four chunks over two local workers.

Blender alone is its own Python opening the .blend and rendering 24 frames into a folder: no check, no store,
no video, no server. Ours opens the .blend of a stranger with care first, decodes, hashes and stores every
frame, encodes the video and makes previews and a manifest. What a run takes from being sent to its first act
is Prefect's, and told apart: of the chunks, the longest way through them on one worker.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.example_shot import ROOT, write_shot
from benchmarks.figure import Figure
from benchmarks.prefect_server import PREFECT, running_server

ISSUE = 6
LONGEST_S = 900.0
FRAMES, CHUNK, WORKERS = 24, 6, 2
LEAST_FRAME_S = 2.0
SETTINGS = {"width": 480, "height": 270, "samples": 6}
ENDS_WITHIN_S = 400.0
GRACE_S = 15.0
ALONE = """
import json, os, sys
import bpy
job = json.loads(sys.argv[1])
bpy.ops.wm.open_mainfile(filepath=job["blend"])
scene = bpy.context.scene
scene.render.resolution_x, scene.render.resolution_y = job["width"], job["height"]
scene.render.resolution_percentage = 100
scene.cycles.samples = job["samples"]
scene.render.use_persistent_data = True
for frame in range(1, job["frames"] + 1):
    scene.frame_set(frame)
    scene.render.filepath = os.path.join(job["folder"], f"{frame:06d}.png")
    bpy.ops.render.render(write_still=True)
os._exit(0)
"""


def main() -> None:
    """Print both figures."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        archive = write_shot(folder, FRAMES)
        with running_server(folder / "prefect"):
            _empty_flow()
            alone_s = blender_alone(archive, folder / "alone")
            inline_s = by_flow(archive, folder / "inline")
            chunks = by_chunks(archive, folder / "chunks")
    is_long_enough = alone_s / FRAMES >= LEAST_FRAME_S
    alone = {"what": "bpy alone", "seconds": alone_s, "per_frame": alone_s / FRAMES}
    for figure_name, seconds, arm in (
        ("animation_inline", inline_s, {"what": "flow render-animation in one process", "seconds": inline_s}),
        ("animation_chunks", chunks["seconds"] - chunks["starts"], chunks),
    ):
        value = round(seconds / alone_s, 3) if is_long_enough else None
        figure = Figure(
            name=figure_name, value=value, unit="ratio", arms={"alone": alone, "ours": arm}, repeats=1
        )
        sys.stdout.write(figure.model_dump_json() + "\n")


def blender_alone(archive: Path, folder: Path) -> float:
    """Render with nothing but Blender; returns the seconds."""
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    job = {"blend": str(folder / "shot.blend"), "folder": str(folder), "frames": FRAMES, **SETTINGS}
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-c", ALONE, json.dumps(job)], check=True, stdout=subprocess.DEVNULL, cwd=folder
    )
    seconds = time.monotonic() - started
    assert len(list(folder.glob("0*.png"))) == FRAMES  # noqa: S101 - else nothing was measured
    return seconds


def by_flow(archive: Path, store: Path) -> float:
    """Run the flow in this process on an empty store; returns the seconds."""
    from flows.render_animation import render_animation  # noqa: PLC0415 - Prefect reads its settings when imported
    from media.shot.job import AnimationJob  # noqa: PLC0415 - with it

    os.environ["RENDERMILL_STORE"] = str(store)
    started = time.monotonic()
    render_animation(AnimationJob.model_validate(_job(archive)))
    return time.monotonic() - started


def by_chunks(archive: Path, folder: Path) -> dict[str, Any]:
    """Run the deployment on an empty store with two workers; returns seconds, those of starts apart, too."""
    from prefect.client.orchestration import get_client  # noqa: PLC0415 - reads its settings when imported

    os.environ |= {
        "RENDERMILL_STORE": str(folder / "store"),
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PWD": str(ROOT),
    }
    folder.mkdir()
    for command in (
        [sys.executable, "-m", "infra.work_pools.local"],
        [str(PREFECT), "--no-prompt", "deploy", "--name", "local"],
    ):
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with _workers(folder), get_client(sync_client=True) as client:
        time.sleep(10)  # until both ask for work
        started = time.monotonic()
        deployment = client.read_deployment_by_name("render-animation/local")
        job = _job(archive) | {"chunk": CHUNK, "machines": WORKERS}
        run = client.create_flow_run_from_deployment(deployment.id, parameters={"job": job})
        while not (run.state and run.state.is_final()):
            if time.monotonic() - started > ENDS_WITHIN_S:
                raise TimeoutError(f"the run is {run.state} after {ENDS_WITHIN_S:g} s")
            time.sleep(0.2)
            run = client.read_flow_run(run.id)
        seconds = time.monotonic() - started
        assert run.state.is_completed(), run.state.message  # noqa: S101 - else nothing was measured
        starts = _starts(client, run)
    return {"what": f"{WORKERS} workers", "seconds": seconds, "starts": sum(starts.values()), **starts}


def _starts(client: Any, run: Any) -> dict[str, float]:  # noqa: ANN401 - Prefect's, imported late
    """Return what runs took from being sent to their first task, on the longest way through them."""
    from prefect.client.schemas.filters import (  # noqa: PLC0415 - as above
        FlowRunFilter,
        FlowRunFilterParentFlowRunId,
    )

    ours = FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[run.id]))
    sent = sorted(client.read_flow_runs(flow_run_filter=ours), key=lambda one: one.created)
    pilot, *chunks = sent
    by_worker: dict[str, float] = defaultdict(float)
    for one in chunks:
        by_worker[str(one.labels["prefect.worker.name"])] += _start(one)
    return {"control": _start(run), "pilot": _start(pilot), "chunks": max(by_worker.values(), default=0.0)}


def _start(run: Any) -> float:  # noqa: ANN401 - as above
    return float((run.start_time - run.created).total_seconds())


@contextlib.contextmanager
def _workers(folder: Path) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for number in range(WORKERS):
            argv = [str(PREFECT), "worker", "start", "--pool", "local", "--name", f"worker-{number}"]
            log = stack.enter_context((folder / f"worker-{number}.log").open("wb"))
            worker = subprocess.Popen(argv, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
            stack.callback(_ended, worker)
        yield


def _ended(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    try:
        worker.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def _empty_flow() -> None:
    """Have the modules of flows imported and a first run made, which a warm process has behind it."""
    from prefect import flow  # noqa: PLC0415 - Prefect reads its settings when imported

    import flows.render_animation  # noqa: F401, PLC0415 - with it

    @flow(name="empty")
    def empty() -> None:
        pass

    empty()


def _job(archive: Path) -> dict[str, Any]:
    return {"source": str(archive), "blend": "cleaned", **SETTINGS}


if __name__ == "__main__":
    main()
