"""The job that lays a sound under a video."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from media.footage.container import SOUND, VIDEO
from media.footage.job import EncodeWish, FootageJob
from media.form import PublicAddress, Unsaid

Mode = Literal["auto", "retime", "retime_fast", "loop", "freeze", "trim", "audio_tempo"]
Target = Annotated[float, Field(ge=-40, le=-5)]


class AddAudioJob(FootageJob, EncodeWish):
    """A video is given a sound."""

    noun: ClassVar = "sound"
    recipe: ClassVar = 1
    addresses: ClassVar = {"source": VIDEO, "audio": SOUND}

    source: PublicAddress = Field(title="Video", description="Path or address of the video.")
    audio: PublicAddress = Field(title="Sound", description="Path or address of the sound.")
    mode: Mode = Field(
        default="auto",
        description=(
            "How the two are made equally long: auto retimes the video where the sound is 0.8 to 1.25 times "
            "as long, repeats it below a longer sound, and cuts it to a shorter one."
        ),
    )
    loudness: Target | Unsaid = Field(
        default=None,
        description="Loudness to bring the sound to, in LUFS (EBU R 128); left alone if none is said.",
    )
    true_peak: float = Field(
        default=-1.0, ge=-9, le=0, description="Highest true peak where a loudness is wanted, in dBTP."
    )
    fade_in: float = Field(default=0.0, ge=0, le=60, description="Seconds in which the sound comes up.")
    fade_out: float = Field(default=0.0, ge=0, le=60, description="Seconds in which the sound goes away.")
    keep_original: bool = Field(default=False, description="Keep the video's own sound under the new one.")
    original_gain: float = Field(
        default=-12.0, ge=-60, le=12, description="Gain of the video's own sound where it is kept, in dB."
    )
