"""What a careful person would type instead of a flow: the same Blender script, then the same ffmpeg."""

import json
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from media.blender import SCHEMA
from media.device_claim import DEVICE_ORDER
from media.encoder import choose_encoder, probe_nvenc
from media.job import TurntableJob
from media.plan import Plan, camera_of, settings_of
from media.tools import Tools
from media.video.command import encode_argv
from media.video.settings import VideoSettings


def render_and_encode(plan: Plan, scene: Path, tools: Tools, folder: Path) -> float:
    """Render all frames of `plan`, then encode them if they turn; returns the wall-clock seconds of both."""
    frames = [folder / f"{number:06d}.png" for number in range(1, plan.frames + 1)]
    argv = _encode_argv(plan.job, tools, folder) if isinstance(plan.job, TurntableJob) else None
    started = time.monotonic()
    _render(plan, scene, tools, frames, folder)
    if argv:
        _encode(argv, frames, folder)
    return time.monotonic() - started


def _render(plan: Plan, scene: Path, tools: Tools, frames: list[Path], folder: Path) -> None:
    job: Mapping[str, Any] = {
        "schema": SCHEMA,
        "do": "render_frames",
        "scene": str(scene),
        "camera": camera_of(plan.job),
        "settings": {**settings_of(plan.job), "persistent_data": plan.frames > 1},
        "device": {"order": DEVICE_ORDER, "require_gpu": False},
    }
    (folder / "job.json").write_text(json.dumps(job))
    commands = [json.dumps({"frame": number, "path": str(path)}) for number, path in enumerate(frames, 1)]
    with (folder / "events").open("w") as events, (folder / "log").open("w") as log:
        subprocess.run(
            ["/bin/sh", "-c", 'exec "$@" 3>&1 >&2', "sh", *tools.blender.command, str(folder / "job.json")],
            input="\n".join(commands) + "\n",
            text=True,
            stdout=events,
            stderr=log,
            check=True,
        )


def _encode_argv(job: TurntableJob, tools: Tools, folder: Path) -> list[str]:
    settings = VideoSettings(width=job.width, height=job.height, fps=job.fps, crf=job.crf)
    choice = choose_encoder(probe_nvenc(tools.ffmpeg, folder=folder), *settings.padded)
    output = folder / "video.mp4"
    return encode_argv(tools.ffmpeg.path, settings, choice.encoder, output, alpha=False)


def _encode(argv: list[str], frames: list[Path], folder: Path) -> None:
    with (folder / "progress").open("w") as progress, (folder / "log").open("a") as log:
        command = ["/bin/sh", "-c", 'exec "$@" 3>&1 >&2', "sh", *argv]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=progress, stderr=log) as ffmpeg:
            assert ffmpeg.stdin is not None  # noqa: S101 - opened as a pipe
            for frame in frames:
                ffmpeg.stdin.write(frame.read_bytes())
            ffmpeg.stdin.close()
        if ffmpeg.returncode != os.EX_OK:
            raise subprocess.CalledProcessError(ffmpeg.returncode, command)
