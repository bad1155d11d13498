"""A still picture that moves, made in two ways: as this project does it, and by the older method's command.

Both give the same frames of raw yuv420p, as an encoder gets them; what an encoder would take is in neither.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from media.encoder import find_ffmpeg
from media.kenburns.motion import Box, Camera

WIDTH, HEIGHT, FPS, ZOOM = 1920, 1080, 30, 1.324
ROOT = Path(__file__).parents[1]
Luma = NDArray[np.float64]


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds of processors, and the most memory of one process, in bytes."""

    cpu_s: float
    peak_bytes: int


def write_picture(path: Path, *, grey: bool = False) -> None:
    """Have a process of its own write a picture: what it takes would count as that of those that follow.

    A grey one has the same luma by every matrix: the older method converts by BT.601.
    """
    code = f"from benchmarks.kenburns_arms import *; draw(Path({str(path)!r}), grey={grey})"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def draw(path: Path, width: int = WIDTH, height: int = HEIGHT, *, grey: bool = False, seed: int = 3) -> None:
    """Write a picture with detail of every size, as photographs have it, and sharp edges."""
    random = np.random.default_rng(seed)
    grain = np.zeros((height, width, 3))
    for cell in (270, 135, 60, 30, 15, 8, 4, 2):  # each as strong, as in nature
        coarse = (random.random((height // cell + 2, width // cell + 2, 3)) * 255).astype(np.uint8)
        finer = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
        grain += np.asarray(finer).astype(float)
    pixels = ((grain - grain.min()) / np.ptp(grain) * 255).astype(np.uint8)
    y, x = np.mgrid[:height, :width]
    pixels[np.hypot(x - width / 2, y - height / 2) // 40 % 4 == 0] //= 2
    picture = Image.fromarray(pixels)
    (picture.convert("L") if grey else picture).save(path, "PNG", compress_level=1)


def older_filter(frames: int) -> str:
    """Return the older method: everything six times as large, and whole pixels of that."""
    step = (ZOOM - 1) / (frames - 1)
    return (
        "format=yuv420p,scale=11520:6480:flags=lanczos,"
        f"zoompan=z='1+{step}*on':x='iw/2-iw/zoom/2':y='ih/2-ih/zoom/2':d={frames}:s={WIDTH}x{HEIGHT}:fps={FPS}"
    )


def older_argv(picture: Path, frames: int, output: list[str]) -> list[str]:
    """Return the older method's command."""
    return [
        *(str(find_ffmpeg().path), "-v", "error", "-nostdin", "-y", "-i", str(picture)),
        *("-vf", older_filter(frames), "-frames:v", str(frames), *output),
    ]


def older_zooms(frames: int) -> list[float]:
    """Return the zoom that each frame of the older method is meant to show; it steps by equal amounts."""
    return [1 + (ZOOM - 1) / (frames - 1) * number for number in range(frames)]


def write_task(folder: Path, picture: Path, frames: int) -> None:
    """Write what our maker of frames is told, and its FIFO."""
    camera = {
        "zooms": [1.0, ZOOM],
        "centres": [[0.5, 0.5], [0.5, 0.5]],
        "easing": "linear",
        "frames": frames,
    }
    layer = {
        "path": str(picture),
        "container": "png",
        "fit": "cover",
        "background": "#000000",
        "camera": camera,
        "first": 0,
        "count": frames,
    }
    task = {"width": WIDTH, "height": HEIGHT, "threads": 1, "output": "frames.yuv", "layers": [layer]}
    (folder / "task.json").write_text(json.dumps(task))
    (folder / "frames.yuv").unlink(missing_ok=True)
    os.mkfifo(folder / "frames.yuv")


def our_boxes(frames: int) -> list[Box]:
    """Return what each of our frames is meant to show of a picture as large as itself."""
    camera = Camera((1.0, ZOOM), ((0.5, 0.5), (0.5, 0.5)), "linear", frames)
    return camera.boxes((WIDTH, HEIGHT), WIDTH / HEIGHT, range(frames))


def older_boxes(frames: int) -> list[Box]:
    """Return the same of the older method."""
    boxes = []
    for zoom in older_zooms(frames):
        width, height = WIDTH / zoom, HEIGHT / zoom
        left, top = (WIDTH - width) / 2, (HEIGHT - height) / 2
        boxes.append((left, top, left + width, top + height))
    return boxes


def our_frames(folder: Path, picture: Path, frames: int) -> Iterator[Luma]:
    """Yield the luma of our frames."""
    write_task(folder, picture, frames)
    argv = ["sh", "-c", f"exec '{sys.executable}' -m media.kenburns.frames task.json 3>/dev/null"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(argv, cwd=folder, env=env), (folder / "frames.yuv").open("rb") as pipe:
        yield from _lumas(pipe, frames)


def older_frames(picture: Path, frames: int) -> Iterator[Luma]:
    """Yield the luma of the older method's frames."""
    argv = older_argv(picture, frames, ["-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"])
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        yield from _lumas(process.stdout, frames)


def _lumas(pipe: object, frames: int) -> Iterator[Luma]:
    for _ in range(frames):
        data = pipe.read(WIDTH * HEIGHT * 3 // 2)  # type: ignore[attr-defined]
        luma = np.frombuffer(data, np.uint8, WIDTH * HEIGHT).reshape(HEIGHT, WIDTH)
        yield luma.astype(np.float64)


def our_cost(folder: Path, picture: Path, frames: int) -> Cost:
    """Return what our frames cost, thrown away as they come."""
    write_task(folder, picture, frames)
    argv = ["sh", "-c", f"exec '{sys.executable}' -m media.kenburns.frames task.json 3>/dev/null"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(argv, cwd=folder, env=env) as process:
        with (folder / "frames.yuv").open("rb", buffering=0) as pipe:
            held = bytearray(2**20)
            while pipe.readinto(held):
                pass
        return _cost_of(process)


def older_cost(picture: Path, frames: int) -> Cost:
    """Return what the older method's frames cost, thrown away as they come."""
    with subprocess.Popen(older_argv(picture, frames, ["-f", "null", "-"])) as process:
        return _cost_of(process)


def _cost_of(process: "subprocess.Popen[bytes]") -> Cost:
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{process.args!r}: expected exit code 0, found {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
