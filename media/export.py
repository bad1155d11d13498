"""Give people their files: out of the store, under human names."""

import re
from pathlib import Path, PurePath
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from media.asset import Asset, fetch_asset
from media.asset_tree import TREE, read_tree
from media.deliverables import name_for_people, stem_for_people
from media.errors import BadInput
from media.intake import is_local, name_at
from media.manifest import Content, Manifest, Output, manifest_key
from media.store import Missing, ObjectStore
from media.store.disk import disk_failure

NAMED = re.compile(r"(?:(?:.*/)?manifests/[0-9a-f]{2}/)?([0-9a-f]{64})(?:/manifest\.json)?")


class ExportJob(BaseModel):
    """Write the files of a finished job into a folder, under names for people."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    result: str = Field(
        min_length=64,
        max_length=4096,
        description="The job's digest, or where its manifest lies, as its run says.",
    )
    folder: str = Field(
        min_length=1,
        max_length=1024,
        description="Folder to write into; on a server, one below its folder of exports.",
    )
    frames: bool = Field(
        default=False,
        description=(
            "Write the frames of a video too, into a folder of their own. Frames that are not PNG, and those "
            "without a video, always come along."
        ),
    )


def export_job(job: ExportJob, store: ObjectStore, root: Path | None) -> list[Path]:
    """Write what `job` asks for, only below `root` if there is one; returns the paths of the files.

    Raises:
        BadInput: No such job is finished, or the folder is not one to write into.
        Damaged: An output's bytes are not those that were stored.
    """
    folder = Path(job.folder).expanduser() if root is None else folder_below(root, job.folder)
    return export(job_named(job.result), store, folder, frames=job.frames)


def job_named(result: str) -> str:
    """Return the digest of the job that is named by its digest or by its manifest's address.

    Raises:
        BadInput: It is neither.
    """
    if named := NAMED.fullmatch(result.strip()):
        return named[1]
    raise BadInput(f"{result}: expected the digest of a finished job, or where its manifest lies")


def folder_below(root: Path, folder: str) -> Path:
    """Return `folder`, taken as below `root`, after all its links were followed.

    Raises:
        BadInput: It lies elsewhere.
    """
    home = root.resolve()
    wanted = (home / folder).resolve()
    if not wanted.is_relative_to(home):
        raise BadInput(f"{folder}: expected a folder below {root}, found one elsewhere; name one below it")
    return wanted


def export(
    job: str, store: ObjectStore, folder: Path, asked: str = "", *, frames: bool = False
) -> list[Path]:
    """Copy the outputs of a finished job into `folder`, over files of the same names; returns their paths.

    Frames go into a folder of their own, whose path is returned for all of them.

    Args:
        job: Its digest.
        store: Where it lies.
        folder: Where the files go.
        asked: Path or address that the files are named after; if empty, the one that they were made from,
            which may have had another name.
        frames: Whether those of a video are wanted too; frames that are what was asked for always are.

    Raises:
        BadInput: No such job is finished, or the folder cannot be written.
        OutOfResources: Its disk is full.
        Damaged: An output's bytes are not those that were stored; a file of its name stays as it was.
    """
    manifest = _manifest_of(job, store)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = [
            _output(output, _name(output.download_name, manifest, asked), store, folder)
            for output in manifest.content.outputs
        ]
        if not manifest.content.frames or not (frames or _are_wanted_themselves(manifest.content)):
            return written
        return [*written, _frames(manifest, asked, store, folder)]
    except OSError as error:
        raise disk_failure(error, str(folder)) from error


def _manifest_of(job: str, store: ObjectStore) -> Manifest:
    try:
        return Manifest.model_validate_json(store.get(manifest_key(job)))
    except Missing:
        raise BadInput(
            f"{job}: expected the digest of a finished job, found no manifest of it in this store"
        ) from None
    except ValidationError as error:
        raise BadInput(
            f"{job}: expected a manifest of version 1, found it damaged or of another version; "
            "run the job again, or export it by the version that made it"
        ) from error


def _are_wanted_themselves(content: Content) -> bool:
    """Return whether frames are what was asked for, rather than what a video or a still is made of."""
    roles = {output.role for output in content.outputs}
    plain = all(frame.key.endswith(".png") for frame in content.frames)
    return "still" not in roles and not ("video" in roles and plain)


def _frames(manifest: Manifest, asked: str, store: ObjectStore, folder: Path) -> Path:
    """Write frames by their numbers into a folder named after what they were made from."""
    name = name_for_people(manifest.record.source, "video", "-frames", manifest.content.noun)
    place = folder / _name(name, manifest, asked)
    _make_folder(place, folder)
    for frame in manifest.content.frames:
        asset = Asset(uri="", sha256=frame.sha256, size=frame.size, media_type="", key=frame.key)
        _written(asset, PurePath(frame.key).name, store, place)
    return place


def _name(name: str, manifest: Manifest, asked: str) -> str:
    made_from = stem_for_people(manifest.record.source)
    if not asked or not name.startswith(made_from):
        return name
    is_path = is_local(asked) and not asked.lower().startswith(
        "file://"
    )  # which may hold a #, as no address does
    return stem_for_people(asked if is_path else name_at(asked)) + name.removeprefix(made_from)


def _output(output: Output, name: str, store: ObjectStore, folder: Path) -> Path:
    """Write a file, or a tree of files into a folder of its own."""
    if output.asset.media_type != TREE:
        return _written(output.asset, name, store, folder)
    _expect_a_name(name)
    place = folder / name
    for path, asset in read_tree(output.asset, store).files.items():
        within = (place / path).parent
        _make_folder(within, folder)
        _written(asset, PurePath(path).name, store, within)
    return place


def _make_folder(place: Path, folder: Path) -> None:
    """Make `place` below `folder`, and nothing where a link in its way leads elsewhere."""
    if not place.resolve().is_relative_to(folder.resolve()):
        raise BadInput(f"{place}: expected a folder of ours, found a link to elsewhere; remove it")
    place.mkdir(parents=True, exist_ok=True)


def _written(asset: Asset, name: str, store: ObjectStore, folder: Path) -> Path:
    """Write one file whole or not at all; a link that has its name is replaced, never followed.

    A manifest comes from the store, where others may write: a name in it is not believed to be one.
    """
    _expect_a_name(name)
    path, part = folder / name, folder / f".{uuid4().hex}.part"
    try:
        fetch_asset(asset, store, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _expect_a_name(name: str) -> None:
    if PurePath(name).name != name or name in {"", ".."} or not name.isprintable():
        raise BadInput(f"{name!r}: expected a plain file name in the manifest, found a path; it is not ours")
