"""Bring footage into the store under its digest, whatever it is used as."""

from pydantic import BaseModel, ConfigDict, Field

from media.access import Access
from media.asset import Asset
from media.footage.container import MEDIA_TYPES, Container, Medium
from media.footage.sniff import container_of_file
from media.intake import Arrived, stored_source, taken_in
from media.store import ObjectStore


class Footage(BaseModel):
    """A stored video, sound, picture or caption file."""

    model_config = ConfigDict(frozen=True)

    asset: Asset
    name: str = Field(description="The file's own name, for messages and for naming outputs.")
    container: Container = Field(description="What wraps it, by its content.")
    found: bool = Field(default=False, description="Whether the store had its bytes already.")


def download_footage(
    address: str, medium: Medium, store: ObjectStore, access: Access | None = None
) -> Footage:
    """Store the file at a path or address under its sha256.

    Args:
        address: As `download_model` takes it.
        medium: What the file is to be used as.
        store: Where it goes.
        access: What the caller may name; if None, any file of this machine and the public web.

    Raises:
        BadInput: There is no such file, it is too large, or nothing that can be used so.
        Unavailable: Its server did not answer, or the store did not.
        OutOfResources: The disk is full.
    """

    def keep(arrived: Arrived) -> Footage:
        container = container_of_file(arrived.path, arrived.name, medium)
        asset, found = stored_source(arrived.path, arrived.name, MEDIA_TYPES[container], store)
        return Footage(asset=asset, name=arrived.name, container=container, found=found)

    return taken_in(address, store, access, keep)
