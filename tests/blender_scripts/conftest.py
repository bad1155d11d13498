"""Prepared scenes that many tests look at."""

from pathlib import Path

import pytest

from tests.blender_scripts.blender import Blender, blenders_to_test
from tests.blender_scripts.shapes import box, flange, write_glb


@pytest.fixture(scope="session", params=blenders_to_test())
def blender(request) -> Blender:
    """Each Blender that the scripts have to run in."""
    return Blender(request.param)


@pytest.fixture(scope="session")
def flange_scene(blender, tmp_path_factory) -> Path:
    """A prepared scene of a flange of 35 parts."""
    return prepared(blender, tmp_path_factory, flange())


@pytest.fixture(scope="session")
def box_scene(blender, tmp_path_factory) -> Path:
    """A prepared scene of one steel box."""
    return prepared(blender, tmp_path_factory, [box(0.3, 0.2, 0.1)])


def prepared(blender, tmp_path_factory, shapes) -> Path:
    folder = tmp_path_factory.mktemp("scene")
    outcome = blender.prepare(folder, write_glb(folder / "part.glb", *shapes))
    assert outcome.code == 0, outcome.log[-2000:]
    return folder / "scene.blend"
