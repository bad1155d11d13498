"""Parts of a picture's samples have the mean that one render has, and it is finished as that would be."""

import json
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from tests.blender_scripts.divided_stage import SAMPLES

STAGE = Path(__file__).with_name("divided_stage.py")
PARTS = ((0, 4), (4, 3), (7, 3))
LINEAR = {"format": "OPEN_EXR", "color_depth": "32"}
GUIDES = {"albedo": ("Denoising Albedo", "RGB"), "normal": ("Denoising Normal", "XYZ")}


@pytest.fixture(scope="module")
def scenes(blender, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("divided")
    outcome = blender.run_script(folder, STAGE, str(folder))
    assert outcome.code == 0, outcome.log[-2000:]
    return folder


@pytest.fixture(scope="module")
def facts(blender, scenes):
    def of(name: str) -> dict:
        job = {"do": "prepare_shot", "source": str(scenes / f"{name}.blend"), "folder": str(scenes)}
        outcome = blender.run(scenes, {**job, "trusted": True, "output": str(scenes / "prepared.blend")})
        (scene,) = outcome.one("shot_saved")["scenes"]
        return scene

    return of


def done(blender, folder: Path, name: str, **job: object) -> Path:
    """Do a job that makes one picture and return where it is."""
    path = folder / name
    job.setdefault("do", "render_shot")
    job["settings"] = {"persistent_data": False, **job.get("settings", {})}
    command = json.dumps({"frame": 1, "path": str(path)}) + "\n"
    outcome = blender.run(folder, job, command)
    assert outcome.code == 0, outcome.log[-2000:]
    assert outcome.one("frame_written")["path"] == str(path)
    return path


def stored(path: Path) -> dict[str, np.ndarray]:
    parts = OpenEXR.File(str(path), separate_channels=True).parts
    return {name: channel.pixels for part in parts for name, channel in part.channels.items()}


def linear_psnr_db(one: dict, other: dict) -> float:
    errors = [np.mean((one[name].astype(float) - other[name]) ** 2) for name in "RGB"]
    return 10 * np.log10(1 / max(np.mean(errors), 1e-20))


@pytest.fixture(scope="module")
def mean(blender, scenes) -> dict[str, np.ndarray]:
    """The mean of three parts, by pass and channel, with what guides the denoiser."""
    total: dict[str, np.ndarray] = {}
    for number, (first, count) in enumerate(PARTS):
        subset = {"first": first, "count": count, "total": SAMPLES, "guides": True}
        settings = {"format": "OPEN_EXR_MULTILAYER", "color_depth": "32", "denoise": "off"}
        path = done(
            blender,
            scenes,
            f"part{number}.exr",
            scene=str(scenes / "early.blend"),
            settings=settings,
            subset=subset,
        )
        for name, pixels in stored(path).items():
            channel = ".".join(name.split(".")[1:])
            total[channel] = total.get(channel, 0) + pixels * np.float64(count / SAMPLES)
    return total


@pytest.fixture(scope="module")
def written(scenes, mean) -> dict[str, Path]:
    """The mean as plain EXR files."""
    paths = {}
    header = {"compression": OpenEXR.NO_COMPRESSION, "type": OpenEXR.scanlineimage}
    for name, (layer, channels) in {"light": ("Combined", "RGBA"), **GUIDES}.items():
        planes = {
            colour: mean[f"{layer}.{channel}"].astype(np.float32)
            for colour, channel in zip("RGBA", channels, strict=False)
        }
        paths[name] = scenes / f"{name}.exr"
        OpenEXR.File(dict(header), planes).write(str(paths[name]))
    return paths


def finished(blender, scenes: Path, written: dict[str, Path], name: str, **settings: object) -> Path:
    paths = {key: str(path) for key, path in written.items()}
    job = {"do": "finish_split", "scene": str(scenes / "plain.blend"), "light": paths.pop("light")}
    return done(blender, scenes, name, settings=settings, guides=paths, **job)


def test_mean_of_parts_is_one_render_of_all_samples_though_the_scene_would_stop_early(blender, scenes, mean):
    settings = {**LINEAR, "denoise": "off"}
    whole = stored(done(blender, scenes, "whole.exr", scene=str(scenes / "plain.blend"), settings=settings))

    assert linear_psnr_db({name: mean[f"Combined.{name}"] for name in "RGB"}, whole) > 100


def test_parts_have_no_passes_that_are_not_merged(mean):
    assert {name.partition(".")[0] for name in mean} == {
        "Combined",
        "Denoising Albedo",
        "Denoising Normal",
        "Denoising Depth",
    }


def test_finished_picture_is_what_one_render_writes_dither_and_denoising_included(blender, scenes, written):
    settings = {"denoise": "on"}
    whole = done(blender, scenes, "whole.png", scene=str(scenes / "plain.blend"), settings=settings)

    ours = finished(blender, scenes, written, "ours.png", denoise="on")

    one, other = (np.asarray(Image.open(path)).astype(int) for path in (whole, ours))
    assert one.shape == other.shape
    assert np.abs(one - other).max() <= 1
    assert (one != other).mean() < 0.01


def test_finished_picture_keeps_linear_light(blender, scenes, written):
    linear = done(
        blender,
        scenes,
        "denoised.exr",
        scene=str(scenes / "plain.blend"),
        settings={**LINEAR, "denoise": "on"},
    )

    ours = finished(blender, scenes, written, "ours.exr", **LINEAR, denoise="on")

    assert linear_psnr_db(stored(linear), stored(ours)) > 90


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("composited", "compositor"),
        ("alpha-shown", "compositor"),
        ("catcher", "shadow catchers"),
        ("freestyle", "Freestyle"),
        ("layer-samples", "samples of its own"),
    ],
)
def test_scene_whose_picture_is_not_the_mean_of_parts_says_why(facts, name, said):
    (reason,) = facts(name)["indivisible"]
    assert said in reason


@pytest.mark.parametrize(("name", "stops"), [("plain", False), ("handed-on", False), ("early", True)])
def test_other_scenes_can_be_divided_and_say_whether_they_would_stop_early(facts, name, stops):
    found = facts(name)

    assert found["indivisible"] == []
    assert found["may_stop_early"] is stops
