"""What a sound really is, found by decoding all of it: headers are wrong too often."""

import json
import os
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from media.errors import BadInput, OutOfResources, ToolFailed
from media.footage.container import Container
from media.footage.facts import SoundStream
from media.process import Limits, check, start
from media.reference import printable
from media.video.encode import DISK_FULL

LISTENER = Path(__file__).with_name("listen.py")
LONGEST_S = 6 * 3600
"""Of a sound that is taken; as 32-bit floats that is 8 GB."""
ENDLESS = 2**62
"""Samples that no file has."""
LIMITS = Limits(idle_s=120.0, memory_bytes=8 * 2**30, file_bytes=16 * 2**30)
KEPT_RATES = (44100, 48000)
"""Every player takes these; others become 48 kHz."""
USUAL_RATE = 48000
BYTES = 4
SILENT = 10 ** (-80 / 20)
"""So far below full scale, nobody hears anything."""
PADDED = 2048
"""Samples by which a decoder may go on beyond an MP4's own end: AAC comes in frames of 1024."""


@dataclass(frozen=True)
class Form:
    """How samples lie in a file of ours: 32-bit floats, channel by channel.

    Attributes:
        rate: Samples a second.
        channels: 1 or 2.
    """

    rate: int
    channels: int

    @classmethod
    def of(cls, *sounds: SoundStream) -> "Form":
        """Return how sounds are worked on: at the first's rate where players take it, in stereo at most."""
        rate = sounds[0].rate
        channels = max(sound.channels for sound in sounds)
        return cls(rate if rate in KEPT_RATES else USUAL_RATE, min(max(channels, 1), 2))

    @property
    def frame(self) -> Fraction:
        """How long a frame of AAC is, in seconds."""
        return Fraction(1024, self.rate)

    def samples(self, seconds: Fraction) -> int:
        """Return how many samples a time has, at least one."""
        return max(1, round(seconds * self.rate))

    def size(self, samples: int) -> int:
        """Return how many bytes so many samples take."""
        return samples * self.channels * BYTES


class Heard(BaseModel):
    """What was heard.

    Attributes:
        samples: A channel.
        audible: Samples from the beginning to the end of the last that can be heard.
        peak: Of full scale; beyond 1 where a codec overshoots.
        damaged: Pieces that do not decode.
        too_long: Whether there was more than was asked for.
    """

    model_config = ConfigDict(frozen=True)

    samples: int
    audible: int
    peak: float
    damaged: int
    too_long: bool

    @property
    def silent(self) -> bool:
        """Whether there is nothing to be heard."""
        return self.peak < SILENT


@dataclass(frozen=True)
class Recording:
    """A file with sound, and the stream of it that counts.

    Attributes:
        path: The file.
        container: As it was found by its content; no other is read.
        stream: Which of its sounds.
        name: What its owner calls it, for messages.
    """

    path: Path
    container: Container
    stream: SoundStream
    name: str


def hear(recording: Recording, form: Form, output: Path) -> Heard:
    """Decode a sound completely and write it to `output` in the form of ours; where it is damaged, go on.

    Raises:
        BadInput: Nothing of it decodes, or it is longer than is taken.
        OutOfResources: The disk is full.
        ToolFailed: The decoder broke.
    """
    heard = _heard(recording, form, output, output.parent, LONGEST_S * form.rate)
    if heard.too_long:
        raise BadInput(
            f"{recording.name}: expected at most {LONGEST_S // 3600} hours of sound, found more; send less"
        )
    if not heard.samples:
        raise BadInput(
            f"{recording.name}: expected sound that decodes, found no sample of it; send a file that plays"
        )
    samples = _without_padding(recording, form, heard.samples)
    if output.stat().st_size != form.size(heard.samples):
        raise ToolFailed(f"{recording.name}: expected {heard.samples} samples in a file, found others")
    with output.open("r+b") as file:
        file.truncate(form.size(samples))
    return heard.model_copy(update={"samples": samples, "audible": min(heard.audible, samples)})


def damaged_in(recording: Recording) -> int:
    """Decode a sound completely, however long, and keep nothing; returns how many pieces do not decode.

    Raises:
        BadInput: Nothing of it decodes.
        ToolFailed: The decoder broke.
    """
    form, folder = Form.of(recording.stream), recording.path.parent
    return _heard(recording, form, Path(os.devnull), folder, ENDLESS).damaged


def _without_padding(recording: Recording, form: Form, samples: int) -> int:
    """Return how many samples are meant: an MP4 says where its last frame of AAC really ends."""
    if recording.container is not Container.MOV:
        return samples
    stream = recording.stream
    said = round((stream.duration + min(stream.start, Fraction(0))) * form.rate)
    return said if 0 < said < samples <= said + PADDED * form.rate // max(stream.rate, 1) else samples


def _heard(recording: Recording, form: Form, output: Path, folder: Path, most: int) -> Heard:
    argv = [
        *(sys.executable, "-I", str(LISTENER), recording.container.demuxer, str(recording.path.absolute())),
        *(str(recording.stream.index), str(form.rate), str(form.channels)),
        *(str(most), str(output.absolute())),
    ]
    said: dict[str, object] = {}
    with start(argv, cwd=folder, limits=LIMITS) as child:
        child.close_stdin()
        for line in child.reports():
            said = json.loads(line)
        check(child.wait(), f"the decoder of {recording.name}")
    if said.pop("event", "") == "heard":
        return Heard.model_validate(said)
    found = printable(str(said.get("found", "nothing")))
    if any(text in found for text in DISK_FULL):
        raise OutOfResources("the disk is full where the sound is decoded; make room for it")
    raise BadInput(f"{recording.name}: expected sound that decodes, found: {found}; send it whole")
