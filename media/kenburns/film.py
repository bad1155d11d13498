"""Film one clip: find it in the store, or make it there in a folder of its own."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from media.asset import fetch_asset
from media.deliverables import stored_file
from media.encoder import EncoderChoice
from media.errors import BadInput
from media.kenburns.clip import Clip, Filmed, find_filmed, write_filmed
from media.kenburns.encode import DecoderDied, PictureRefused, Shooting, shoot
from media.tools import Tools
from media.workspace import workspace

logger = logging.getLogger(__name__)


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
        MediaError: Anything else; whoever retries the job finds what is filmed by then.
    """
    if found := find_filmed(clip, studio.tools.store):
        told(clip.frames)
        return found, True
    try:
        return _filmed_at_the_second_try(clip, studio, told), False
    except PictureRefused as refused:
        raise UnusablePicture(clip.layers[refused.layer].name, str(refused)) from refused
    except DecoderDied as crash:
        raise UnusablePicture(
            clip.layers[crash.layer].name,
            "expected a picture that can be decoded, found that its decoder died of it twice; save it "
            "anew by another program",
        ) from crash


def _filmed_at_the_second_try(clip: Clip, studio: Studio, told: Callable[[int], None]) -> Filmed:
    """Film a clip, again if a decoder died: what dies of the same picture twice is that picture's fault."""
    try:
        return _filmed(clip, studio, told)
    except DecoderDied as crash:
        logger.warning("%s: %s; decoding once more", clip.layers[crash.layer].name, crash)
        return _filmed(clip, studio, told)


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
