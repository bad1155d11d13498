"""The sound of the result: as long as the pictures to a sample, faded, mixed and brought to its loudness."""

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from media.footage.convert import Conversion
from media.sound.command import Track, at_tempo, exactly, fades, track_argv
from media.sound.fit import Fit
from media.sound.heard import SILENT, Form, Heard, Recording, hear
from media.sound.job import AddAudioJob
from media.sound.level import levelled, ran, written

CLICK_S = 0.01
"""Where a sound is cut in the middle, it fades so long: else the cut clicks."""
TOLD_DB = 0.5
BLOCK = 2**24


@dataclass(frozen=True)
class Sound:
    """A sound that was decoded.

    Attributes:
        track: Its samples.
        heard: What it is.
    """

    track: Track
    heard: Heard


@dataclass(frozen=True)
class Beside:
    """The video's own sound.

    Attributes:
        sound: It.
        late: Seconds by which it begins after the pictures; negative where it begins before them.
        pictures: Seconds that the pictures last that it belongs to.
        period: Seconds after which they begin anew where they are repeated: whole frames.
    """

    sound: Sound
    late: Fraction
    pictures: Fraction
    period: Fraction


@dataclass(frozen=True)
class Sounds:
    """What is to be heard.

    Attributes:
        new: What is laid under the pictures.
        own: The video's own, if it stays.
    """

    new: Sound
    own: Beside | None = None


def decoded(recording: Recording, form: Form, name: str, conversion: Conversion) -> Sound:
    """Decode a sound into the file `name`.

    Raises:
        BadInput: Nothing of it decodes, or it is longer than is taken.
    """
    heard = hear(recording, form, conversion.folder / name)
    return Sound(Track(name, form), heard)


def fitted(
    job: AddAudioJob, fit: Fit, sounds: Sounds, seconds: Fraction, conversion: Conversion
) -> tuple[Track, list[str]]:
    """Return the sound of a result of `seconds`, and sentences for whoever asked.

    Args:
        job: What is asked for.
        fit: What is done to pictures and sound.
        sounds: What is to be heard.
        seconds: Of the pictures.
        conversion: Where and with what it is done.
    """
    sound, beside = sounds.new, sounds.own
    form = sound.track.form
    samples = form.samples(seconds)
    executable = conversion.ffmpeg.path
    tracks = [Track(sound.track.name, form, fit.repeats, _new(job, fit, sound, seconds))]
    if beside:
        own = _own(beside, fit, seconds, conversion)
        gain = f"volume={job.original_gain:.3f}dB"
        tracks.append(Track(own.name, form, own.repeats, (*exactly(samples), gain)))
    made = Track("fitted.f32", form)
    ran(track_argv(executable, tracks, [], made.name), conversion)
    return _at_level(job, made, conversion)


def _new(job: AddAudioJob, fit: Fit, sound: Sound, seconds: Fraction) -> tuple[str, ...]:
    form = sound.track.form
    length = Fraction(sound.heard.samples, form.rate) / fit.tempo
    cut = fit.repeats or length - seconds > Fraction(1, form.rate)
    ending = max(job.fade_out, CLICK_S) if cut else job.fade_out
    return (
        *at_tempo(fit.tempo),
        *exactly(form.samples(seconds)),
        *fades(min(length, seconds) if not fit.repeats else seconds, job.fade_in, ending),
    )


def _own(beside: Beside, fit: Fit, seconds: Fraction, conversion: Conversion) -> Track:
    """Return the video's own sound as its pictures are shown: from their start, as fast, as often."""
    form = beside.sound.track.form
    shift = round(abs(beside.late) * form.rate)
    begins = (f"adelay={shift}S:all=1",) if beside.late > 0 else (f"atrim=start_sample={shift}",)
    length = beside.period if fit.way == "looped" else beside.pictures * fit.stretch
    filters = (
        *(begins if shift else ()),
        *at_tempo(1 / fit.stretch),
        *exactly(form.samples(min(length, seconds))),
    )
    track = Track(beside.sound.track.name, form, filters=filters)
    ran(track_argv(conversion.ffmpeg.path, [track], [], "own.f32"), conversion)
    return Track("own.f32", form, repeats=fit.way == "looped")


def _at_level(job: AddAudioJob, track: Track, conversion: Conversion) -> tuple[Track, list[str]]:
    """Bring a sound to its loudness, or at least below full scale, beyond which it would be cut off."""
    peak = peak_of(conversion.folder / track.name)
    if peak < SILENT:
        return track, []
    if job.loudness is not None:
        made, said = levelled(track, job.loudness, job.true_peak, conversion)
        return made, [said] if said else []
    if peak <= 1:
        return track, []
    lower = 20 * math.log10(peak)
    made = written(track, (f"volume={-lower:.6f}dB",), conversion)
    said = f"the sound is {lower:.1f} dB softer than it was, lest its peaks be cut off"
    return made, [said] if lower > TOLD_DB else []


def peak_of(path: Path) -> float:
    """Return the highest absolute value in a file of 32-bit floats."""
    peak = 0.0
    with path.open("rb") as file:
        while data := file.read(BLOCK):
            peak = max(peak, float(np.abs(np.frombuffer(data, "<f4")).max()))
    return peak
