"""Stored files with an identity: what stages hand to each other instead of bytes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Asset(BaseModel):
    """A stored file: where it lies and what its bytes are."""

    model_config = ConfigDict(frozen=True)

    uri: str = Field(description="Where the bytes lie, as the store names it.")
    sha256: Sha256 = Field(description="Digest of the bytes.")
    size: int = Field(ge=0, description="Length in bytes.")
    media_type: str = Field(description="Kind of content, such as image/png.")
    key: str = Field(description="The object's key in its store.")
