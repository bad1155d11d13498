"""What a GPU is tried with: the example bearing on every kind of device, and as a whole job."""

import logging
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.gpu.kernels import Carried, carried
from infra.gpu.rendering import Rendered, Scene, likeness_db, measure
from infra.gpu.report import Compared, WholeJob
from media import jobs
from media.asset import fetch_asset
from media.blender import run_script
from media.blender_events import Device, Devices
from media.errors import MediaError
from media.geometry.prepare import prepare_geometry
from media.gpu import find_gpu
from media.job import TurntableJob
from media.plan import camera_of, settings_of
from media.process import Limits, check, run
from media.scene import prepare_scene
from media.source import download_model
from media.store import FolderStore
from media.tools import Tools

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
TIMES = {"OPTIX": 4, "CUDA": 4, "CPU": 2}
"""The kinds of device, in order, and how often each renders the frame in one process."""


@dataclass(frozen=True)
class Bench:
    """Everything the measurements work with."""

    tools: Tools
    smi: Path | None
    folder: Path
    env: Mapping[str, str]


def find_devices(bench: Bench) -> tuple[Device, ...]:
    """Ask Blender for NVIDIA's devices; where there is none it says CPU alone."""
    events = run_script(bench.tools.blender, {"do": "list_devices"}, _new(bench.folder / "devices"))
    found = [device for event in events if isinstance(event, Devices) for device in event.found]
    return tuple(device for device in found if device.type in {"OPTIX", "CUDA"})


def turntable(folder: Path, size: int, samples: int, frames: int) -> TurntableJob:
    """Write the example bearing as STEP and return the job that turns it around."""
    step = folder / "bearing.step"
    argv = [sys.executable, str(ROOT / "examples" / "bearing.py"), str(step)]
    check(run(argv, cwd=folder, limits=Limits(wall_s=300)), "examples/bearing.py")
    return TurntableJob(
        source=str(step), width=size, height=size, samples=samples, frames=frames, require_gpu=True
    )


def prepared(job: TurntableJob, bench: Bench) -> Scene:
    """Prepare the scene of `job` and return it as a file."""
    tools = bench.tools
    source = download_model(job.source, tools.store)
    scene = prepare_scene(prepare_geometry(source, tools.store, job.detail, job.conventions), job, tools)
    path = bench.folder / "scene.blend"
    fetch_asset(scene.asset, tools.store, path)
    return Scene(path, camera_of(job), settings_of(job))


def measured(scene: Scene, bench: Bench) -> tuple[dict[str, Rendered], dict[str, str]]:
    """Render on every kind of device; returns what they did, and why others did nothing."""
    rendered: dict[str, Rendered] = {}
    failed: dict[str, str] = {}
    for kind, times in TIMES.items():
        logger.info("rendering with %s", kind)
        try:
            folder = _new(bench.folder / kind.lower())
            rendered[kind] = measure(kind, scene, bench.tools.blender, folder, times)
        except MediaError as error:
            failed[kind] = str(error)
    return rendered, failed


def kernels_carried(
    scene: Scene, bench: Bench, rendered: Mapping[str, Rendered]
) -> tuple[dict[str, Carried], str]:
    """Carry the kernels of every device that rendered; also returns what went wrong, if anything did."""
    gpu = find_gpu(bench.smi, bench.env)
    if gpu is None:
        return {}, "nvidia-smi does not name the GPU"
    done: dict[str, Carried] = {}
    wrong = ""
    for kind in (kind for kind in rendered if kind != "CPU"):
        logger.info("carrying the kernels of %s", kind)
        folder = _new(bench.folder / f"kernels-{kind.lower()}")
        store = FolderStore(folder / "store")
        try:
            done[kind] = carried(kind, scene, bench.tools.blender, gpu, store, folder)
        except MediaError as error:
            wrong = str(error)
    return done, wrong


def compared(rendered: Mapping[str, Rendered]) -> dict[str, Compared]:
    """Put every GPU's frames beside the CPU's."""
    cpu = rendered.get("CPU")
    return {
        kind: Compared(cpu_over_gpu=round(cpu.frame_s / done.frame_s, 2), psnr_db=likeness_db(done, cpu))
        for kind, done in rendered.items()
        if cpu and kind != "CPU"
    }


def whole_job(job: TurntableJob, bench: Bench) -> WholeJob:
    """Run `job` as a user would; its proofs of rendering say how busy the GPU was."""
    logger.info("running a whole turntable")
    began = time.monotonic()
    record = jobs.run(job, bench.tools).record
    return WholeJob(
        seconds=round(time.monotonic() - began, 2),
        frames=len(record.frames),
        frames_by_device=dict(Counter(f"{frame.device.type} {frame.device.name}" for frame in record.frames)),
        encoder=record.encoder,
        encoder_reason=record.encoder_reason,
        proofs=record.proofs,
    )


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder
