"""Parts of a picture's samples are decoded, checked, and made one."""

from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from media.errors import ToolFailed
from media.frame_gate import BadFrame, FrameSpec, UnreadableFrame
from media.shot.light import Mean, read_light

SPEC = FrameSpec(width=8, height=4, channels=4, format="OPEN_EXR")
PASSES = {"Combined": "RGBA", "Denoising Albedo": "RGB", "Denoising Normal": "XYZ", "Denoising Depth": "Z"}


def planes(value: float, height: int = 4) -> dict[str, np.ndarray]:
    """All channels that a renderer writes, each of one value."""
    return {
        f"View.Layer.{name}.{channel}": np.full((height, 8), value, np.float32)
        for name, channels in PASSES.items()
        for channel in channels
    }


def write(path: Path, channels: dict[str, np.ndarray], *, several_parts: bool = False) -> Path:
    """Write an EXR as Blender does: one part until 5.0, one for each pass from then on."""
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    if not several_parts:
        OpenEXR.File(header, channels).write(str(path))
        return path
    passes = dict.fromkeys(name.rpartition(".")[0] for name in channels)
    parts = [
        OpenEXR.Part(dict(header), {n: c for n, c in channels.items() if n.rpartition(".")[0] == one}, one)
        for one in passes
    ]
    OpenEXR.File(parts).write(str(path))
    return path


@pytest.mark.parametrize("several_parts", [False, True])
def test_light_is_found_whatever_its_layer_is_called_and_in_how_many_parts_it_lies(tmp_path, several_parts):
    path = write(tmp_path / "part.exr", planes(0.5), several_parts=several_parts)

    light = read_light(path, SPEC, guides=True)

    assert len(light) == 10
    assert {plane.dtype for plane in light.values()} == {np.dtype(np.float32)}
    assert set(read_light(path, SPEC, guides=False)) == {f"Combined.{channel}" for channel in "RGBA"}


def test_part_with_values_that_are_no_numbers_is_refused(tmp_path):
    damaged = planes(0.5)
    damaged["View.Layer.Combined.G"][2, 3] = np.nan

    with pytest.raises(BadFrame, match=r"expected finite values of Combined\.G, found 1"):
        read_light(write(tmp_path / "part.exr", damaged), SPEC, guides=True)


def test_part_of_another_size_is_refused(tmp_path):
    with pytest.raises(BadFrame, match=r"expected 8 x 4 pixels of Combined\.R, found 8 x 5"):
        read_light(write(tmp_path / "part.exr", planes(0.5, height=5)), SPEC, guides=False)


def test_part_that_lacks_a_channel_is_refused(tmp_path):
    lacking = planes(0.5)
    del lacking["View.Layer.Denoising Albedo.R"]
    path = write(tmp_path / "part.exr", lacking)

    with pytest.raises(UnreadableFrame, match=r"expected one channel Denoising Albedo\.R, found 0"):
        read_light(path, SPEC, guides=True)
    assert read_light(path, SPEC, guides=False)


def test_part_that_is_cut_short_is_refused(tmp_path):
    path = write(tmp_path / "part.exr", planes(0.5))
    path.write_bytes(path.read_bytes()[:600])

    with pytest.raises(UnreadableFrame, match="expected an EXR that decodes"):
        read_light(path, SPEC, guides=True)


def test_mean_goes_by_how_many_samples_a_part_has(tmp_path):
    mean = Mean()
    mean.add(read_light(write(tmp_path / "a.exr", planes(1.0)), SPEC, guides=True), 3)
    mean.add(read_light(write(tmp_path / "b.exr", planes(5.0)), SPEC, guides=True), 1)

    paths = mean.write(tmp_path)

    assert set(paths) == {"light", "albedo", "normal"}
    light = OpenEXR.File(str(paths["light"]), separate_channels=True).channels()
    assert sorted(light) == ["A", "B", "G", "R"]
    assert all((channel.pixels == 2.0).all() for channel in light.values())


def test_mean_is_taken_in_double_precision(tmp_path):
    mean = Mean()
    for _ in range(1000):
        mean.add({f"Combined.{channel}": np.full((1, 1), 0.1, np.float32) for channel in "RGBA"}, 7)

    assert mean.samples == 7000
    light = mean.write(tmp_path)["light"]
    assert OpenEXR.File(str(light), separate_channels=True).channels()["R"].pixels[0, 0] == np.float32(0.1)


def test_parts_that_do_not_fit_each_other_make_no_mean():
    mean = Mean()
    mean.add({"Combined.R": np.zeros((4, 8), np.float32)}, 1)

    with pytest.raises(ToolFailed, match="samples: expected parts of"):
        mean.add({"Combined.R": np.zeros((4, 9), np.float32)}, 1)
