"""What is filmed in one go, a picture or the passage between two, and how it is found again.

Each has a name made of its pictures' bytes and of what is wished of it, under which its video is known as
soon as it is finished: a job that was killed, or one that asks for some of the same, finds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from media.digest import digest_of
from media.footage.source import Footage
from media.kenburns.job import ImagesToVideoJob, Point, Still
from media.manifest import Output
from media.store import Missing, ObjectStore
from media.store.keys import key_for
from media.store.protocol import StoredWrong
from media.store.touch import kept

RECIPE = 1
"""Raised by hand when the same picture would move otherwise."""
NAME = "clip.json"


@dataclass(frozen=True)
class Layer:
    """Some of the frames that show a picture.

    Attributes:
        name: Of the picture in its job.
        footage: The picture.
        camera: How a camera moves over it, as `media.kenburns.motion.Camera` is said.
        first: The first frame that is shown, counted from 0.
        count: How many are.
    """

    name: str
    footage: Footage
    camera: dict[str, Any]
    first: int
    count: int


@dataclass(frozen=True)
class Clip:
    """Frames of a picture, or of the passage from one to the next.

    Attributes:
        job: That it is of.
        layers: One, or two of which the second comes up over the first.
    """

    job: ImagesToVideoJob
    layers: tuple[Layer, ...]

    @property
    def frames(self) -> int:
        """How many there are."""
        return self.layers[0].count

    @property
    def digest(self) -> str:
        """What it is found by: not by what its pictures are called, nor by where they lie."""
        return digest_of({
            "stage": "moving picture",
            "recipe": RECIPE,
            "layers": [
                {
                    "picture": layer.footage.asset.sha256,
                    "camera": _text(layer.camera),
                    "first": layer.first,
                    "count": layer.count,
                }
                for layer in self.layers
            ],
            "fit": self.job.fit,
            "background": self.job.background,
            "video": self.job.settings.identity,
        })  # fmt: skip

    @property
    def key(self) -> str:
        """Where it is written what came of it."""
        return key_for("segments", self.digest, NAME)

    def task(self, paths: Sequence[str], threads: int) -> dict[str, Any]:
        """Return what media/kenburns/frames.py is told, `paths` being the layers' pictures in its folder."""
        settings = self.job.settings
        layers = [
            {
                "path": path,
                "container": layer.footage.container.value,
                "fit": self.job.fit,
                "background": self.job.background,
                "camera": layer.camera,
                "first": layer.first,
                "count": layer.count,
            }
            for path, layer in zip(paths, self.layers, strict=True)
        ]
        return {"width": settings.width, "height": settings.height, "threads": threads, "layers": layers}


class Filmed(BaseModel):
    """A finished clip, as it is written down.

    Attributes:
        output: Its video.
        encoder: What encoded it.
        encoder_reason: Why that.
        seconds: What it took.
        notes: Sentences about each of its pictures.
    """

    model_config = ConfigDict(frozen=True)

    output: Output
    encoder: str
    encoder_reason: str
    seconds: float
    notes: tuple[tuple[str, ...], ...] = ()


def find_filmed(clip: Clip, store: ObjectStore) -> Filmed | None:
    """Return a clip that is in the store, video and all; it then counts as used."""
    if not kept(store.stat(clip.key), store):
        return None
    try:
        filmed = Filmed.model_validate_json(store.get(clip.key))
    except (Missing, StoredWrong, ValidationError):
        return None
    stat = store.stat(filmed.output.asset.key)
    return filmed if stat and stat.size == filmed.output.asset.size and kept(stat, store) else None


def write_filmed(clip: Clip, filmed: Filmed, store: ObjectStore) -> None:
    """Let a clip be found from now on."""
    store.put(clip.key, filmed.model_dump_json().encode())


def camera_of(job: ImagesToVideoJob, still: Still) -> dict[str, Any]:
    """Return how the camera moves over one of a job's pictures."""
    zoom = still.zoom or job.zoom
    focus = still.focus or job.focus
    end = still.pan_to or job.pan_to
    resting = job.zoom_to if end else job.zoom_from  # nowhere to wander to where all is seen
    zooms = {
        "in": [job.zoom_from, job.zoom_to],
        "out": [job.zoom_to, job.zoom_from],
        "none": [resting, resting],
    }
    return {
        "zooms": zooms[zoom],
        "centres": [_pair(focus), _pair(end or focus)],
        "easing": job.easing,
        "frames": job.frames_of(still),
    }


def _pair(point: Point) -> list[float]:
    return [point.x, point.y]


def _text(camera: dict[str, Any]) -> dict[str, Any]:
    points = [[repr(float(side)) for side in point] for point in camera["centres"]]
    return {
        "zooms": [repr(float(zoom)) for zoom in camera["zooms"]],
        "centres": points,
        "easing": camera["easing"],
        "frames": camera["frames"],
    }
