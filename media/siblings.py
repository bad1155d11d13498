"""A local model and the files beside it that it needs, as one file for the store."""

from pathlib import Path

from media.bundle import WITH_FILES, packed
from media.companions import companions
from media.errors import BadInput
from media.kind import USD_SUFFIXES, Kind, kind_of_file
from media.reference import shown


def gathered(path: Path, folder: Path, name: str) -> Path:
    """Return `path`, or a bundle in `folder` of it and the files in its folder that it needs.

    Args:
        path: A model on this machine.
        folder: A workspace; it must outlive what is returned.
        name: What its owner calls it.

    Raises:
        BadInput: It is of no known kind, or needs files that are not in its folder, or hidden ones.
        OutOfResources, TimedOut, ToolFailed: The child that reads USD layers was stopped or broke.
    """
    kind = kind_of_file(path, name)
    if kind not in {*WITH_FILES, Kind.BLEND} or not _may_need_others(path, kind):
        return path
    main = path.absolute()
    try:
        needed = companions(main, kind, main.parent, name, folder)
    except BadInput:
        if kind in {Kind.GLTF, Kind.OBJ}:
            raise
        return path  # a USD scene is refused when it is read, by everything that it lacks
    if not needed:
        return path
    _refuse_hidden(needed, main.parent, name)
    files = {file.relative_to(main.parent).as_posix(): file for file in {main, *needed}}
    bundle = folder / "bundle.zip"
    packed(main.name, files, bundle)
    return bundle


def _refuse_hidden(files: set[Path], folder: Path, name: str) -> None:
    """Refuse to bring what its owner keeps out of sight, such as keys, into a store that others read."""
    for file in sorted(files):
        steps = [*file.relative_to(folder).parts, *file.resolve().relative_to(folder.resolve()).parts]
        if any(step.startswith(".") for step in steps):
            place = shown(file.relative_to(folder).as_posix())
            raise BadInput(
                f"{name}: expected to need no hidden files, found a reference to one ({place}); give it a "
                "name without a dot in front"
            )


def _may_need_others(path: Path, kind: Kind) -> bool:
    """Say whether it is worth looking: reading USD layers takes a child process."""
    if kind is Kind.BLEND:
        return path.suffix == ".blend"  # as the main one of an archive is found
    if kind not in {Kind.USDA, Kind.USDC}:
        return True
    if (
        path.suffix.lower().encode() not in USD_SUFFIXES
    ):  # USD goes by suffixes, so nothing could be read beside it
        return False
    return any(other.name != path.name for other in path.absolute().parent.iterdir())
