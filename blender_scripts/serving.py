"""Do one job after the other in one Blender, each as if it were the first.

Standard input holds for every job one line with what a job file holds, then the job's commands, one a line,
then `END`. The answer is the job's own events, `failed` among them if it fails, and `job_ended`.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import takewhile

from blender_scripts.events import EventChannel
from blender_scripts.failure import BadInput, report_failure
from blender_scripts.job import (
    UNSAID,
    FindDisplay,
    Job,
    ListDevices,
    PrepareScene,
    RenderFrames,
    WarmKernels,
    job_of,
)
from blender_scripts.memory import forget_peak, resident_bytes
from blender_scripts.shot_job import PrepareShot, RenderShot
from blender_scripts.split_job import FinishSplit
from blender_scripts.template_job import BuildTemplate
from blender_scripts.warmth import COLD, WARM_PROCESS, WARM_SCENE

END = "end"
"""The line after a job's last command; the far end is `media/renderer_host/warm_blender.py`."""


class Serving:
    """A process that stays, and what it has open from its last job."""

    def __init__(self, channel: EventChannel) -> None:
        self._channel = channel
        self._warmth = COLD
        self._open: tuple[object, ...] | None = None

    def take(self, line: str, commands: Iterable[str]) -> str:
        """Do the job on a line; returns the class of its failure, or nothing."""
        forget_peak()
        kept, self._open = self._open, None
        try:
            job = _read(line)
            scene = _kept_by(job)
            do(job, self._channel, commands, WARM_SCENE if scene and scene == kept else self._warmth)
            self._open = scene
        except Exception as error:  # noqa: BLE001 - whatever it is, the engine is told its class
            return report_failure(error, self._channel).kind
        finally:
            self._warmth = WARM_PROCESS
        return ""


def serve(channel: EventChannel, lines: Iterable[str]) -> None:
    """Do the jobs that come as lines, until no more come."""
    serving, lines = Serving(channel), iter(lines)
    for line in lines:
        commands = _commands(lines)
        failed = serving.take(line, commands)
        for _ in commands:  # a job that failed leaves its own unread
            pass
        channel.send("job_ended", failed=failed, resident_bytes=resident_bytes())


def do(job: Job, channel: EventChannel, commands: Iterable[str], warmth: str = COLD) -> None:
    """Do one job.

    Raises:
        BadInput, OutOfResources, ToolFailed: It cannot be done.
    """
    if isinstance(job, PrepareScene):
        from blender_scripts.preparing import prepare_scene  # noqa: PLC0415 - a bad job needs no Blender

        prepare_scene(job, channel)
    elif isinstance(job, RenderFrames):
        from blender_scripts.rendering import render_frames  # noqa: PLC0415 - the same

        render_frames(job, channel, commands, warmth=warmth)
    elif isinstance(job, PrepareShot):
        from blender_scripts.shot_preparing import prepare_shot  # noqa: PLC0415 - the same

        prepare_shot(job, channel)
    elif isinstance(job, RenderShot):
        from blender_scripts.shot_rendering import render_shot  # noqa: PLC0415 - the same

        render_shot(job, channel, commands)
    elif isinstance(job, FinishSplit):
        from blender_scripts.split_finishing import finish_split  # noqa: PLC0415 - the same

        finish_split(job, channel, commands)
    elif isinstance(job, BuildTemplate):
        from blender_scripts.template_building import build_template  # noqa: PLC0415 - the same

        build_template(job, channel)
    elif isinstance(job, ListDevices):
        from blender_scripts.rendering import list_devices  # noqa: PLC0415 - the same

        list_devices(channel)
    elif isinstance(job, WarmKernels):
        from blender_scripts.warming import warm_kernels  # noqa: PLC0415 - the same

        warm_kernels(job, channel)
    elif isinstance(job, FindDisplay):
        from blender_scripts.display import find_display  # noqa: PLC0415 - the same

        find_display(channel)
    else:
        raise BadInput("job.do: expected a job, found another serve")


def _read(line: str) -> Job:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise BadInput(f"job: expected one JSON object a line, found {line.strip()!r:.60}") from error
    return job_of(value)


def _commands(lines: Iterator[str]) -> Iterator[str]:
    return takewhile(lambda line: line.strip() != END, lines)


def _kept_by(job: Job) -> tuple[object, ...] | None:
    """Return what tells whether the scene that this job leaves open may serve another one as it is.

    Everything else that a job changes in a scene, the next one sets anew; what stands behind the part is laid
    once (`background.py`), and cannot be taken away again.
    """
    if not isinstance(job, RenderFrames) or job.scene_sha256 == UNSAID:
        return None
    return job.scene_sha256, job.settings.transparent, job.settings.file_format
