"""Engines that draw render only where something draws."""

import pytest

from media.blender import Blender, packaged_blender
from media.errors import OutOfResources
from media.shot.display import expect_display


def without_egl() -> Blender:
    """The Blender beside us on a machine on which no driver offers EGL."""
    return packaged_blender({"__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent"})


def test_machine_without_egl_is_too_small_for_eevee_and_the_scene_is_not_to_blame():
    with pytest.raises(OutOfResources, match=r'BLENDER_EEVEE.*found none.*say engine "cycles"'):
        expect_display("BLENDER_EEVEE", without_egl(), require_gpu=False)


def test_cpu_that_draws_is_told_by_its_name_and_is_no_gpu():
    try:
        renderer = expect_display("BLENDER_EEVEE", packaged_blender({}), require_gpu=False)
    except OutOfResources:
        pytest.skip("nothing draws on this machine")
    assert renderer
    if "llvmpipe" in renderer:
        with pytest.raises(OutOfResources, match="on a GPU, found llvmpipe"):
            expect_display("BLENDER_EEVEE", packaged_blender({}), require_gpu=True)
