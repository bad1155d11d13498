"""A renderer that keeps to the Blender boundary, but paints its frames, and misbehaves on request.

Started as `renderer.py BEHAVIOUR JOB`. Behaviours: `well`; `uniform` (every frame is grey); `uniform-once`
(frame 2 at first); `uniform-seven` (frame 7, always); `cut` (frame 2 is cut short, as on a full disk);
`cut-once` (frame 2 at first); `too-large` (frame 2 is larger than asked);
`crash` (SEGV at frame 2); `killed` (KILL at frame 2); `out-of-memory`, `too-small`, `garbage`, `silent` (at
frame 2); `elsewhere` (frame 2 is in another file); `falls-back` (from frame 2 on by another device).
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from PIL import Image

FALLEN = {"fallback": "by CUDA instead of OPTIX", "fallback_reason": "Illegal address in CUDA queue"}


def main(behaviour: str, job_file: str) -> None:
    job = json.loads(Path(job_file).read_text())
    device = {"type": "CPU", "name": "a fake"}
    say(event="started", blender="4.5.0", asked=["CPU"], found=[device], used=device)
    say(event="scene_loaded", seconds=0.0)
    asked: list[int] = []
    for line in sys.stdin:
        command = json.loads(line)
        asked.append(command["frame"])
        if command["frame"] == 2:
            misbehave(behaviour)
        path = Path(command["path"])
        paint(path, command["frame"], job["settings"], uniform=is_uniform(behaviour, command["frame"], asked))
        if command["frame"] == 2 and behaviour == "too-large":
            Image.open(path).resize((99, 77)).save(path, "PNG")
        if command["frame"] == 2 and (
            behaviour == "cut" or (behaviour == "cut-once" and asked.count(2) == 1)
        ):
            os.truncate(path, path.stat().st_size // 2)
        if command["frame"] == 2 and behaviour == "elsewhere":
            path = path.rename(path.with_name("another.png"))
        say(
            event="frame_written",
            frame=command["frame"],
            path=str(path),
            seconds=0.01,
            peak_memory_bytes=1,
            device=device,
            samples=job["settings"]["samples"],
            persistent_data=job["settings"]["persistent_data"],
            **(FALLEN if behaviour == "falls-back" and 2 in asked else {}),
        )


def misbehave(behaviour: str) -> None:
    """Do what is asked of this fake instead of rendering frame 2."""
    match behaviour:
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "out-of-memory":
            say(event="failed", **{"class": "OutOfResources", "message": "frame 2: the GPU's memory ran out"})
            sys.exit(1)
        case "too-small":
            say(event="failed", **{"class": "OutOfGpuMemory", "message": "frame 2: use a larger GPU"})
            sys.exit(1)
        case "garbage":
            os.write(3, b"Fra:2 Mem:12M\n")
        case "silent":
            time.sleep(600)


def is_uniform(behaviour: str, frame: int, asked: list[int]) -> bool:
    """Tell whether this frame is to be of one single colour."""
    once = behaviour == "uniform-once" and frame == 2 and asked.count(2) == 1
    return once or behaviour == "uniform" or (behaviour == "uniform-seven" and frame == 7)


def paint(path: Path, frame: int, settings: dict[str, int], *, uniform: bool) -> None:
    """Write a frame of noise, always the same for one number, or of plain grey."""
    size = (settings["width"], settings["height"])
    noise = random.Random(frame).randbytes(size[0] * size[1] * 3)  # noqa: S311 - a picture
    picture = Image.new("RGB", size, "grey") if uniform else Image.frombytes("RGB", size, noise)
    picture.save(path, "PNG")


def say(**event: object) -> None:
    """Report on descriptor 3."""
    os.write(3, json.dumps(event).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
