"""What a webhook tells of a job that has ended."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from media.asset_tree import TREE
from media.errors import BadInput
from media.manifest import Manifest, Output
from media.redact import redacted
from media.store import ObjectStore

HOUR_S = 3600


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class OutputTold(_Frozen):
    """A finished file, and where it is to be had."""

    role: str
    name: str
    size: int = Field(description="In bytes.")
    sha256: str
    media_type: str
    url: str = Field(
        description=(
            "A link that works for a while, if links were asked for; else its address. Empty for a tree "
            "of files where links were asked for, since one link opens one file."
        )
    )


class Message(_Frozen):
    """The body of a webhook."""

    id: str = Field(description="Of this message, the same however often it is sent.")
    status: Literal["completed", "failed"]
    flow: str
    run: str = Field(description="Id of the run, which its page is found by.")
    reference: str = Field(default="", description="The caller's own name for the job.")
    job: str = Field(default="", description="The job's digest, if it came so far.")
    found: bool = Field(default=False, description="Whether it had been done before.")
    outputs: tuple[OutputTold, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: dict[str, float] = {}
    encoder: str = ""
    encoder_reason: str = ""
    error: str = Field(default="", description="Why it failed, in a sentence.")


class Ending(_Frozen):
    """How a run ended."""

    message: str = Field(description="Name of the message that tells of it.")
    flow: str
    run: str
    job: str = ""
    found: bool = False
    error: str = Field(default="", description="Why it failed; empty if it did not.")


def failed(ending: Ending, reference: str) -> Message:
    """Return what is told of a job that failed."""
    return Message(
        id=ending.message,
        status="failed",
        flow=ending.flow,
        run=ending.run,
        reference=reference,
        error=redacted(ending.error),
    )


def completed(
    ending: Ending, reference: str, manifest: Manifest, store: ObjectStore, link_hours: int
) -> Message:
    """Return what is told of a finished job; the links in it are made now.

    Raises:
        Unavailable: The store cannot make links now.
    """
    record = manifest.record
    return Message(
        id=ending.message,
        status="completed",
        flow=ending.flow,
        run=ending.run,
        reference=reference,
        job=manifest.content.job,
        found=ending.found,
        outputs=tuple(_told(one, store, link_hours) for one in manifest.content.outputs),
        warnings=record.warnings,
        seconds=record.seconds,
        encoder=record.encoder,
        encoder_reason=record.encoder_reason,
    )


def address_of(output: Output, store: ObjectStore, link_hours: int) -> str:
    """Return a link to a finished file that works for so many hours; if 0, its address in the store."""
    key = output.asset.key
    if not link_hours:
        return store.uri(key)
    return store.presign(key, link_hours * HOUR_S, output.download_name)


def expect_links(link_hours: int, store: ObjectStore) -> None:
    """Refuse links of a store that can give none.

    Raises:
        BadInput: It cannot.
    """
    if link_hours and not store.capabilities().presign:
        raise BadInput(
            f"link_hours: expected a store that gives links, as S3 does, found a folder ({link_hours} h were "
            "asked for); ask for 0, or set RENDERMILL_STORE to a bucket"
        )


def _told(output: Output, store: ObjectStore, link_hours: int) -> OutputTold:
    has_no_link = bool(link_hours) and output.asset.media_type == TREE
    return OutputTold(
        role=output.role,
        name=output.download_name,
        size=output.asset.size,
        sha256=output.asset.sha256,
        media_type=output.asset.media_type,
        url="" if has_no_link else address_of(output, store, link_hours),
    )
