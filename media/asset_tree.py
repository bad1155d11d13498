"""Folders of stored files with an identity: relative path to asset, itself stored under its digest."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, ValidationError

from media.asset import Asset, fetch_exactly
from media.digest import sha256_of_file
from media.errors import BadInput
from media.faults import fault_point
from media.store import ObjectStore
from media.store.keys import key_for
from media.store.protocol import StoredWrong
from media.store.touch import kept
from media.workspace import workspace

TREE = "application/vnd.rendermill.tree+json"
MOST_FILES = 100_000
MOST_STEPS, LONGEST_STEP = 16, 100
STEP = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9._+-]{{0,{LONGEST_STEP - 1}}}")
OF_WINDOWS = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


class AssetTree(BaseModel):
    """A folder of stored files.

    Attributes:
        files: By their relative paths, with slashes; not believed before `expect_plain_paths`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: Mapping[str, Asset]


def store_tree(folder: Path, media_types: Mapping[str, str], store: ObjectStore) -> tuple[AssetTree, Asset]:
    """Store all files below `folder`, each under its digest, and then the tree of them.

    Args:
        folder: Ours, with plain names; links in it are not followed.
        media_types: By suffix, of the files; others are plain bytes.
        store: Where they go.

    Returns:
        The tree, and the stored document that says it.

    Raises:
        BadInput: A name in it is not plain, or it is empty.
        OutOfResources, Unavailable: The store has no room, or did not answer.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    names = [path.relative_to(folder).as_posix() for path in paths]
    expect_plain_paths(names)
    files = {
        name: _stored(path, media_types.get(path.suffix, "application/octet-stream"), store).model_copy(
            update={"uri": ""}  # a tree is named by its bytes, which are the same wherever a store lies
        )
        for name, path in zip(names, paths, strict=True)
    }
    tree = AssetTree(files=files)
    with workspace() as here:
        document = here / "tree.json"
        document.write_text(tree.model_dump_json(indent=1))
        return tree, _stored(document, TREE, store, "tree.json")


def read_tree(asset: Asset, store: ObjectStore) -> AssetTree:
    """Return a stored tree, its paths checked.

    Raises:
        BadInput: It is no tree, or has a path that leads elsewhere.
        Missing: It is not there.
        Damaged: It is not the one that was stored.
    """
    with workspace() as folder:
        fetch_exactly(asset.key, asset.sha256, store, folder / "tree.json")
        try:
            tree = AssetTree.model_validate_json((folder / "tree.json").read_bytes())
        except ValidationError as error:
            raise BadInput(f"{asset.key}: expected a tree of files, found something else") from error
    expect_plain_paths(tree.files)
    return tree


def fetch_tree(asset: Asset, store: ObjectStore, folder: Path) -> list[Path]:
    """Write a stored tree's files into `folder`, which is new; returns their paths.

    Raises:
        BadInput: It is no tree, or has a path that leads elsewhere; nothing is written.
        Damaged: A file is not the one that was stored.
    """
    tree = read_tree(asset, store)
    paths = []
    for name, file in tree.files.items():
        path = folder / PurePosixPath(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        fetch_exactly(file.key, file.sha256, store, path)
        paths.append(path)
    return paths


def missing_of(asset: Asset, store: ObjectStore) -> str | None:
    """Return the key of what a stored tree needs and the store lacks, itself included; None if nothing."""
    try:
        tree = AssetTree.model_validate_json(store.get(asset.key))
    except (StoredWrong, ValidationError):
        return asset.key
    for file in tree.files.values():
        stat = store.stat(file.key)
        if stat is None or stat.size != file.size:
            return file.key
    return None


def expect_plain_paths(names: Iterable[str]) -> None:
    """Refuse paths that lead out of a folder, or that not every disk can hold side by side.

    Raises:
        BadInput: One is absolute, goes up, names a drive or a device, has other letters than plain ones, is
            the folder of another, or differs from another by the case of its letters alone.
    """
    taken: dict[str, str] = {}
    folders: set[str] = set()
    listed = list(names)
    if not 1 <= len(listed) <= MOST_FILES:
        raise BadInput(f"expected a tree of 1 to {MOST_FILES} files, found {len(listed)}")
    for name in listed:
        steps = name.split("/")
        if len(steps) > MOST_STEPS or not all(_is_plain(step) for step in steps):
            raise BadInput(f"{name[:200]!r}: expected a plain relative path, found another; rename it")
        key = name.casefold()
        if key in taken:
            raise BadInput(f"{name!r}: expected a path of its own in a tree, found {taken[key]!r} as well")
        taken[key] = name
        folders.update("/".join(steps[:end]).casefold() for end in range(1, len(steps)))
    if clash := next((taken[folder] for folder in folders if folder in taken), ""):
        raise BadInput(f"{clash!r}: expected a file or a folder of this name in a tree, found both")


def _is_plain(step: str) -> bool:
    return bool(STEP.fullmatch(step)) and not step.endswith(".") and not OF_WINDOWS.fullmatch(step)


def _stored(path: Path, media_type: str, store: ObjectStore, name: str = "") -> Asset:
    suffix = path.suffix if SUFFIX.fullmatch(path.suffix) else ""
    digest, size = sha256_of_file(path), path.stat().st_size
    key = key_for("trees", digest, name or f"file{suffix}")
    stat = store.stat(key)
    if stat is None or stat.size != size or not kept(stat, store):
        fault_point("video.before_put")
        store.put(key, path, sha256=digest)
    return Asset(uri=store.uri(key), sha256=digest, size=size, media_type=media_type, key=key)
