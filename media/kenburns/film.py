"""Film one clip: find it in the store, or make it there in a folder of its own."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from media.asset import fetch_asset
from media.deliverables import stored_file
from media.encoder import EncoderChoice
from media.errors import BadInput
from media.kenburns.clip import Clip, Filmed, find_filmed, write_filmed
from media.kenburns.encode import DecoderDied, PictureRefused, Shooting, shoot
from media.patience import retried
from media.tools import Tools
from media.workspace import workspace


class UnusablePicture(BadInput):
    """A picture cannot be used; the others can."""

    def __init__(self, name: str, sentence: str) -> None:
        """Say which picture of the job, and why."""
        super().__init__(sentence)
        self.name = name


@dataclass(frozen=True)
class Studio:
    """What clips are filmed with.

    Attributes:
        tools: The store and ffmpeg.
        choice: What encodes.
        threads: That each clip may keep busy while its frames are made.
    """

    tools: Tools
    choice: EncoderChoice
    threads: int


def film(clip: Clip, studio: Studio, told: Callable[[int], None]) -> tuple[Filmed, bool]:
    """Find or film a clip; returns it, and whether it was found.

    Args:
        clip: What is filmed.
        studio: With what.
        told: Hears how many of its frames are encoded.

    Raises:
        UnusablePicture: One of its pictures cannot be used.
        MediaError: Anything else, after the retries that its class allows.
    """
    store = studio.tools.store
    if found := retried(lambda: find_filmed(clip, store)):
        told(clip.frames)
        return found, True
    try:
        return retried(lambda: _filmed(clip, studio, told)), False
    except PictureRefused as refused:
        layer = clip.layers[refused.layer]
        raise UnusablePicture(layer.name, f"{layer.footage.name}: {refused}") from refused
    except DecoderDied as crash:  # once more was tried by now
        names = ", ".join(layer.footage.name for layer in clip.layers)
        raise UnusablePicture(
            clip.layers[-1].name,
            f"{names}: expected a picture that can be decoded, found that its decoder died of it twice; save "
            "it anew by another program",
        ) from crash


def _filmed(clip: Clip, studio: Studio, told: Callable[[int], None]) -> Filmed:
    began = time.monotonic()
    store = studio.tools.store
    with workspace() as folder:
        names = [f"picture{number}" for number in range(len(clip.layers))]
        for name, layer in zip(names, clip.layers, strict=True):
            fetch_asset(layer.footage.asset, store, folder / name)
        shooting = Shooting(
            task=clip.task(names, studio.threads),
            frames=clip.frames,
            settings=clip.job.settings,
            ffmpeg=studio.tools.ffmpeg,
            folder=folder,
        )
        shot = shoot(shooting, studio.choice, told)
        output = stored_file("video", shot.path, f"clip{shot.path.suffix}", store)
    filmed = Filmed(
        output=output,
        encoder=shot.choice.encoder,
        encoder_reason=shot.choice.reason,
        seconds=time.monotonic() - began,
        notes=tuple(tuple(notes) for notes in shot.notes),
    )
    write_filmed(clip, filmed, store)
    return filmed
