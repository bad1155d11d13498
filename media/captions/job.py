"""What can be asked of captions and a video."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from media.captions.style import CaptionStyle
from media.footage.container import CAPTIONS, VIDEO, Medium
from media.footage.job import EncodeWish, FootageJob
from media.form import PublicAddress

Mode = Literal["burned", "soft", "sidecar"]
# ISO 639-1 and 639-2/T: MP4 takes the latter. Those that captions are mostly in.
THREE_LETTERS = {
    "ar": "ara",
    "bg": "bul",
    "bn": "ben",
    "cs": "ces",
    "da": "dan",
    "de": "deu",
    "el": "ell",
    "en": "eng",
    "es": "spa",
    "et": "est",
    "fa": "fas",
    "fi": "fin",
    "fr": "fra",
    "he": "heb",
    "hi": "hin",
    "hr": "hrv",
    "hu": "hun",
    "id": "ind",
    "it": "ita",
    "ja": "jpn",
    "ko": "kor",
    "lt": "lit",
    "lv": "lav",
    "ms": "msa",
    "nl": "nld",
    "no": "nor",
    "pl": "pol",
    "pt": "por",
    "ro": "ron",
    "ru": "rus",
    "sk": "slk",
    "sl": "slv",
    "sr": "srp",
    "sv": "swe",
    "ta": "tam",
    "te": "tel",
    "th": "tha",
    "tr": "tur",
    "uk": "ukr",
    "ur": "urd",
    "vi": "vie",
    "zh": "zho",
}


def _three_letters(value: object) -> object:
    """Return a language by its three letters, given those or its two, a region left out."""
    if not isinstance(value, str):
        return value
    language = value.strip().lower().replace("_", "-").partition("-")[0]
    return THREE_LETTERS.get(language, language)


Language = Annotated[str, BeforeValidator(_three_letters), Field(pattern=r"^[a-z]{3}$")]


class CaptionJob(FootageJob, EncodeWish):
    """Captions in a video, or beside it."""

    noun: ClassVar[str] = "captioned"
    recipe: ClassVar[int] = 1
    addresses: ClassVar[Mapping[str, Medium]] = {"source": VIDEO, "captions": CAPTIONS}

    source: PublicAddress = Field(description="Path or address of the video.")
    captions: PublicAddress = Field(
        description="Path or address of the captions: SRT, WebVTT, ASS, or words with their times as JSON."
    )
    mode: Mode = Field(
        default="burned",
        description="Burned into the picture, soft as a track to switch on, or sidecar: WebVTT alone.",
    )
    language: Language = Field(
        default="und", description="Language of the captions, such as pt or por; und where it is unsaid."
    )
    style: CaptionStyle = Field(default=CaptionStyle(), description="How burned captions look.")
    restyle: bool = Field(
        default=False, description="Whether an ASS script gets this style instead of those that it brings."
    )
