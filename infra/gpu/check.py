"""Say what this machine's GPU does for us, with proof: `make gpu-check`, or `gpu-check` out of the bundle.

Prints one JSON object to stdout and rows for the table of docs/verified.md to stderr. Without a GPU it says
so, claims nothing and ends well.
"""

import argparse
import datetime as dt
import logging
import os
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.gpu.report import Check, WholeJob, proof_lines, verified_lines
from infra.gpu.trial import (
    Bench,
    compared,
    find_devices,
    kernels_carried,
    measured,
    prepared,
    turntable,
    whole_job,
)
from media.blender import packaged_blender
from media.encoder import find_ffmpeg, probe_nvenc
from media.errors import MediaError
from media.gpu import find_gpus, find_tool
from media.store import FolderStore
from media.tools import Tools

PASSED_ON = (
    "LD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
    "NVIDIA_VISIBLE_DEVICES",
    "NVIDIA_DRIVER_CAPABILITIES",
)
"""What a child may need to find the GPU. Kernel caches are not among them: here they start empty."""


def examine(bench: Bench, size: int, samples: int, frames: int) -> Check:
    """Find the GPU and measure it; each part that fails says so and stops no other."""
    gpus = find_gpus(bench.smi, bench.env) if bench.smi else ()
    found = find_devices(bench)
    if not gpus and not found:
        told = "nvidia-smi names none" if bench.smi else "there is no nvidia-smi"
        return Check(gpu=None, reason=f"no NVIDIA GPU found: {told}, and Blender finds none")
    job = turntable(bench.folder, size, samples, frames)
    scene = prepared(job, bench)
    rendered, failed = measured(scene, bench)
    kernels, wrong = kernels_carried(scene, bench, rendered)
    if wrong and rendered.keys() - {"CPU"}:
        failed["kernels"] = wrong
    whole: WholeJob | None = None
    try:
        whole = whole_job(job, bench)
    except MediaError as error:
        failed["job"] = str(error)
    return Check(
        gpu=gpus,
        blender=bench.tools.blender.version,
        scene=f"the example bearing, {size} x {size} pixels, {samples} samples, denoised",
        rendered=rendered,
        compared=compared(rendered),
        carried=kernels,
        failed=failed,
        nvenc=probe_nvenc(bench.tools.ffmpeg, bench.folder),
        job=whole,
    )


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Print what was found; 0 also when that is nothing."""
    parser = argparse.ArgumentParser(prog="gpu-check", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="file that gets the JSON object too")
    parser.add_argument("--size", type=int, default=640, help="side of the pictures in pixels")
    parser.add_argument("--samples", type=int, default=128, help="samples per pixel")
    parser.add_argument("--frames", type=int, default=48, help="frames of the whole turntable")
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="gpu-check: %(message)s")
    env = {name: environ[name] for name in PASSED_ON if name in environ}
    with tempfile.TemporaryDirectory(prefix="gpu-check-") as scratch:
        folder = Path(scratch)
        tools = Tools(
            FolderStore(folder / "store"),
            packaged_blender(env),
            find_ffmpeg(env),
            socket.gethostname(),
            nvidia_smi=find_tool(environ.get("PATH", os.defpath)),
        )
        bench = Bench(tools, tools.nvidia_smi, folder, env)
        result = examine(bench, arguments.size, arguments.samples, arguments.frames)
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(result.to_json() + "\n")
    day = dt.datetime.now(dt.UTC).date().isoformat()
    for line in (*verified_lines(result, day), *proof_lines(result)) or (f"gpu-check: {result.reason}",):
        sys.stderr.write(f"{line}\n")
    sys.stdout.write(f"{result.to_json()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
