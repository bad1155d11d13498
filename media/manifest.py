"""The manifest: written last and once; without it, a job is not done."""

import logging
from collections.abc import Sequence
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from media.asset import Asset
from media.asset_tree import TREE, missing_of
from media.cost import Cost
from media.errors import ToolFailed
from media.faults import fault_point
from media.frame_display import Display
from media.frames import Frame
from media.proof import Proof, find_proofs, warnings_of
from media.store import Missing, ObjectStore
from media.store.keys import folder_of, key_for
from media.store.once import write_first
from media.store.protocol import StoredWrong

logger = logging.getLogger(__name__)

Role = Literal[
    "video",
    "still",
    "captions",
    "poster",
    "contact-sheet",
    "before-after",
    "waveform",
    "sprite",
    "thumbnails",
    "streams",
    "hls",
    "glb",
    "usd",
    "results",
    "gallery",
    "index",
    "forecast",
]
NAME = "manifest.json"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Output(_Frozen):
    """A finished file."""

    role: Role
    asset: Asset
    download_name: str = Field(description="The name a person gets it under.")


class FrameEntry(_Frozen):
    """A frame that the outputs were made of."""

    number: int
    key: str
    sha256: str
    size: int
    display: Display | None = Field(default=None, description="What shows it, if that is not itself.")


class Content(_Frozen):
    """What was made: the same for everybody who runs this job."""

    job: str = Field(description="The job's digest.")
    noun: str = Field(description="What kind of work it was.")
    outputs: tuple[Output, ...]
    frames: tuple[FrameEntry, ...] = ()


class Record(_Frozen):
    """How it was made, this once."""

    source: str = Field(description="The source's file name.")
    source_sha256: str
    asked: dict[str, object] = Field(description="The job as it was asked for.")
    built: str = Field(default="", description="Digest of what the source was built from, if we built it.")
    route: str = Field(default="", description="How geometry reached Blender: usd-given, usd-made or glb.")
    route_why: str = ""
    geometry: str = Field(default="", description="Digest of the geometry.")
    scene: str = Field(default="", description="Digest of the prepared scene.")
    render: str = Field(default="", description="Digest that names the frames.")
    blender: str = Field(default="", description="Blender's version.")
    reused: tuple[str, ...] = Field(default=(), description="Stages whose work was found, not made.")
    frames: tuple[Frame, ...] = Field(default=(), description="Per frame: device, seconds, peak memory.")
    encoder: str = Field(default="", description="What encoded the video.")
    encoder_reason: str = ""
    seconds: dict[str, float] = Field(default={}, description="What stages took when made, in seconds.")
    proofs: tuple[Proof, ...] = Field(default=(), description="What each renderer did, and on what.")
    machine: str = Field(default="", description="Where it ran.")
    cost: Cost | None = Field(default=None, description="What rented machines cost, if any were.")
    warnings: tuple[str, ...] = ()


class Manifest(_Frozen):
    """A finished job."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    version: Literal[1] = Field(default=1, alias="schema", description="Version of this form.")
    content: Content
    record: Record

    def output(self, role: Role) -> Output:
        """Return the output of this role.

        Raises:
            KeyError: The job made none.
        """
        for output in self.content.outputs:
            if output.role == role:
                return output
        raise KeyError(role)

    def proven_by(self, proofs: Sequence[Proof]) -> Self:
        """Return it with the proofs of rendering of its frames, and what they warn of."""
        before = self.record.warnings
        warnings = warnings_of(proofs, [frame.number for frame in self.content.frames], before)
        more = {"proofs": tuple(proofs), "warnings": (*before, *warnings)}
        return self.model_copy(update={"record": self.record.model_copy(update=more)})


class Result(_Frozen):
    """What a flow answers: where the manifest of the finished job lies."""

    manifest: str = Field(description="Address of the manifest.")
    job: str = Field(description="The job's digest.")
    found: bool = Field(default=False, description="Whether the job had been done before.")


def result_of(manifest: Manifest, store: ObjectStore, *, found: bool = False) -> Result:
    """Return where a published manifest lies."""
    job = manifest.content.job
    return Result(manifest=store.uri(manifest_key(job)), job=job, found=found)


def manifest_key(result: str) -> str:
    """Return the key of the manifest of a result's digest."""
    return key_for("manifests", result, NAME)


def find_manifest(result: str, store: ObjectStore) -> Manifest | None:
    """Return the manifest of a result, if it and everything it promises is stored.

    A manifest whose objects were removed, or that cannot be read, is withdrawn, so that the job is made again
    rather than believed.
    """
    key = manifest_key(result)
    stat = store.stat(key)
    if stat is None:
        return None
    try:
        manifest = Manifest.model_validate_json(store.get(key))
    except Missing:  # withdrawn by another just now
        return None
    except (ValidationError, StoredWrong):
        wrong = "is damaged, or of another version"
    else:
        gone = _missing(manifest, store)
        if gone is None:
            return manifest
        wrong = f"promises {gone}, which is gone or changed"
    logger.warning("%s %s; withdrawing it", key, wrong)
    store.delete_if(key, stat.etag)
    return None


def publish_manifest(manifest: Manifest, store: ObjectStore) -> Manifest:
    """Write a manifest after checking that all it promises is stored; returns the first writer's.

    The proofs of rendering that lie beside its frames go into it.

    Raises:
        ToolFailed: An object that it promises is not there.
        Unavailable: Others wrote and withdrew it all the while.
    """
    if gone := _missing(manifest, store):
        raise ToolFailed(
            f"{gone}: expected in the store before the manifest is written, found missing or changed"
        )
    manifest = _proven(manifest, store)
    key = manifest_key(manifest.content.job)
    data = manifest.model_dump_json(by_alias=True, indent=1).encode()
    fault_point("manifest.before_put")
    if first := write_first(key, data, store, lambda: find_manifest(manifest.content.job, store)):
        logger.info("another run published %s first; its manifest stands", key)
        return first
    fault_point("manifest.after_put")
    return manifest


def _proven(manifest: Manifest, store: ObjectStore) -> Manifest:
    """Return a manifest with the proofs of rendering that lie beside its frames."""
    numbers = [frame.number for frame in manifest.content.frames]
    return manifest.proven_by(find_proofs(manifest.record.render, numbers, store)) if numbers else manifest


def _missing(manifest: Manifest, store: ObjectStore) -> str | None:
    """Return the key of an object that the manifest promises and the store lacks, or None."""
    outputs = {output.asset.key: output.asset.size for output in manifest.content.outputs}
    for key, size in outputs.items():
        stat = store.stat(key)
        if stat is None or stat.size != size:
            return key
    for output in manifest.content.outputs:
        if output.asset.media_type == TREE and (gone := missing_of(output.asset, store)):
            return gone
    frames = manifest.content.frames
    if not frames:
        return None
    folder = folder_of("renders", manifest.record.render)
    stored = {stat.key: stat.size for stat in store.list(folder)}
    promised = [one for frame in frames for one in (frame, frame.display) if one]
    return next((one.key for one in promised if stored.get(one.key) != one.size), None)
