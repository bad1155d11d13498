"""Make what a transcoding job asks for: the video, pictures that tell of it, a table of its streams."""

import time
from dataclasses import replace
from pathlib import Path

from media.asset import fetch_asset
from media.deliverables import name_for_people, stored_file
from media.footage.facts import expect_video, facts_of
from media.footage.source import Footage
from media.footage.work import Finished, OnFrames, Work
from media.tools import Tools
from media.transcode.command import Recoding
from media.transcode.gate import TRIES, Gate, better, gate_of, score_of, told_of
from media.transcode.here import Here, MadeVideo, encoded
from media.transcode.hls import make_ladder
from media.transcode.job import TranscodeJob
from media.transcode.previews import previews, told
from media.transcode.report import larger_by, rows_of
from media.transcode.wanted import settings_of, sounds_of, span_of
from media.workspace import workspace


def transcode(work: Work, tools: Tools, report: OnFrames) -> Finished:
    """Make and store what a job asks for.

    Raises:
        BadInput: The footage is no video that plays to its end, or nothing of it is asked for.
        OutOfResources: The disk is full.
        ToolFailed: A tool failed, or made something else than it was asked for.
    """
    job = work.job
    if not isinstance(job, TranscodeJob):
        raise TypeError(f"expected a TranscodeJob, found {type(job).__name__}")
    footage = work.footage["source"]
    with workspace() as folder:
        fetch_asset(footage.asset, tools.store, folder / "video")
        here = _looked_at(job, footage, folder, tools, report)
        if job.profile == "hls":
            return make_ladder(here, footage)
        return _one_file(here, footage)


def _looked_at(job: TranscodeJob, footage: Footage, folder: Path, tools: Tools, report: OnFrames) -> Here:
    name, container = footage.name, footage.container
    facts = facts_of(folder / "video", container, name, folder)
    video = expect_video(facts, name)
    span = span_of(job, facts, video, name)
    trimmed = span if job.start or job.duration is not None else None
    settings = settings_of(job, video)
    recoding = Recoding(video, container, settings, sounds_of(job, facts, container, trimmed), trimmed)
    return Here(job, name, folder, tools, report, facts, video, recoding, span.duration)


def _one_file(here: Here, footage: Footage) -> Finished:
    began = time.monotonic()
    gate = gate_of(here.job, here.tools.ffmpeg, here.folder)
    video = _passing(here, gate) if gate else encoded(here, here.recoding)
    encoding = time.monotonic() - began
    size = video.path.stat().st_size
    table = [
        *rows_of("before", footage.container.value, here.facts, footage.asset.size),
        *rows_of("after", video.path.suffix.removeprefix("."), video.heard, size),
    ]
    name = name_for_people(here.name, "video", video.path.suffix, here.job.noun)
    outputs = (stored_file("video", video.path, name, here.tools.store), *previews(here, video, table))
    larger = (
        [larger_by(footage.asset.size, size, here.job.made_for.codec)] if size > footage.asset.size else []
    )
    return Finished(
        outputs=outputs,
        encoder=video.converted.choice.encoder,
        encoder_reason=video.converted.choice.reason,
        seconds={"encode": encoding, "previews": time.monotonic() - began - encoding},
        warnings=(*told(here), *video.told, *larger),
        table=tuple(table),
    )


def _passing(here: Here, gate: Gate) -> MadeVideo:
    """Encode at better and better quality until the result passes the gate, or no better one is worth it."""
    recoding, scores = here.recoding, []
    while True:
        video = encoded(here, recoding)
        frames = video.facts.frames
        score = score_of(here.conversion, recoding, video.path.name, gate.metric, frames)
        scores.append((recoding.settings.crf, score))
        more = better(recoding)
        if score >= gate.target or more is None or len(scores) == TRIES:
            return replace(video, told=tuple(told_of(gate, scores)))
        recoding = more
