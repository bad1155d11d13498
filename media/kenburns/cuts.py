"""What a job films, in the order in which it is shown. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from media.footage.source import Footage
from media.kenburns.clip import Clip, Layer, camera_of
from media.kenburns.job import ImagesToVideoJob


@dataclass(frozen=True)
class Cuts:
    """The pieces of a job.

    Attributes:
        whole: For each picture that can be used, by its name, all its frames.
        film: The pieces of a film of them: what shows one picture alone, and the passages between them.
    """

    whole: Mapping[str, Clip]
    film: tuple[Clip, ...]

    @classmethod
    def of(cls, job: ImagesToVideoJob, footage: Mapping[str, Footage]) -> "Cuts":
        """Return the pieces of a job on the pictures that were brought."""
        whole: dict[str, Clip] = {}
        for name, still in zip(job.names, job.images, strict=True):
            if name in footage and not still.refused:
                camera = camera_of(job, still)
                layer = Layer(name, footage[name], camera, 0, job.frames_of(still))
                whole[name] = Clip(job, (layer,))
        return cls(whole, tuple(_film(job, list(whole.values()))) if job.mode == "film" else ())

    def without(self, names: set[str]) -> "Cuts":
        """Return the pieces that are left without some pictures."""
        whole = {name: clip for name, clip in self.whole.items() if name not in names}
        clips = list(whole.values())
        return Cuts(whole, tuple(_film(clips[0].job, clips)) if clips and self.film else ())


def _film(job: ImagesToVideoJob, clips: list[Clip]) -> list[Clip]:
    """Return what shows each picture alone, and between them what shows two."""
    fade = job.fade_frames
    pieces: list[Clip] = []
    for index, clip in enumerate(clips):
        before = fade if index else 0
        after = fade if index + 1 < len(clips) else 0
        (layer,) = clip.layers
        if alone := layer.count - before - after:
            pieces.append(Clip(job, (replace(layer, first=before, count=alone),)))
        if after:
            pieces.append(_passage(clip, clips[index + 1], fade))
    return pieces


def _passage(clip: Clip, following: Clip, fade: int) -> Clip:
    (before,), (after,) = clip.layers, following.layers
    return Clip(
        clip.job,
        (replace(before, first=before.count - fade, count=fade), replace(after, first=0, count=fade)),
    )
