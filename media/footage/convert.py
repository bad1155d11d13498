"""Run ffmpeg over footage: by a GPU's encoder where one works, once more without where it then fails."""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from media.codec import CODINGS, Encoder, is_nvenc
from media.encoder import EncoderChoice, Ffmpeg, choose_encoder, explain_nvenc, held_session, probe_nvenc
from media.ending import Finished
from media.errors import BadInput, OutOfResources, ToolFailed
from media.faults import fault_point
from media.process import Limits, check, start
from media.reference import printable
from media.video.encode import DISK_FULL, FILE_BYTES, STALL_S
from media.video.progress import OnProgress, Progress
from media.video.settings import VideoSettings

logger = logging.getLogger(__name__)

DAMAGE = (
    "Invalid data found when processing input",
    "Error while decoding",
    "error while decoding",
    "Error submitting packet to decoder",
    "corrupt",
    "partial file",
    "moov atom not found",
)
"""What ffmpeg prints of its input, not of its own work."""

Command = Callable[[Encoder], list[str]]


@dataclass(frozen=True)
class Conversion:
    """What one run of ffmpeg is about.

    Attributes:
        name: What the footage's owner calls it, for messages.
        ffmpeg: What runs.
        folder: Where it runs: footage lies there under names of ours, and the result will.
        on_progress: Hears how many frames are done.
    """

    name: str
    ffmpeg: Ffmpeg
    folder: Path
    on_progress: OnProgress | None = None


@dataclass(frozen=True)
class Converted:
    """How a video was encoded.

    Attributes:
        choice: The encoder, and why that one.
        seconds: What it took.
        log: The end of what ffmpeg printed.
    """

    choice: EncoderChoice
    seconds: float
    log: str


def convert_video(conversion: Conversion, settings: VideoSettings, command: Command) -> Converted:
    """Encode a video by the best encoder that works here.

    Args:
        conversion: What it is about.
        settings: Of the video.
        command: Returns the whole command for an encoder.

    Raises:
        BadInput: The footage is damaged.
        OutOfResources: The disk is full, or ffmpeg was killed from outside.
        ToolFailed: ffmpeg failed or stood still.
    """
    probe = probe_nvenc(conversion.ffmpeg, conversion.folder, codec=settings.codec, bits=settings.bits)
    choice = choose_encoder(probe, *settings.padded, settings.codec)
    try:
        with held_session(conversion.ffmpeg, choice) as choice:
            done = run_ffmpeg(conversion, command(choice.encoder))
    except ToolFailed as failure:
        if not is_nvenc(choice.encoder):
            raise
        software = CODINGS[settings.codec].software
        reason = f"{choice.encoder} failed: {failure}"
        logger.warning("%s: %s; encoding once more by %s", conversion.name, reason, software)
        choice = choice.model_copy(update={"encoder": software, "reason": reason})
        done = run_ffmpeg(conversion, command(software))
    return Converted(choice, done.seconds, done.log_tail)


def run_ffmpeg(conversion: Conversion, argv: list[str]) -> Finished:
    """Run one ffmpeg command to its good end.

    Raises:
        BadInput: The footage is damaged.
        OutOfResources: The disk is full, or ffmpeg was killed from outside.
        ToolFailed: ffmpeg failed or stood still.
    """
    begun = time.monotonic()
    progress = Progress(conversion.on_progress, STALL_S)
    limits = Limits(idle_s=STALL_S, file_bytes=FILE_BYTES)
    with start(argv, cwd=conversion.folder, limits=limits, env=conversion.ffmpeg.env) as child:
        child.close_stdin()
        for line in child.reports():
            progress.take([line])
            progress.require_movement()
            fault_point("video.in_encode")
        finished = child.wait()
    _require_success(finished, conversion.name)
    logger.info("%s: ffmpeg took %.1f s", conversion.name, time.monotonic() - begun)
    return finished


def _require_success(finished: Finished, name: str) -> None:
    if finished.returncode > 0:
        if any(text in finished.log_tail for text in DISK_FULL):
            raise OutOfResources("ffmpeg found the disk full while it wrote the video; make room for it")
        if lacking := re.search(r"No such filter: '(\w+)'", finished.log_tail):
            raise ToolFailed(
                f"{name}: expected an ffmpeg with the filter {lacking[1]}, found one that was built without; "
                "install a full build of ffmpeg, or take the one that is packaged"
            )
        if "nvenc" in finished.log_tail:
            raise ToolFailed(
                f"ffmpeg ended with exit code {finished.returncode}: {explain_nvenc(finished.log_tail)}"
            )
        if damage := next((line for line in finished.log_tail.splitlines() if _tells_of_damage(line)), ""):
            found = printable(" ".join(damage.split()))[:300]
            raise BadInput(f"{name}: expected footage that decodes to its end, found it damaged: {found}")
    check(finished, "ffmpeg")


def _tells_of_damage(line: str) -> bool:
    return any(text in line for text in DAMAGE)
