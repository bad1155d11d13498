"""The three requests of the older media worker, as one form: which of them it is, its fields tell."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from media.delivery.wish import WebhookAddress
from media.form import PublicAddress, Unsaid
from media.older.style import OlderStyle

Operation = Literal["caption", "img2vid", "addaudio"]
Zoom = Literal["zoomin", "zoomout", "zoompanright"]
MOST_IMAGES = 2000
NAMED_BY = {
    "img2vid": ("images",),
    "addaudio": ("url_audio",),
    "caption": ("url_srt", "url_caption"),
}
"""The fields by which an operation is known; a request has those of one."""


def _closed(schema: dict[str, Any]) -> None:
    """Have Prefect refuse unknown fields, before it keeps what may be secret in them."""
    schema["additionalProperties"] = False


class OlderImage(BaseModel):
    """A picture of an `img2vid`."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, json_schema_extra=_closed
    )

    id: str = Field(max_length=200, description="What the caller calls it; the answer says it again.")
    image_url: PublicAddress = Field(description="Where the picture is.")
    duracao: float = Field(gt=0, le=1000, description="Length of its clip in seconds.")

    @field_validator("id", mode="before")
    @classmethod
    def _takes_a_number_for_a_name(cls, given: object) -> object:
        return str(given) if isinstance(given, int) else given


class OlderRequest(BaseModel):
    """A request as the older media worker took it: caption, img2vid or addaudio."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, json_schema_extra=_closed
    )

    operation: Literal["", "caption", "img2vid", "addaudio"] = Field(
        default="", description="What is asked for; if empty, the fields tell."
    )
    url_video: PublicAddress | Unsaid = Field(default=None, description="The video.")
    url_srt: PublicAddress | Unsaid = Field(default=None, description="Captions of its first form.")
    url_caption: PublicAddress | Unsaid = Field(
        default=None, description="Captions of its later form: SRT or ASS, or words as JSON."
    )
    url_audio: PublicAddress | Unsaid = Field(default=None, description="The sound.")
    images: tuple[OlderImage, ...] = Field(
        default=(), max_length=MOST_IMAGES, description="Pictures that are to move."
    )
    zoom_types: tuple[Zoom, ...] = Field(
        default=("zoomin",), min_length=1, max_length=20, description="How they do so, one after the other."
    )
    type: Literal["", "segments", "highlight"] = Field(
        default="", description="Whole captions, or the word being said marked."
    )
    uppercase: bool = Field(default=False, description="Whether captions are all capitals.")
    style: OlderStyle = Field(default=OlderStyle(), description="How captions look.")
    path: str = Field(
        default="", max_length=1024, description="Where the result was to lie; the answer says it."
    )
    output_filename: str = Field(default="", max_length=255, description="The result's name for people.")
    webhook_url: WebhookAddress = Field(default="", description="Who is told of the end.")
    id_roteiro: str = Field(default="", max_length=200, description="The caller's own name for the job.")

    @field_validator("id_roteiro", mode="before")
    @classmethod
    def _takes_a_number_for_a_name(cls, given: object) -> object:
        return str(given) if isinstance(given, int) else given

    @field_validator("webhook_url", "path", "output_filename", "id_roteiro", "type", mode="before")
    @classmethod
    def _takes_null_for_nothing(cls, given: object) -> object:
        return "" if given is None else given

    @field_validator("style", mode="before")
    @classmethod
    def _takes_null_for_no_style(cls, given: object) -> object:
        return {} if given is None else given

    @model_validator(mode="after")
    def _is_one_of_the_three(self) -> Self:
        self.asked  # noqa: B018 - raises what is missing
        return self

    @property
    def asked(self) -> Operation:
        """Which operation it is.

        Raises:
            ValueError: Its fields are of none, or of several.
        """
        by_fields = [name for name, fields in NAMED_BY.items() if any(getattr(self, one) for one in fields)]
        if len(by_fields) != 1 or self.operation not in {"", by_fields[0]}:
            found = " and ".join(by_fields) or "none of them"
            said = f", and the operation {self.operation}" if self.operation else ""
            raise ValueError(
                "expected images, url_audio, or url_srt or url_caption, one of the three and its operation, "
                f"found fields of {found}{said}"
            )
        if by_fields[0] != "img2vid" and not self.url_video:
            raise ValueError(f"expected url_video for the operation {by_fields[0]}, found none")
        return by_fields[0]  # type: ignore[return-value] # a key of NAMED_BY


def unwrapped(given: object) -> object:
    """Return a request out of the envelope `{"input": …}` in which it reached a serverless worker."""
    inner = given.get("input") if isinstance(given, dict) else None
    return inner if isinstance(inner, dict) else given
