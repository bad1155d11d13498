"""Lay a sound under a video, from the stored files to the stored result."""

import logging
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from media.asset import fetch_asset
from media.deliverables import name_for_people, stored_file
from media.errors import ToolFailed
from media.footage.convert import Conversion, run_ffmpeg
from media.footage.facts import SoundStream, expect_sound, expect_video, facts_of
from media.footage.picture import said_of
from media.footage.work import Finished, OnFrames, Work
from media.sound.command import joined_argv
from media.sound.film import Film, Reel, copied_film, encoded_film, rate_of
from media.sound.fit import Fit, Lengths, fit_of
from media.sound.heard import Form, Recording
from media.sound.job import AddAudioJob
from media.sound.previews import previews_of
from media.sound.result import Checked, checked
from media.sound.track import Beside, Sounds, decoded, fitted
from media.tools import Tools
from media.workspace import workspace

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Brought:
    """What goes in, on this machine and known.

    Attributes:
        job: What is asked for.
        reel: The video.
        sounds: What is laid under it, and its own if that stays.
        said: Sentences for whoever asked.
    """

    job: AddAudioJob
    reel: Reel
    sounds: Sounds
    said: tuple[str, ...]

    @property
    def lengths(self) -> Lengths:
        """How long both are."""
        heard, rate = self.sounds.new.heard, self.sounds.new.track.form.rate
        video = self.reel.video
        return Lengths(
            video.duration, rate_of(video), Fraction(heard.samples, rate), Fraction(heard.audible, rate)
        )


@dataclass(frozen=True)
class Made:
    """A result that was decoded and counted.

    Attributes:
        path: The file.
        film: Its pictures.
        checked: What was found in it.
        said: Sentences for whoever asked.
    """

    path: Path
    film: Film
    checked: Checked
    said: tuple[str, ...]


def make(work: Work, tools: Tools, report: OnFrames) -> Finished:
    """Lay a sound under a video, and store what comes of it once it was decoded and counted.

    Args:
        work: The job, and its video and sound in the store.
        tools: The store and ffmpeg.
        report: Hears how many frames are done, and of how many.

    Raises:
        BadInput: One of them cannot be used, or they cannot be made equally long as the job asks.
        OutOfResources: The disk is full, or a tool was killed from outside.
        ToolFailed: A tool failed, or what came is not what was asked for.
    """
    began = time.monotonic()
    with workspace() as folder:
        totals: list[int] = []
        conversion = Conversion(
            work.name, tools.ffmpeg, folder, lambda done: report(min(done, *totals), totals[0])
        )
        brought = bring(work, tools, conversion)
        fit = fit_of(brought.job.mode, brought.lengths, work.name)
        totals.append(fit.frames)
        decoded_s = time.monotonic() - began
        made = laid_under(brought, fit)
        files = [("video", made.path), *previews_of(made.path, made.checked, brought.reel)]
        outputs = tuple(
            stored_file(role, path, name_for_people(work.name, role, path.suffix, work.job.noun), tools.store)
            for role, path in files
        )
    return Finished(
        outputs=outputs,
        encoder=made.film.encoder,
        encoder_reason=made.film.reason,
        seconds={"decode sound": decoded_s, "lay sound under video": time.monotonic() - began - decoded_s},
        warnings=(*brought.said, *fit.said, *made.said),
    )


def bring(work: Work, tools: Tools, conversion: Conversion) -> Brought:
    """Return a video and a sound as files of the folder, decoded as far as their lengths need.

    Raises:
        BadInput: One of them is not what it is to be used as.
    """
    job = work.job
    assert isinstance(job, AddAudioJob)  # noqa: S101 - it is chosen by its job
    folder, source, audio = conversion.folder, work.footage["source"], work.footage["audio"]
    fetch_asset(source.asset, tools.store, folder / "video")
    found = facts_of(folder / "video", source.container, source.name, folder)
    video = expect_video(found, source.name)
    fetch_asset(audio.asset, tools.store, folder / "sound")
    stream = expect_sound(facts_of(folder / "sound", audio.container, audio.name, folder), audio.name)
    own = next((one for one in found.sounds if one.packets), None) if job.keep_original else None
    form = Form.of(stream, *([own] if own else []))
    recording = Recording(folder / "sound", audio.container, stream, audio.name)
    sound = decoded(recording, form, "heard.f32", conversion)
    beside = None
    if own:
        recording = Recording(folder / "video", source.container, own, source.name)
        heard, rate = decoded(recording, form, "beside.f32", conversion), rate_of(video)
        period = max(1, round(video.duration * rate)) / rate
        beside = Beside(heard, own.start - video.start, video.duration, period)
    sounds = Sounds(sound, beside)
    return Brought(job, Reel(video, source.container, conversion), sounds, tuple(_said(job, stream, sounds)))


def laid_under(brought: Brought, fit: Fit) -> Made:
    """Return the checked result; what was copied and does not decode is encoded instead.

    Raises:
        BadInput: The video is damaged, or cannot be copied as the job asks.
        ToolFailed: A tool failed, or what came is not what was asked for.
    """
    reel, wish = brought.reel, brought.job
    settings = reel.settings(wish)
    if film := copied_film(reel, settings, fit):
        try:
            return _joined(brought, fit, film)
        except ToolFailed as problem:
            if fit.way == "rescaled":
                raise
            logger.warning(
                "%s: what was copied is not whole (%s); encoding it", reel.conversion.name, problem
            )
    made = _joined(brought, fit, encoded_film(reel, settings, fit))
    return Made(made.path, made.film, made.checked, (*said_of(reel.video), *made.said))


def _joined(brought: Brought, fit: Fit, film: Film) -> Made:
    conversion = brought.reel.conversion
    track, said = fitted(brought.job, fit, brought.sounds, film.seconds, conversion)
    run_ffmpeg(conversion, joined_argv(conversion.ffmpeg.path, film.settings, track))
    path = conversion.folder / f"result{film.settings.suffix}"
    audible = not brought.sounds.new.heard.silent
    return Made(path, film, checked(path, film, track.form, audible=audible), tuple(said))


def _said(job: AddAudioJob, stream: SoundStream, sounds: Sounds) -> list[str]:
    heard, form = sounds.new.heard, sounds.new.track.form
    told = [
        (heard.damaged > 0, f"{heard.damaged} pieces of the sound do not decode and are left out"),
        (stream.channels > form.channels, f"the sound's {stream.channels} channels are mixed to two"),
        (heard.silent, "the sound is silent from its beginning to its end"),
        (job.keep_original and not sounds.own, "the video has no sound of its own that could be kept"),
    ]
    return [sentence for holds, sentence in told if holds]
