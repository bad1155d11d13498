"""Strips of the sequencer that name files, or another scene."""

from collections.abc import Iterator
from typing import Any

import bpy

from blender_scripts.blender_version import strips_of
from blender_scripts.findings import Finding

_REMOVED = ("MOVIE", "SOUND", "IMAGE", "SCENE")


def remove_strips() -> Iterator[Finding]:
    """Remove such strips from every scene, out of meta strips too, and say which."""
    for scene in bpy.data.scenes:
        owners = [scene.sequence_editor] if scene.sequence_editor else []
        while owners:
            strips = strips_of(owners.pop())
            for name, kind in [(strip.name, strip.type) for strip in strips if strip.type in _REMOVED]:
                _remove(strips, name)
                yield Finding(
                    "removed",
                    "strip",
                    f"{scene.name}: {name}",
                    f"Expected pictures of the scene, found a {kind.lower()} strip in its sequencer; it was "
                    "removed, so edit the finished frames instead.",
                )
            # Only now: what stood on a removed strip went with it.
            owners += [strip for strip in strips if strip.type == "META"]


def _remove(strips: Any, name: str) -> None:  # noqa: ANN401 - a collection whose type differs by version
    strip = strips.get(name)
    if strip is not None:
        strips.remove(strip)
