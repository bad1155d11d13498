"""Make still pictures move: a clip of each or one film of all, as far as they can be used."""

import time
from pathlib import Path

from media.asset import fetch_asset
from media.deliverables import stem_for_people, stored_file
from media.encoder import choose_encoder, probe_nvenc
from media.footage.work import Finished, OnFrames, Work
from media.kenburns.clip import Clip, Filmed
from media.kenburns.crew import Crew, expect_some
from media.kenburns.cuts import Cuts
from media.kenburns.film import Studio
from media.kenburns.job import ImagesToVideoJob
from media.kenburns.previews import moment_of, stored_previews
from media.kenburns.results import results_of, stored_results
from media.manifest import Output
from media.processors import processors
from media.tools import Tools
from media.video.join import join_videos
from media.workspace import workspace

MOST_THREADS = 8
MOST_SAID = 20
"""Sentences that a manifest warns with; the results have all."""


def make(work: Work, tools: Tools, report: OnFrames) -> Finished:
    """Film all pictures of a job that can be used, and store clips, film, previews and results.

    Raises:
        BadInput: None can be used.
        MediaError: Anything but a picture failed; what is finished is found next time.
    """
    began = time.monotonic()
    job = work.job
    assert isinstance(job, ImagesToVideoJob)  # noqa: S101 - as MAKERS says
    cuts = Cuts.of(job, work.footage)
    refused = {
        name: still.refused for name, still in zip(job.names, job.images, strict=True) if still.refused
    }
    crew = Crew(_studio(job, cuts, tools), tools.processors or processors(), report)
    while True:
        wanted = cuts.film if job.mode == "film" else tuple(cuts.whole.values())
        crew.film(wanted)
        expect_some(refused | crew.unusable, len(job.images))
        if not crew.unusable.keys() & cuts.whole.keys():
            break
        cuts = cuts.without(set(crew.unusable))
    outputs = _stored(work, job, cuts, crew, tools)
    filmed = [crew.filmed[clip.digest] for clip in wanted]
    return Finished(
        outputs=outputs,
        encoder=filmed[0].encoder,
        encoder_reason=filmed[0].encoder_reason,
        seconds={"filming": round(time.monotonic() - began, 3)},
        warnings=tuple(_warnings(job, cuts, crew)),
    )


def _studio(job: ImagesToVideoJob, cuts: Cuts, tools: Tools) -> Studio:
    width = tools.processors or processors()
    clips = len(cuts.film) or len(cuts.whole) or 1
    settings = job.settings
    with workspace() as folder:
        probe = probe_nvenc(tools.ffmpeg, folder, codec=settings.codec, bits=settings.bits)
    choice = choose_encoder(probe, *settings.padded, settings.codec)
    return Studio(tools, choice, min(MOST_THREADS, -(-width // clips)))


def _stored(work: Work, job: ImagesToVideoJob, cuts: Cuts, crew: Crew, tools: Tools) -> tuple[Output, ...]:
    """Store what people get: the film or the clips, what became of each picture, and previews."""
    stem, rate = stem_for_people(work.name), job.settings.rate
    with workspace() as folder:
        if job.mode == "film":
            film = _joined(job, cuts.film, crew, tools, folder)
            videos = [stored_file("video", film, f"{stem}-film{film.suffix}", tools.store)]
            clips: dict[str, Output] = {}
            frames = sum(clip.frames for clip in cuts.film)
            shown = [(videos[0], moment_of(frames * number // 12, rate)) for number in range(min(12, frames))]
        else:
            clips = {name: _named(crew.filmed[clip.digest], name) for name, clip in cuts.whole.items()}
            videos = list(clips.values())
            shown = [(clips[name], moment_of(clip.frames // 2, rate)) for name, clip in cuts.whole.items()]
        results = results_of(job, clips, crew.unusable)
        told = stored_results(results, f"{stem}-results.json", folder, tools.store)
        previews = stored_previews(shown, stem, tools.ffmpeg, folder, tools.store)
    return (*videos, told, *previews)


def _named(filmed: Filmed, name: str) -> Output:
    suffix = Path(filmed.output.asset.key).suffix
    return filmed.output.model_copy(update={"download_name": f"{name}{suffix}"})


def _joined(job: ImagesToVideoJob, pieces: tuple[Clip, ...], crew: Crew, tools: Tools, folder: Path) -> Path:
    """Join the pieces of a film without encoding them anew; returns a video that was decoded and counted."""
    paths: list[Path] = []
    for number, piece in enumerate(pieces):
        paths.append(folder / f"piece{number}{job.settings.suffix}")
        fetch_asset(crew.filmed[piece.digest].output.asset, tools.store, paths[-1])
    if len(paths) == 1:
        return paths[0]
    return join_videos(paths, [piece.frames for piece in pieces], job.settings, tools.ffmpeg, folder)


def _warnings(job: ImagesToVideoJob, cuts: Cuts, crew: Crew) -> list[str]:
    """Return sentences about the pictures that are missing, and about what was done to others."""
    refused = {
        name: still.refused for name, still in zip(job.names, job.images, strict=True) if still.refused
    }
    said = [f"picture {name} is missing: {why}" for name, why in {**refused, **crew.unusable}.items()]
    for clip in cuts.film or cuts.whole.values():
        notes = crew.filmed[clip.digest].notes
        for layer, sentences in zip(clip.layers, notes, strict=True):
            said += [f"picture {layer.name}: {sentence}" for sentence in sentences]
    said = list(dict.fromkeys(said))
    more = len(said) - MOST_SAID
    return [*said[:MOST_SAID], *([f"{more} more such sentences are left out"] if more > 0 else [])]
