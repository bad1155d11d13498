"""The pictures of the result, without sound: copied where nothing is done to them, else encoded."""

import json
import sys
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from media.codec import CODINGS, Codec
from media.encoder import EncoderChoice
from media.errors import BadInput, MediaError, ToolFailed
from media.footage.container import Container
from media.footage.convert import Conversion, convert_video, run_ffmpeg
from media.footage.facts import VideoStream, facts_of
from media.footage.job import EncodeWish
from media.process import Limits, check, start
from media.sound.command import FilmCommand, copy_argv
from media.sound.fit import Fit
from media.video.join import join_videos
from media.video.settings import VideoSettings

FINDER = Path(__file__).with_name("closed.py")
FINDER_LIMITS = Limits(wall_s=900.0, memory_bytes=8 * 2**30, file_bytes=2**20)
SPOKEN: dict[str, Codec] = {
    "h264": "h264",
    "hevc": "hevc",
    "av1": "av1",
    "libdav1d": "av1",
    "libaom-av1": "av1",
    "prores": "prores",
}
"""What decoders are called, by the codec that they read."""
COPIED_FROM = {Container.MOV, Container.MATROSKA, Container.MPEG_TS, Container.FLV}
RATES = (Fraction(1, 10), Fraction(240))
USUAL_RATE = Fraction(30)


@dataclass(frozen=True)
class Film:
    """Pictures in a file of their own.

    Attributes:
        path: The file.
        frames: How many.
        seconds: How long it plays.
        settings: How they are encoded, or are called in the container.
        encoder: What encoded it; "" where it was copied.
        reason: Why that one.
    """

    path: Path
    frames: int
    seconds: Fraction
    settings: VideoSettings
    encoder: str = ""
    reason: str = "its frames are copied as they were sent"

    @property
    def copied(self) -> bool:
        """Whether its frames are those that were sent, bit for bit."""
        return not self.encoder


@dataclass(frozen=True)
class Reel:
    """A video that lies as the file `video` in the folder of a conversion.

    Attributes:
        video: Its pictures.
        container: By its content.
        conversion: Where and with what it is worked on.
    """

    video: VideoStream
    container: Container
    conversion: Conversion

    def settings(self, wish: EncodeWish) -> VideoSettings:
        """Return how it is encoded: in its own size, at its own rate."""
        width, height = self.video.shown
        return VideoSettings(
            width=max(width, CODINGS[wish.codec].least),
            height=max(height, CODINGS[wish.codec].least),
            fps=str(rate_of(self.video)),
            crf=wish.crf,
            preset=wish.preset,
            background=wish.background,
            codec=wish.codec,
        )


def rate_of(video: VideoStream) -> Fraction:
    """Return frames a second that a video is shown at; what no player counts becomes a usual rate."""
    rate = video.rate.limit_denominator(1001)
    return rate if RATES[0] <= rate <= RATES[1] else USUAL_RATE


def copied_film(reel: Reel, settings: VideoSettings, fit: Fit) -> Film | None:
    """Return the pictures as they were sent, cut or with other times; None where they must be encoded.

    Raises:
        BadInput: The job asks for other times without encoding, and that cannot be had.
    """
    found = _copied(reel, settings, fit)
    if isinstance(found, Film):
        return found
    if fit.way == "rescaled":
        raise BadInput(
            f"{reel.conversion.name}: expected H.264, HEVC, AV1 or ProRes in MP4, MOV, MKV, TS or FLV, to "
            f"retime it without encoding, found {found}; ask for the mode retime"
        )
    return None


def _copied(reel: Reel, settings: VideoSettings, fit: Fit) -> Film | str:
    """Copy pictures, or return what stands against it."""
    video, conversion = reel.video, reel.conversion
    codec = SPOKEN.get(video.codec)
    if codec is None or reel.container not in COPIED_FROM:
        return f"{video.codec} in {reel.container}"
    touched = fit.way not in {"whole", "cut"} or codec != settings.codec
    if (fit.way != "rescaled" and touched) or (fit.way == "cut" and video.variable):
        return "a wish for other frames"
    frames = _closed(reel, fit.frames if fit.way == "cut" else video.frames)
    if not frames:
        return "frames that need others that would be cut"
    settings = settings.model_copy(update={"codec": codec})
    fit = replace(fit, frames=frames)
    try:
        run_ffmpeg(conversion, copy_argv(conversion.ffmpeg.path, video, reel.container, settings, fit))
        path = conversion.folder / f"film{settings.suffix}"
        # What an MP4 says of its length is wrong where frames of unequal length come in another order.
        copied = facts_of(path, Container.MOV, path.name, conversion.folder).video
    except (BadInput, ToolFailed):
        return "frames that an MP4 does not take as they are"
    if copied is None or copied.frames != frames:
        return f"{copied.frames if copied else 0} of {frames} frames after copying"
    return Film(path, frames, copied.duration, settings)


def encoded_film(reel: Reel, settings: VideoSettings, fit: Fit) -> Film:
    """Encode the pictures as `fit` says; what is repeated is encoded once.

    Raises:
        BadInput: The video is damaged.
        OutOfResources: The disk is full, or ffmpeg was killed from outside.
        ToolFailed: ffmpeg failed or stood still, or encoded other frames than it was asked for.
    """
    whole = max(1, round(reel.video.duration * settings.rate))
    if fit.way != "looped" or fit.frames <= whole:
        path, choice = _encoded(reel, settings, fit, "film")
        return _film(path, fit.frames, settings, choice)
    times, rest = divmod(fit.frames, whole)
    once, choice = _encoded(reel, settings, replace(fit, frames=whole), "once")
    parts, counts = [once] * times, [whole] * times
    if rest:
        path, _ = _encoded(reel, settings, replace(fit, frames=rest), "rest")
        parts, counts = [*parts, path], [*counts, rest]
    folder = reel.conversion.folder
    joined = join_videos(parts, counts, settings, reel.conversion.ffmpeg, folder)
    return _film(joined.rename(folder / f"film{settings.suffix}"), fit.frames, settings, choice)


def _film(path: Path, frames: int, settings: VideoSettings, choice: EncoderChoice) -> Film:
    return Film(path, frames, frames / settings.rate, settings, choice.encoder, choice.reason)


def _encoded(reel: Reel, settings: VideoSettings, fit: Fit, name: str) -> tuple[Path, EncoderChoice]:
    command = FilmCommand(reel.conversion.ffmpeg.path, reel.video, reel.container, settings, fit, output=name)
    done = convert_video(reel.conversion, settings, command)
    return reel.conversion.folder / f"{name}{settings.suffix}", done.choice


def _closed(reel: Reel, wanted: int) -> int:
    """Return how many packets may be copied: as many as wanted, or one more; 0 if they may not."""
    folder = reel.conversion.folder
    argv = [
        *(sys.executable, "-I", str(FINDER), reel.container.demuxer, str((folder / "video").absolute())),
        *(str(reel.video.index), str(wanted)),
    ]
    said: dict[str, object] = {}
    try:
        with start(argv, cwd=folder, limits=FINDER_LIMITS) as child:
            child.close_stdin()
            for line in child.reports():
                said = json.loads(line)
            check(child.wait(), f"the reader of {reel.conversion.name}")
    except MediaError:
        return 0
    closed = int(str(said.get("closed", 0)))
    return closed if said.get("whole") and 0 <= closed - wanted <= 1 else 0
