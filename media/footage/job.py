"""What jobs over footage have in common, and the wishes that several of them share."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from media.codec import Codec
from media.delivery.wish import DELIVERY, DeliveryWish
from media.encoder_options import Preset
from media.footage.container import Medium
from media.footage.source import Footage
from media.form import order_fields
from media.intake import stored_address
from media.video.settings import Colour

Queue = Literal["light", "heavy"]


def _form_of(schema: dict[str, Any]) -> None:
    order_fields(schema, [name for name in schema["properties"] if name not in DELIVERY])


class FootageJob(DeliveryWish):
    """A job over videos, sounds, pictures or captions.

    Attributes:
        noun: What kind of work it is, in manifests and file names.
        recipe: Raised by hand when the same job would come out otherwise.
        addresses: The fields that say where footage lies; its bytes enter digests, these do not.
        asides: The fields that change nothing about what is made.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra=_form_of, hide_input_in_errors=True
    )

    noun: ClassVar[str]
    recipe: ClassVar[int]
    addresses: ClassVar[Mapping[str, Medium]]
    asides: ClassVar[tuple[str, ...]] = ()

    @property
    def queue(self) -> Queue:
        """The queue that this work belongs on: several share a GPU, whose encoders are counted elsewhere."""
        return "light"

    @property
    def identity(self) -> dict[str, Any]:
        """What a digest has of it."""
        return self.model_dump(mode="json", exclude={*self.addresses, *self.asides, *DELIVERY})

    @property
    def asked(self) -> dict[str, Any]:
        """What a manifest keeps of it, which others may find who ask for the same."""
        return self.model_dump(mode="json", exclude={*self.addresses, *DELIVERY})

    @property
    def wanted(self) -> dict[str, tuple[str, Medium]]:
        """Where the footage lies that goes in, and what as, by field; outputs are named after the first."""
        said = {field: (getattr(self, field), medium) for field, medium in self.addresses.items()}
        return {field: (address, medium) for field, (address, medium) in said.items() if address}

    def without(self, field: str, why: str) -> Self | None:  # noqa: ARG002 - for those that can
        """Return the job that goes on without what a field names and cannot be used; None if none can."""
        return None

    def staged(self, footage: Mapping[str, Footage]) -> Self:
        """Return the same job on footage that is in the store, by the fields that named it."""
        return self.model_copy(
            update={field: stored_address(one.asset, one.name) for field, one in footage.items()}
        )


class EncodeWish(BaseModel):
    """How a video is encoded."""

    codec: Codec = Field(default="h264", description="Codec of the video; H.264 plays everywhere.")
    crf: int = Field(
        default=19,
        ge=1,
        le=40,
        title="Video quality (crf)",
        description="Constant rate factor: lower is better and larger; 19 is NVENC's constant quality of 23.",
    )
    preset: Preset = Field(default="fast", description="How much time the encoder takes for a smaller file.")
    background: Colour = Field(
        default="#000000", description="Colour that shows where the footage is transparent."
    )
