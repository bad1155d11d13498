"""What videos are made for, and what that asks of them."""

from dataclasses import dataclass
from typing import Literal

from media.codec import Codec
from media.encoder_options import Preset

ProfileName = Literal["web", "hevc", "av1", "prores", "proxy", "archive", "hls"]
SoundCodec = Literal["aac", "pcm_s16le"]


@dataclass(frozen=True)
class Profile:
    """One use of a video.

    Attributes:
        codec: Of its pictures.
        crf: Constant rate factor, where none is asked for.
        preset: How much time the encoder takes.
        long: Most pixels of the longer side.
        short: Most pixels of the shorter side.
        sound: Codec of its sound, where that cannot stay as it is.
        kept: Codecs of sound that stay as they are.
        all_sounds: Whether it has all that the footage has, or the first alone, in stereo at most.
    """

    codec: Codec
    crf: int
    preset: Preset
    long: int = 16384
    short: int = 16384
    sound: SoundCodec = "aac"
    kept: tuple[str, ...] = ("aac",)
    all_sounds: bool = False


MP4_SOUNDS = ("aac", "ac3", "eac3", "alac", "flac", "mp3", "opus")
MOV_SOUNDS = ("aac", "alac", "pcm_s16le", "pcm_s24le")
PROFILES: dict[ProfileName, Profile] = {
    "web": Profile("h264", 20, "fast", 1920, 1080),
    "hevc": Profile("hevc", 22, "fast", kept=MP4_SOUNDS, all_sounds=True),
    "av1": Profile("av1", 30, "medium", kept=MP4_SOUNDS, all_sounds=True),
    "prores": Profile("prores", 18, "medium", sound="pcm_s16le", kept=MOV_SOUNDS, all_sounds=True),
    "proxy": Profile("h264", 26, "veryfast", 960, 540),
    "archive": Profile("hevc", 16, "medium", kept=MP4_SOUNDS, all_sounds=True),
    "hls": Profile("h264", 21, "fast", 1920, 1080),
}
