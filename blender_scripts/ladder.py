"""What is tried when a picture cannot be rendered as asked: a ladder of settings, each needing less.

Memory: without what is kept between frames, then in smaller tiles with the denoiser on the CPU. A driver that
fails: CUDA instead of OptiX. A rung that bore one frame bears the next: nobody climbs up again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from blender_scripts.gpu_trouble import DRIVER, GPU_MEMORY, MEMORY, trouble_of

SMALLEST_TILE = 256
OPTIX, CUDA = "OPTIX", "CUDA"


@dataclass(frozen=True)
class Rung:
    """How a picture is rendered.

    Attributes:
        device: Type of the devices in use.
        persistent_data: Whether Cycles keeps its data for the next frame.
        tile: Largest side that is rendered at a time, in pixels.
        denoise_on_gpu: Whether the denoiser has the GPU, too.
    """

    device: str
    persistent_data: bool
    tile: int
    denoise_on_gpu: bool

    def unlike(self, first: "Rung") -> str:
        """Return in words what is not as on the first rung; nothing if everything is."""
        said = []
        if self.device != first.device:
            said.append(f"by {self.device} instead of {first.device}")
        if self.persistent_data != first.persistent_data:
            said.append("without keeping data between frames")
        if self.tile != first.tile:
            said.append(f"in tiles of {self.tile} pixels")
        if self.denoise_on_gpu != first.denoise_on_gpu:
            said.append("denoised by the CPU")
        return ", ".join(said)


@dataclass(frozen=True)
class Ladder:
    """The rung that is stood on, the one that was asked for, and why it was left.

    Attributes:
        spare: Type of devices to render by when the driver fails with those in use, if there is one.
        reason: What the renderer said when the last rung broke.
    """

    first: Rung
    now: Rung
    spare: str = ""
    reason: str = ""

    @property
    def fallback(self) -> str:
        """What is not as asked for, in words."""
        return self.now.unlike(self.first)

    def below(self, error: BaseException, said: str) -> "Ladder | None":
        """Return where to stand after an error, about which `said` tells; None if nothing else helps."""
        rung = next_rung(self.now, trouble_of(error), self.spare)
        return replace(self, now=rung, reason=said) if rung else None


def next_rung(rung: Rung, trouble: str, spare: str) -> Rung | None:
    """Return what to try after a rung broke by some trouble; None if nothing else would help."""
    if trouble == DRIVER:
        return replace(rung, device=spare) if spare and rung.device != spare else None
    if trouble not in {MEMORY, GPU_MEMORY}:
        return None
    if rung.persistent_data:
        return replace(rung, persistent_data=False)
    if rung.tile > SMALLEST_TILE:
        return replace(rung, tile=max(SMALLEST_TILE, rung.tile // 2), denoise_on_gpu=False)
    if rung.denoise_on_gpu:
        return replace(rung, denoise_on_gpu=False)
    return None


def climb_down(
    picture: Callable[[], None],
    ladder: Ladder,
    stand_on: Callable[[Rung], None],
    words: Callable[[BaseException], str],
) -> Ladder:
    """Render a picture on the first rung that bears it; returns the ladder as it is stood on then.

    Raises:
        LastRung: No rung bears it, from an error of the renderer.
    """
    while True:
        try:
            picture()
        except (RuntimeError, MemoryError) as error:
            below = ladder.below(error, words(error))
            if below is None:
                raise LastRung(ladder, trouble_of(error)) from error
            stand_on(below.now)
            ladder = below
        else:
            return ladder


class LastRung(Exception):
    """A picture cannot be rendered, whatever is given up; its cause says why."""

    def __init__(self, ladder: Ladder, trouble: str) -> None:
        super().__init__(ladder.fallback)
        self.ladder = ladder
        self.trouble = trouble
