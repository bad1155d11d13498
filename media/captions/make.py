"""Put captions into a video, or beside it: read and checked before anything is encoded, and counted after."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from media.asset import fetch_asset
from media.captions.burn import burn
from media.captions.checking import checked
from media.captions.command import PICTURES_IN_MP4, TRACK, VIDEO, Film, soft_argv
from media.captions.cues import Captions, Cue
from media.captions.decoding import MOST_BYTES
from media.captions.job import CaptionJob
from media.captions.made import expect_soft, frames_of, seconds_of
from media.captions.reading import read_captions
from media.captions.track import track
from media.captions.webvtt import webvtt
from media.deliverables import name_for_people, stored_file
from media.errors import BadInput
from media.footage.convert import Conversion, run_ffmpeg
from media.footage.facts import expect_video, facts_of
from media.footage.work import Finished, OnFrames, Work
from media.manifest import Output, Role
from media.tools import Tools
from media.workspace import workspace

BESIDE = "captions.vtt"


@dataclass(frozen=True)
class Given:
    """A video and its captions, read.

    Attributes:
        film: The video; it lies in the folder as `video`.
        captions: The file.
        cues: Those of it that the video shows.
        warnings: What is to be said of both.
    """

    film: Film
    captions: Captions
    cues: Sequence[Cue]
    warnings: tuple[str, ...]


def make(work: Work, tools: Tools, report: OnFrames) -> Finished:
    """Make and store what a job asks for.

    Args:
        work: The job, and its video and captions.
        tools: The store and ffmpeg.
        report: Hears how many frames are done, and of how many.

    Raises:
        BadInput: Video or captions cannot be used.
        OutOfResources, ToolFailed: The disk is full, or ffmpeg failed.
    """
    job = cast("CaptionJob", work.job)
    with workspace() as folder:
        given = _read(work, job, tools, folder)
        total = frames_of(given.film)
        conversion = Conversion(work.name, tools.ffmpeg, folder, lambda done: report(done, total))
        speaking = [cue for cue in given.cues if cue.text.strip()]  # drawings of an ASS script are no text
        (folder / BESIDE).write_text(webvtt(speaking), encoding="utf-8")
        if job.mode == "sidecar":
            outputs = (_stored("captions", folder / BESIDE, work, tools),)
            return Finished(outputs=outputs, warnings=given.warnings)
        if job.mode == "soft":
            seconds = _add_track(conversion, given, job)
            files: list[tuple[Role, Path]] = [
                ("video", folder / "captioned.mp4"),
                ("captions", folder / BESIDE),
            ]
            return Finished(
                outputs=tuple(_stored(role, path, work, tools) for role, path in files),
                encoder_reason="nothing was encoded: pictures were copied",
                seconds={"video": seconds},
                warnings=given.warnings,
            )
        burned = burn(conversion, given.film, given.captions, given.cues, job)
        files = [("video", burned.path), ("captions", folder / BESIDE)]
        files += [(one.role, one.path) for one in burned.pictures]
        return Finished(
            outputs=tuple(_stored(role, path, work, tools) for role, path in files),
            encoder=burned.converted.choice.encoder,
            encoder_reason=burned.converted.choice.reason,
            seconds={"video": burned.converted.seconds},
            warnings=(*given.warnings, *burned.warnings),
        )


def _read(work: Work, job: CaptionJob, tools: Tools, folder: Path) -> Given:
    """Read both files; the captions first, as they cost nothing."""
    said, source = work.footage["captions"], work.footage["source"]
    if said.asset.size > MOST_BYTES:
        raise BadInput(
            f"{said.name}: expected captions of at most {MOST_BYTES} bytes, found {said.asset.size}"
        )
    captions = read_captions(tools.store.get(said.asset.key), said.name, job.style.grouping)
    fetch_asset(source.asset, tools.store, folder / VIDEO)
    facts = facts_of(folder / VIDEO, source.container, source.name, folder)
    video = expect_video(facts, source.name)
    if facts.damaged:
        raise BadInput(
            f"{source.name}: expected a video that decodes to its end, found {facts.damaged} damaged parts; "
            "send it whole"
        )
    film = Film(source.container, video, [sound for sound in facts.sounds if sound.packets])
    if job.mode == "soft":  # is text alone, so an ASS script is read as any other
        captions = captions.model_copy(update={"script": ""})
    cues, warnings = checked(captions, round(1000 * seconds_of(film)), said.name)
    return Given(film, captions, cues, tuple(warnings))


def _add_track(conversion: Conversion, given: Given, job: CaptionJob) -> float:
    """Write `captioned.mp4`, and return the seconds that it took."""
    codec = given.film.video.codec
    if codec not in PICTURES_IN_MP4:
        raise BadInput(
            f"{conversion.name}: expected pictures that an MP4 with a track can hold, found {codec}; "
            'ask for "burned" or "sidecar"'
        )
    (conversion.folder / TRACK).write_text(track(given.cues), encoding="utf-8")
    done = run_ffmpeg(conversion, soft_argv(conversion.ffmpeg.path, given.film, job.language))
    expect_soft(conversion.folder / "captioned.mp4", given.film, conversion.name)
    return done.seconds


def _stored(role: Role, path: Path, work: Work, tools: Tools) -> Output:
    return stored_file(role, path, name_for_people(work.name, role, path.suffix, work.job.noun), tools.store)
