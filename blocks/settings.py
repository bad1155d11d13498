"""What is set up on this machine: the one place where our variables of the environment are read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from blocks.bucket import Bucket
from media.errors import BadInput

VARIABLES = {
    "bucket": "RENDERMILL_STORE",
    "prefix": "RENDERMILL_STORE",
    "endpoint_url": "RENDERMILL_S3_ENDPOINT",
    "region": "RENDERMILL_S3_REGION",
}
"""Where the fields of a bucket come from."""


class Settings(BaseSettings):
    """What can be said about this machine, each as `RENDERMILL_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="RENDERMILL_", env_ignore_empty=True, frozen=True)

    store: str = Field(
        default_factory=lambda: str(user_data_path("rendermill") / "store"),
        description="Where sources and results lie: a folder, s3://bucket/prefix, or block:NAME.",
    )
    s3_endpoint: str = Field(default="", description="Address of an S3 that is not Amazon's.")
    s3_region: str = Field(default="", description="Region of the bucket, if boto3 is not to look it up.")
    s3_path_style: bool | None = Field(
        default=None,
        description="Whether addresses have the bucket in their path; if unset, what most servers want.",
    )
    sources: str = Field(
        default="",
        description="Folders, separated by colons, below which jobs may name files; if empty, any file.",
    )
    buckets: str = Field(
        default="",
        description="What jobs may name objects in, each as bucket or bucket/prefix, separated by commas; if "
        "empty, whatever the store's account may read.",
    )
    exports: Path = Field(
        default_factory=lambda: user_data_path("rendermill") / "exports",
        description="Folder below which a deployed export-job may write.",
    )
    blender: Path | None = Field(
        default=None, description="Blender executable; if unset, the Blender of the bpy wheel renders."
    )
    host: Path | None = Field(
        default=None,
        description="Socket of this machine's renderer host; if unset, each job starts a Blender of its own.",
    )
    ffmpeg: Path | None = Field(
        default=None, description="ffmpeg executable; if unset, the one on PATH, or else the packaged one."
    )

    webhook_secret: SecretStr | None = Field(
        default=None,
        description="What webhooks are signed by: whsec_ and base64, other text, or block:NAME of a Secret.",
    )
    nvenc_sessions: int = Field(
        default=3, ge=1, le=64, description="How many videos one GPU's encoder works on at the same time."
    )

    @property
    def store_block(self) -> str:
        """Name of the block that is the store, if one is."""
        return self.store.removeprefix("block:") if self.store.startswith("block:") else ""

    @property
    def store_is_an_address(self) -> bool:
        """Whether the store is named like s3://, and is no folder; a folder may have a colon in its name."""
        return self.store.partition(":")[2].startswith("//")


def absolute(path: Path) -> Path:
    """Return a path from the root, a leading ~ resolved."""
    return path.expanduser().absolute()


def read_settings() -> Settings:
    """Return what the environment says; a variable that is empty counts as unset.

    Raises:
        BadInput: A variable does not hold what it is for.
    """
    with _refusals():
        return Settings()


def bucket_of(settings: Settings) -> Bucket:
    """Return the bucket that `settings` name as s3://bucket/prefix; its credentials boto3 finds by itself.

    Raises:
        BadInput: They name none.
    """
    scheme, _, place = settings.store.partition("://")
    if scheme != "s3":
        raise BadInput(
            f"RENDERMILL_STORE: expected a folder, s3://bucket/prefix or block:NAME, found {scheme}://"
        )
    name, _, prefix = place.partition("/")
    return reached_by(settings, bucket=name, prefix=prefix.strip("/"))


def reached_by(settings: Settings, *, bucket: str, prefix: str = "") -> Bucket:
    """Return a bucket as this machine's account reaches it.

    Raises:
        BadInput: It cannot be one, or the variables of the account do not hold what they are for.
    """
    with _refusals():
        return Bucket(
            bucket=bucket,
            prefix=prefix,
            endpoint_url=settings.s3_endpoint,
            region=settings.s3_region,
            path_style=settings.s3_path_style,
        )


@contextmanager
def _refusals() -> Iterator[None]:
    """Say which variable does not hold what it is for, and not what it holds, which may be a secret."""
    try:
        yield
    except ValidationError as error:
        fields = sorted({str(problem["loc"][0]) for problem in error.errors()})
        variables = sorted({VARIABLES.get(field, f"RENDERMILL_{field.upper()}") for field in fields})
        raise BadInput(
            f"{', '.join(variables)}: expected what docs/object-stores.md says of it, found something else "
            f"as {', '.join(fields)}; credentials belong into boto3's own variables or a block"
        ) from None
