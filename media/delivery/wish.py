"""What a job can say about how its result is handed over; it changes nothing about what is made."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field

from media.address import WEBHOOK, expect_webhook

WebhookAddress = Annotated[
    str, Field(max_length=2048, json_schema_extra={"pattern": WEBHOOK}), AfterValidator(expect_webhook)
]
LONGEST_LINK_H = 168
"""A week, which is the longest that S3 signs a link for."""


class DeliveryWish(BaseModel):
    """How the result of a job is handed over."""

    webhook: WebhookAddress = Field(
        default="",
        description="https:// address that is told of the job's end by a signed POST; if empty, none is.",
    )
    link_hours: int = Field(
        default=0,
        ge=0,
        le=LONGEST_LINK_H,
        title="Links (hours)",
        description="How long links to the outputs work that come with the webhook; 0 for no links.",
    )
    idempotency_key: str = Field(
        default="",
        max_length=200,
        title="Idempotency key",
        description="A name for this very request: asked again under it, the same result is returned.",
    )
    reference: str = Field(
        default="", max_length=200, description="Your own name for the job, handed back by the webhook."
    )

    def undelivered(self) -> Self:
        """Return the same job without its wishes for delivery, for who does the work of another run."""
        return self.model_copy(update={name: DeliveryWish.model_fields[name].default for name in DELIVERY})


DELIVERY = tuple(DeliveryWish.model_fields)
"""The fields that say how a result is handed over."""
