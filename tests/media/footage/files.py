"""Footage as people send it, made by the ffmpeg that the packages bring, and read back as numbers."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import numpy.typing as npt

from media.codec import Encoder
from media.encoder import Ffmpeg
from media.footage.command import beginning, reading, writing_file, writing_video
from media.footage.container import VIDEO, Container
from media.footage.convert import Conversion, convert_video
from media.footage.facts import FootageFacts, VideoStream, expect_video, facts_of
from media.footage.picture import plain
from media.footage.sniff import container_of_file
from media.video.check import VideoFacts, read_video
from media.video.settings import VideoSettings

FFMPEG = Ffmpeg(Path(imageio_ffmpeg.get_ffmpeg_exe()))
MOVING = ("-f", "lavfi", "-i", "testsrc2=s=160x96:r=25:d=1")
TONE = ("-f", "lavfi", "-i", "sine=f=440:d=1")
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
AS_THEY_ARE = ("-fps_mode", "passthrough", "-enc_time_base", "1:90000")
"""Frames are written at the times that they have."""


def made(path: Path, *argv: str) -> Path:
    """Return `path`, written by ffmpeg with these options."""
    command = [str(FFMPEG.path), "-v", "error", "-nostdin", "-y", *argv, str(path)]
    subprocess.run(command, check=True, cwd=path.parent)
    return path


def read(path: Path, name: str = "") -> tuple[Container, FootageFacts]:
    """Return the container of a file by its content, and what it holds."""
    container = container_of_file(path, name or path.name, VIDEO)
    return container, facts_of(path, container, name or path.name, path.parent)


@dataclass(frozen=True)
class Plain:
    """Footage made plain: what was read, and what was made of it."""

    video: VideoStream
    path: Path
    facts: VideoFacts


def made_plain(path: Path, ffmpeg: Ffmpeg = FFMPEG, **wishes: object) -> Plain:
    """Convert footage as the flows over it do: an H.264 of the size and rate that it is shown at."""
    folder = path.parent / f"{path.name}.made"
    folder.mkdir()
    (folder / "video").symlink_to(path)
    container, facts = read(path)
    video = expect_video(facts, path.name)
    width, height = video.shown
    said = {"width": width, "height": height, "fps": video.rate, "preset": "veryfast", "crf": 12}
    settings = VideoSettings.model_validate({**said, **wishes})

    def command(encoder: Encoder) -> list[str]:
        return [
            *beginning(ffmpeg.path),
            *reading("video", container, *video.decoder),
            *("-map", f"0:{video.index}", "-vf", plain(video, settings, encoder)),
            *writing_video(settings, encoder),
            *writing_file(settings, "made.mp4"),
        ]

    convert_video(Conversion(path.name, ffmpeg, folder), settings, command)
    return Plain(video, folder / "made.mp4", read_video(folder / "made.mp4"))


def pictures(path: Path) -> list[npt.NDArray[np.uint8]]:
    """Decode a video of ours as its viewers do: by BT.709."""
    with av.open(str(path)) as container:
        return [
            frame.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()
            for frame in container.decode(video=0)
        ]
