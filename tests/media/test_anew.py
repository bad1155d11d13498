"""A job that has just found an object, while somebody deletes it, completes all the same."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pxr import Usd, UsdGeom

from media import jobs
from media.job import StillJob
from media.manifest import Manifest, find_manifest, manifest_key
from media.scene import find_scene
from media.store import ObjectStore
from media.tools import Tools


@dataclass
class Losing:
    """A store that loses an object right after somebody has looked at it."""

    store: ObjectStore
    lost: Callable[[str], bool]
    looks: int = 1

    def stat(self, key: str) -> Any:  # noqa: ANN401 - the real store's
        """Look, and lose what was seen."""
        found = self.store.stat(key)
        if found and self.lost(key) and self.looks:
            self.looks -= 1
            self.store.delete(key)
        return found

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real store has
        return getattr(self.store, name)


@pytest.fixture
def cube(tmp_path) -> Path:
    path = tmp_path / "cube.usda"
    stage = Usd.Stage.CreateNew(str(path))
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    stage.SetDefaultPrim(UsdGeom.Xform.Define(stage, "/part").GetPrim())
    UsdGeom.Cube.Define(stage, "/part/cube")
    stage.GetRootLayer().Save()
    return path


def picture(source: Path, width: int) -> StillJob:
    return StillJob(source=str(source), width=width, height=32, samples=1, detail="coarse")


def losing(tools: Tools, lost: Callable[[str], bool]) -> Tools:
    return replace(tools, store=Losing(tools.store, lost))


def completes(tools: Tools, source: Path, lost: Callable[[str], bool]) -> Manifest:
    """Run a job that finds the scene of an earlier one, in a store that loses an object on the way."""
    jobs.run(picture(source, 32), tools)
    busy = losing(tools, lost)

    manifest = jobs.run(picture(source, 33), busy)

    assert busy.store.looks == 0
    assert find_manifest(manifest.content.job, tools.store)
    assert find_scene(manifest.record.scene, tools.store)
    return manifest


@pytest.mark.parametrize("name", ["scene.blend", "scene.json"])
def test_scene_that_vanishes_between_find_and_fetch_is_made_again(tools, cube, name):
    completes(tools, cube, lambda key: key.endswith(name))


def test_geometry_that_vanishes_between_find_and_use_is_made_again(tools, bearing_step):
    first = jobs.run(picture(bearing_step, 32), tools)
    scene = find_scene(first.record.scene, tools.store)
    tools.store.delete(scene.asset.key)
    busy = losing(tools, lambda key: key.endswith(".usdc"))

    manifest = jobs.run(picture(bearing_step, 33), busy)

    assert busy.store.looks == 0
    assert find_manifest(manifest.content.job, tools.store)


def test_frame_that_vanishes_as_it_is_found_is_rendered_again(tools, cube):
    first = jobs.run(picture(cube, 32), tools)
    tools.store.delete(manifest_key(first.content.job))
    for path in (tools.store.root / first.content.frames[0].key).parent.iterdir():
        os.utime(path, (0, 0))

    class Deleting(Losing):
        def touch(self, key: str) -> bool:
            if "/000001." in key and self.looks:
                self.looks = 0
                self.store.delete(key)
            return self.store.touch(key)

    busy = replace(tools, store=Deleting(tools.store, lambda _: False))
    again = jobs.run(picture(cube, 32), busy)

    assert busy.store.looks == 0
    assert "frames" not in str(again.record.reused)
    assert find_manifest(again.content.job, tools.store)
