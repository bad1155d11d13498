"""Block: where sources, intermediates and results lie, for everybody who uses a Prefect server."""

import asyncio
import hashlib
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from prefect.filesystems import WritableFileSystem
from pydantic import ConfigDict, Field, SecretStr, StringConstraints, model_validator

from blocks.bucket import Bucket, Endpoint, Prefix, Region
from blocks.json_result import checked_json
from media.digest import digest_of
from media.store import FolderStore
from media.store import ObjectStore as Store
from media.store.keys import key_for

Folder = Annotated[str, StringConstraints(pattern=r"^([/~].*)?$", max_length=1024)]
MaybeBucketName = Annotated[str, StringConstraints(pattern=r"^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$")]
ONLY_OF_A_BUCKET = (
    "prefix",
    "endpoint_url",
    "region",
    "access_key_id",
    "secret_access_key",
)


class ObjectStore(WritableFileSystem):
    """Where sources, intermediates and results lie: a folder, or a bucket on S3; Prefect's own results too.

    Example:
        ```python
        from blocks.object_store import ObjectStore

        store = ObjectStore.load("BLOCK_NAME").open()
        ```
    """

    _block_type_name: ClassVar[str | None] = "Object Store"
    _block_type_slug: ClassVar[str | None] = "object-store"
    # A wrong value is not said again in the error: it may be the secret key.
    model_config: ClassVar[ConfigDict] = ConfigDict(hide_input_in_errors=True)

    folder: Folder = Field(
        default="",
        description="Folder on the machine that works, from its root or home; leave empty for a bucket.",
    )
    bucket: MaybeBucketName = Field(default="", description="Name of a bucket on S3, instead of a folder.")
    prefix: Prefix = Field(default="", description="What the keys in the bucket begin with, such as parts.")
    endpoint_url: Endpoint = Field(
        default="", title="Endpoint URL", description="Address of an S3 that is not Amazon's."
    )
    region: Region = Field(
        default="", description="Region of the bucket; if empty, what the machine is set up for."
    )
    access_key_id: str = Field(
        default="",
        max_length=256,
        title="Access key id",
        description="If empty, boto3 looks for credentials where it always does: environment, files, role.",
    )
    secret_access_key: SecretStr | None = Field(
        default=None, title="Secret access key", description="Belongs to the access key id."
    )
    addressing: Literal["auto", "path", "virtual"] = Field(
        default="auto",
        description="Where addresses have the bucket: in their path or host name; auto knows most servers.",
    )

    @model_validator(mode="after")
    def _is_a_folder_or_a_bucket(self) -> Self:
        if bool(self.folder) == bool(self.bucket):
            raise ValueError(f"expected a folder or a bucket, found {'both' if self.folder else 'neither'}")
        return self

    @model_validator(mode="after")
    def _says_of_a_folder_nothing_that_belongs_to_a_bucket(self) -> Self:
        said = [name for name in ONLY_OF_A_BUCKET if getattr(self, name)]
        said += ["addressing"] if self.addressing != "auto" else []
        if self.folder and said:
            raise ValueError(f"expected nothing but the folder, found also {', '.join(said)}")
        return self

    @model_validator(mode="after")
    def _has_both_halves_of_the_key_or_neither(self) -> Self:
        if bool(self.access_key_id) != bool(self.secret_access_key):
            raise ValueError("expected an access key id and its secret access key, found only one of the two")
        return self

    def open(self) -> Store:
        """Return the store, for media code."""
        if self.folder:
            return FolderStore(Path(self.folder).expanduser())
        path_style = None if self.addressing == "auto" else self.addressing == "path"
        said = {name: getattr(self, name) for name in ONLY_OF_A_BUCKET}
        return Bucket(bucket=self.bucket, path_style=path_style, **said).open()

    def read_path(self, path: str, *, _sync: bool = True) -> bytes:  # type: ignore[override] # Prefect asks so
        """Return one of Prefect's results. Raises `Missing`, or `BadInput` if it is not JSON."""
        return checked_json(self.open().get(_key(path)), path)

    def write_path(self, path: str, content: bytes, *, _sync: bool = True) -> None:  # type: ignore[override] # the same
        """Store one of Prefect's results. Raises `BadInput` if it is not JSON."""
        sound = checked_json(content, path)
        self.open().put(_key(path), sound, sha256=hashlib.sha256(sound).hexdigest())

    async def aread_path(self, path: str) -> bytes:
        """Return one of Prefect's results, for flows that are async."""
        return await asyncio.to_thread(self.read_path, path)

    async def awrite_path(self, path: str, content: bytes) -> None:
        """Store one of Prefect's results, for flows that are async."""
        await asyncio.to_thread(self.write_path, path, content)


def _key(path: str) -> str:
    """Return our key of a result that Prefect, or its user, calls `path`."""
    return key_for("results", digest_of({"stage": "prefect-result", "path": path}), "result.json")
