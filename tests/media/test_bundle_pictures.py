"""Models of several files are seen by Blender as they were sent: placed, upright, with their textures."""

import io

import numpy as np
import pytest
from PIL import Image

from media import jobs
from media.job import StillJob
from tests.media.geometry.several_files import gltf_files, obj_files, png, usd_files, written, zipped


def picture_of(source, tools) -> np.ndarray:
    job = StillJob(
        source=str(source), width=64, height=64, samples=4, azimuth=0, elevation=0, background="#ffffff"
    )
    manifest = jobs.run(job, tools)
    data = tools.store.get(manifest.output("still").asset.key)
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


GREEN = png(colour="lime")


@pytest.mark.parametrize(
    ("files", "main"),
    [
        (gltf_files() | {"textures/red paint.png": GREEN}, "panel.gltf"),
        (obj_files() | {"textures/red paint.png": GREEN}, "panel.obj"),
        (usd_files(**{"textures/red.png": GREEN}), "scene.usda"),
    ],
    ids=["gltf", "obj", "usd"],
)
@pytest.mark.parametrize("form", ["folder", "zip"])
def test_textures_from_files_are_on_the_picture(files, main, form, tools, tmp_path):
    source = written(files, tmp_path / "model") / main
    if form == "zip":
        source = tmp_path / "model.zip"
        source.write_bytes(zipped(files))

    picture = picture_of(source, tools)

    green = picture[..., 1] > picture[..., 0] + 40
    assert 0.05 < green.mean() < 0.9
    assert not (picture[..., 0] > picture[..., 1] + 40).any()
