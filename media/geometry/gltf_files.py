"""A glTF with files beside it: which of them it needs, and one GLB of them all, by a child of its own."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from media.errors import BadInput
from media.geometry.children import DoneModel, Refused, limits_for, outcome, start_reader, twice
from media.workspace import workspace

GLTF_READER = "the glTF reader"


class Read(DoneModel):
    """The places of the files that each glTF needs; see `media.geometry.gltf_reader`."""

    needed: tuple[tuple[str, ...], ...]


def files_of_gltf(path: Path, folder: Path, name: str) -> set[Path]:
    """Return the files within `folder` that a glTF needs; see `files_of_gltfs`."""
    place = path.relative_to(folder).as_posix()
    return files_of_gltfs(folder, [place], name)[place]


def files_of_gltfs(folder: Path, scenes: Sequence[str], name: str) -> dict[str, set[Path]]:
    """Return the files within `folder` that each of several glTF in it needs.

    Args:
        folder: What no reference may leave.
        scenes: The places of the glTF in it.
        name: What their owner calls them.

    Raises:
        BadInput: One is damaged, or names a file that is not there or that lies elsewhere.
        OutOfResources, TimedOut, ToolFailed: The child was stopped or broke.
    """
    size = sum((folder / scene).stat().st_size for scene in scenes)
    read = _done({"folder": str(folder.absolute()), "name": name, "scenes": scenes}, size, name)
    return {
        scene: {folder / place for place in places} for scene, places in zip(scenes, read.needed, strict=True)
    }


def pack_gltf(path: Path, folder: Path, target: Path, name: str) -> None:
    """Write a glTF and everything that it needs as one GLB.

    Args:
        path: The glTF (JSON).
        folder: What no reference may leave.
        target: Where the GLB goes.
        name: What its owner calls it.

    Raises:
        BadInput: It is damaged, or names a file that is too short, not there or elsewhere.
        OutOfResources, TimedOut, ToolFailed: The child was stopped or broke.
    """
    scene = path.relative_to(folder).as_posix()
    job = {
        "folder": str(folder.absolute()),
        "name": name,
        "scene": scene,
        "target": str(target.absolute()),
    }
    _done(job, path.stat().st_size, name)


def _done(job: Mapping[str, str | Sequence[str]], size: int, name: str) -> Read:
    """Let a child do a job on glTF of `size` bytes, in a folder that nothing in them can refer to."""
    limits = limits_for(size)
    with workspace() as scratch:
        path = scratch / "gltf.json"
        path.write_text(json.dumps(job))

        def attempt() -> Read:
            with start_reader("gltf_reader", path, limits=limits) as child:
                return outcome(child, GLTF_READER, Read, limits)

        try:
            return twice(attempt, name, GLTF_READER)
        except Refused as refusal:
            raise BadInput(str(refusal)) from refusal
