"""A local model and the files beside it that it needs, as one file for the store."""

from pathlib import Path

from media.bundle import WITH_FILES, packed
from media.companions import companions
from media.errors import BadInput
from media.kind import USD_SUFFIXES, Kind, kind_of_file


def gathered(path: Path, folder: Path) -> Path:
    """Return `path`, or a bundle in `folder` of it and the files in its folder that it needs.

    Args:
        path: A model on this machine.
        folder: A workspace; it must outlive what is returned.

    Raises:
        BadInput: It is of no known kind, or needs files that are not in its folder.
        OutOfResources, TimedOut, ToolFailed: The child that reads USD layers was stopped or broke.
    """
    kind = kind_of_file(path, path.name)
    if kind not in WITH_FILES or not _may_need_others(path, kind):
        return path
    main = path.absolute()
    try:
        needed = companions(main, kind, main.parent, path.name, folder)
    except BadInput:
        if kind in {Kind.GLTF, Kind.OBJ}:
            raise
        return path  # a USD scene is refused when it is read, by everything that it lacks
    if not needed:
        return path
    files = {file.relative_to(main.parent).as_posix(): file for file in {main, *needed}}
    bundle = folder / "bundle.zip"
    packed(main.name, files, bundle)
    return bundle


def _may_need_others(path: Path, kind: Kind) -> bool:
    """Say whether it is worth looking: reading USD layers takes a child process."""
    if kind not in {Kind.USDA, Kind.USDC}:
        return True
    if (
        path.suffix.lower().encode() not in USD_SUFFIXES
    ):  # USD goes by suffixes, so nothing could be read beside it
        return False
    return any(other.name != path.name for other in path.absolute().parent.iterdir())
