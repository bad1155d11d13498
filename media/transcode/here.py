"""Footage that lies on this machine, and the videos that are encoded of it."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from media.codec import Encoder
from media.footage.convert import Conversion, Converted, convert_video
from media.footage.facts import FootageFacts, VideoStream
from media.footage.work import OnFrames
from media.tools import Tools
from media.transcode.check import checked, expect_whole_sounds
from media.transcode.command import Recoding, transcode_argv
from media.transcode.job import TranscodeJob
from media.video.check import VideoFacts


@dataclass(frozen=True)
class Here:
    """A job whose footage lies in a folder of this machine.

    Attributes:
        job: What is asked for.
        name: What its owner calls the footage.
        folder: Where it lies as `video`, and where everything is made.
        tools: What to work with.
        report: Hears how many frames are done.
        facts: What the footage holds.
        video: Its pictures.
        recoding: What is made of them.
        seconds: Of the footage, that are in the result.
    """

    job: TranscodeJob
    name: str
    folder: Path
    tools: Tools
    report: OnFrames
    facts: FootageFacts
    video: VideoStream
    recoding: Recoding
    seconds: Fraction

    @property
    def conversion(self) -> Conversion:
        """What every run of ffmpeg over it is about."""
        total = max(1, round(self.seconds * self.recoding.settings.rate))
        return Conversion(
            self.name, self.tools.ffmpeg, self.folder, lambda done: self.report(min(done, total), total)
        )


@dataclass(frozen=True)
class MadeVideo:
    """A checked video.

    Attributes:
        path: The file.
        recoding: How it was made.
        converted: By what.
        facts: What it holds, found by decoding it.
        heard: What it holds, as footage.
        told: What its owner is to know.
    """

    path: Path
    recoding: Recoding
    converted: Converted
    facts: VideoFacts
    heard: FootageFacts
    told: tuple[str, ...] = ()


def encoded(here: Here, recoding: Recoding, name: str = "made") -> MadeVideo:
    """Encode and check one video of the footage."""
    path = here.folder / f"{name}{recoding.settings.suffix}"

    def command(encoder: Encoder) -> list[str]:
        return transcode_argv(here.tools.ffmpeg.path, recoding, encoder, path.name)

    converted = convert_video(here.conversion, recoding.settings, command)
    facts, heard = checked(path, recoding, here.seconds)
    expect_whole_sounds(path, heard, recoding, here.name)
    return MadeVideo(path, recoding, converted, facts, heard)
