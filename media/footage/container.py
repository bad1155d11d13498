"""The containers that footage comes in, and what each may be used as."""

from dataclasses import dataclass
from enum import StrEnum


class Container(StrEnum):
    """What wraps footage."""

    MOV = "mov"
    MATROSKA = "matroska"
    AVI = "avi"
    MPEG_TS = "mpegts"
    MPEG_PS = "mpeg"
    FLV = "flv"
    ASF = "asf"
    OGG = "ogg"
    WAV = "wav"
    MP3 = "mp3"
    AAC = "aac"
    FLAC = "flac"
    AIFF = "aiff"
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    TIFF = "tiff"
    BMP = "bmp"
    GIF = "gif"
    TEXT = "text"

    @property
    def demuxer(self) -> str:
        """What reads it, as ffmpeg calls that; pictures and text are not read by ffmpeg."""
        return DEMUXERS.get(self, self.value)


DEMUXERS = {Container.MATROSKA: "matroska,webm"}
MEDIA_TYPES = {
    Container.MOV: "video/mp4",
    Container.MATROSKA: "video/x-matroska",
    Container.AVI: "video/x-msvideo",
    Container.MPEG_TS: "video/mp2t",
    Container.MPEG_PS: "video/mpeg",
    Container.FLV: "video/x-flv",
    Container.ASF: "video/x-ms-asf",
    Container.OGG: "application/ogg",
    Container.WAV: "audio/wav",
    Container.MP3: "audio/mpeg",
    Container.AAC: "audio/aac",
    Container.FLAC: "audio/flac",
    Container.AIFF: "audio/aiff",
    Container.PNG: "image/png",
    Container.JPEG: "image/jpeg",
    Container.WEBP: "image/webp",
    Container.TIFF: "image/tiff",
    Container.BMP: "image/bmp",
    Container.GIF: "image/gif",
    Container.TEXT: "text/plain",
}


@dataclass(frozen=True)
class Medium:
    """One use of footage, and what it may come in.

    Attributes:
        called: What is expected, for messages.
        containers: That may hold it.
        welcome: What is no container of footage, and yet one of these, as `media.footage.sniff` calls it.
    """

    called: str
    containers: frozenset[Container]
    welcome: frozenset[str] = frozenset()


_MOVING = frozenset({
    *(Container.MOV, Container.MATROSKA, Container.AVI, Container.MPEG_TS, Container.MPEG_PS),
    *(Container.FLV, Container.ASF, Container.OGG),
})  # fmt: skip
_SOUNDING = frozenset({Container.WAV, Container.MP3, Container.AAC, Container.FLAC, Container.AIFF})
VIDEO = Medium("a video (MP4, MOV, MKV, WebM, AVI, MPEG, FLV, WMV or Ogg)", _MOVING)
SOUND = Medium("a sound (WAV, MP3, AAC, M4A, FLAC, AIFF or Ogg, or a video with sound)", _SOUNDING | _MOVING)
PICTURE = Medium(
    "a picture (PNG, JPEG, WebP, TIFF, BMP or GIF)",
    frozenset({
        *(Container.PNG, Container.JPEG, Container.WEBP, Container.TIFF, Container.BMP, Container.GIF),
    }),
)  # fmt: skip
CAPTIONS = Medium(
    "captions (SRT, WebVTT, ASS or words as JSON)", frozenset({Container.TEXT}), welcome=frozenset({"JSON"})
)
