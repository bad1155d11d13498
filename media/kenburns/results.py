"""What became of each picture of a job, in the order in which they were asked for."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from media.deliverables import stored_file
from media.kenburns.job import ImagesToVideoJob
from media.manifest import Output
from media.store import ObjectStore


class PictureResult(BaseModel):
    """What became of one picture; files' own names are no part of it, since no digest has them.

    Attributes:
        id: As it was asked for, or its number in the request.
        duration: Of its clip, or of what a film shows of it, in seconds; 0 if there is none.
        frames: The same, counted.
        file: The clip's name for people; empty for a picture of a film, and where there is none.
        sha256: Of the clip.
        error: Why there is none; else empty.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    duration: float
    frames: int
    file: str
    sha256: str
    error: str


RESULTS = TypeAdapter(list[PictureResult])


def results_of(
    job: ImagesToVideoJob,
    clips: Mapping[str, Output],
    unusable: Mapping[str, str],
) -> list[PictureResult]:
    """Return what became of each picture.

    Args:
        job: What was asked for.
        clips: The video of each, by name; those of a film have none.
        unusable: Why some pictures show nowhere, by name.
    """
    results = []
    for name, still in zip(job.names, job.images, strict=True):
        error = still.refused or unusable.get(name, "")
        frames = 0 if error else job.frames_of(still)
        clip = clips.get(name)
        results.append(
            PictureResult(
                id=name,
                duration=float(Fraction(frames) / Fraction(job.fps)),
                frames=frames,
                file=clip.download_name if clip else "",
                sha256=clip.asset.sha256 if clip else "",
                error=error,
            )
        )
    return results


def stored_results(results: list[PictureResult], name: str, folder: Path, store: ObjectStore) -> Output:
    """Store what became of the pictures as JSON."""
    path = folder / "results.json"
    path.write_bytes(RESULTS.dump_json(results, indent=1))
    return stored_file("results", path, name, store)


def read_results(output: Output, store: ObjectStore) -> list[PictureResult]:
    """Return what became of the pictures of a finished job."""
    return RESULTS.validate_json(store.get(output.asset.key))
