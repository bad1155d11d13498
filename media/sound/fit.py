"""How a video and a sound are made equally long: decided from their lengths, before anything is made."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from media.errors import BadInput
from media.sound.job import Mode

Way = Literal["whole", "retimed", "rescaled", "looped", "frozen", "cut"]
NEAR = Fraction(2, 100)
"""So little, as a share, is cut or filled with silence rather than retimed."""
SLIGHT = (Fraction(8, 10), Fraction(125, 100))
"""Between these, retiming is hardly seen; beyond them something else is done unless it is asked for."""
STRIKING = (Fraction(1, 2), Fraction(2))
TELLING = Fraction(1, 10)
"""Of a second: what is shorter need not be told."""
BOUNDS = (Fraction(2, 100), Fraction(50))
"""No picture is recognised when it moves so fast or so slowly, and no word."""
LONGEST_S = 6 * 3600
MOST_REPEATS = 10_000
LEAST_HEARD = Fraction(1, 40)
"""In seconds: at most so much of a sound's end is cut for want of a whole frame."""


@dataclass(frozen=True)
class Lengths:
    """What there is.

    Attributes:
        video: Of the pictures, in seconds.
        rate: Frames a second that they are shown at.
        sound: Of the sound, in seconds.
        audible: Up to its last moment that can be heard.
    """

    video: Fraction
    rate: Fraction
    sound: Fraction
    audible: Fraction

    @property
    def ratio(self) -> Fraction:
        """The sound's length over the video's."""
        return self.sound / self.video

    @property
    def whole(self) -> int:
        """How many frames the video has when it is shown at its rate."""
        return max(1, round(self.video * self.rate))

    @property
    def to_the_end(self) -> int:
        """How many frames last as long as the sound."""
        nearest = max(1, round(self.sound * self.rate))
        return nearest + (self.sound - nearest / self.rate > LEAST_HEARD)


@dataclass(frozen=True)
class Fit:
    """What is done to both.

    Attributes:
        way: What is done to the pictures.
        frames: How many are shown.
        stretch: How many times as long each is shown.
        tempo: How many times as fast the sound is played.
        repeats: Whether the sound is repeated to the end.
        said: Sentences for whoever asked.
    """

    way: Way
    frames: int
    stretch: Fraction = Fraction(1)
    tempo: Fraction = Fraction(1)
    repeats: bool = False
    said: tuple[str, ...] = ()


def fit_of(mode: Mode, lengths: Lengths, name: str) -> Fit:
    """Return how a video is made to last as long as a sound, or the sound as long as the video.

    Args:
        mode: As the job asks for it.
        lengths: Of both.
        name: What messages call the video.

    Raises:
        BadInput: One would have to be stretched beyond recognition, or repeated endlessly.
    """
    fit = (_automatic if mode == "auto" else ASKED[mode])(lengths)
    stretched = fit.tempo if fit.tempo != 1 else fit.stretch
    if not BOUNDS[0] <= stretched <= BOUNDS[1]:
        raise BadInput(
            f"{name}: expected a sound of {float(BOUNDS[0])} to {BOUNDS[1]} times the video's "
            f"{_s(lengths.video)}, found {_s(lengths.sound)}; ask for the mode loop, freeze or trim"
        )
    if fit.frames / lengths.rate > LONGEST_S or fit.frames > MOST_REPEATS * lengths.whole:
        shorter = "a shorter video" if fit.way == "whole" else "a shorter sound"
        raise BadInput(
            f"{name}: expected a result of at most {LONGEST_S // 3600} hours and {MOST_REPEATS} repetitions, "
            f"found a sound of {_s(lengths.sound)} over a video of {_s(lengths.video)}; send {shorter}"
        )
    return fit


def _automatic(lengths: Lengths) -> Fit:
    """Do what is least seen and heard."""
    ratio, frame = lengths.ratio, 1 / lengths.rate
    told = f"the sound lasts {_s(lengths.sound)}, the video {_s(lengths.video)}"
    lost = lengths.audible - lengths.video > frame
    if abs(ratio - 1) <= NEAR and not lost:
        return _trimmed_or_padded(lengths)
    if SLIGHT[0] <= ratio <= SLIGHT[1]:
        return _retimed(lengths)
    if ratio > 1:
        fit = _looped(lengths)
        return replace(fit, said=(f"{told}; the video is repeated to the end of the sound",))
    return replace(_cut(lengths), said=(f"{told}; the rest of the video is cut",))


def _trimmed_or_padded(lengths: Lengths) -> Fit:
    missing = lengths.video - lengths.sound
    said = (f"the sound ends {_s(missing)} before the video; silence follows",) if missing > TELLING else ()
    return Fit("whole", lengths.whole, said=said)


def _retimed(lengths: Lengths) -> Fit:
    return Fit("retimed", lengths.to_the_end, stretch=lengths.ratio, said=_of_retiming(lengths))


def _rescaled(lengths: Lengths) -> Fit:
    return Fit("rescaled", lengths.whole, stretch=lengths.ratio, said=_of_retiming(lengths))


def _of_retiming(lengths: Lengths) -> tuple[str, ...]:
    ratio = lengths.ratio
    how = "slower" if ratio > 1 else "faster"
    factor = f"{float(max(ratio, 1 / ratio)):.3g}"
    sentence = f"the video plays {factor} times {how}, to last as long as the sound ({_s(lengths.sound)})"
    if not STRIKING[0] <= ratio <= STRIKING[1]:
        return (f"{sentence}; that looks unnatural",)
    return (sentence,) if abs(ratio - 1) > NEAR else ()


def _looped(lengths: Lengths) -> Fit:
    if lengths.sound <= lengths.video:
        return Fit("whole", lengths.whole, repeats=lengths.sound < lengths.video)
    return Fit("looped", lengths.to_the_end)


def _frozen(lengths: Lengths) -> Fit:
    if lengths.sound <= lengths.video:
        return _trimmed_or_padded(lengths)
    return Fit("frozen", lengths.to_the_end)


def _cut(lengths: Lengths) -> Fit:
    if lengths.sound < lengths.video:
        return Fit("cut", min(lengths.to_the_end, lengths.whole))
    over = lengths.audible - lengths.video
    said = (f"the sound is longer than the video; its last {_s(over)} are cut",) if over > TELLING else ()
    return Fit("whole", lengths.whole, said=said)


def _at_tempo(lengths: Lengths) -> Fit:
    ratio = lengths.ratio
    how, factor = ("faster", ratio) if ratio > 1 else ("slower", 1 / ratio)
    sentence = f"the sound plays {float(factor):.3g} times {how}, to last as long as the video"
    if not STRIKING[0] <= ratio <= STRIKING[1]:
        sentence += "; that sounds unnatural"
    return Fit("whole", lengths.whole, tempo=ratio, said=(sentence,) if abs(ratio - 1) > NEAR else ())


def _s(seconds: Fraction) -> str:
    return f"{float(seconds):.2f} s"


ASKED: dict[Mode, Callable[[Lengths], Fit]] = {
    "retime": _retimed,
    "retime_fast": _rescaled,
    "loop": _looped,
    "freeze": _frozen,
    "trim": _cut,
    "audio_tempo": _at_tempo,
}
