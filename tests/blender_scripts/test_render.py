"""Rendering frames in a real Blender."""

import json

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from tests.blender_scripts.blender import ROOT, render_job
from tests.blender_scripts.shapes import box, ring, write_glb

EVENTS_OF_A_FRAME = ["frame_started", "sample_progress", "frame_written"]


def pixels(folder, frame=1):
    with Image.open(folder / f"{frame:06d}.part") as picture:
        return np.asarray(picture).astype(int)


def test_frames_are_reported_from_the_device_to_the_file(blender, flange_scene, tmp_path):
    outcome = blender.render(tmp_path, flange_scene, [3, 1])

    assert outcome.code == 0
    names = list(dict.fromkeys(event["event"] for event in outcome.events))
    assert names == ["started", "scene_loaded", *EVENTS_OF_A_FRAME]
    started, written = outcome.one("started"), outcome.all("frame_written")
    assert started["asked"][0] == "OPTIX"
    assert started["used"] in started["found"]
    assert (started["denoiser"], started["denoise_on_gpu"]) == (None, False)
    assert len(started["build"]) >= 7
    loaded = outcome.one("scene_loaded")
    assert (loaded["engine"], loaded["samples"]) == ("CYCLES", 4)
    assert (loaded["denoiser"], loaded["denoise_on_gpu"]) == ("", False)
    assert [event["frame"] for event in written] == [3, 1]
    for event in written:
        assert event["device"] == started["used"]
        assert (event["samples"], event["persistent_data"]) == (4, True)
        assert 0 <= event["kernels_s"] <= event["first_sample_s"] <= event["seconds"]
        assert 10_000_000 < event["peak_memory_bytes"] < 4_000_000_000
    assert pixels(tmp_path, 3).shape == (96, 96, 3)


def test_frame_alone_is_the_frame_after_others_bit_for_bit(blender, flange_scene, tmp_path):
    for name in ("many", "alone", "forgetful"):
        (tmp_path / name).mkdir()

    blender.render(tmp_path / "many", flange_scene, [1, 2, 7])
    blender.render(tmp_path / "alone", flange_scene, [7])
    blender.render(tmp_path / "forgetful", flange_scene, [2, 7], persistent_data=False)

    many, alone, forgetful = (pixels(tmp_path / name, 7) for name in ("many", "alone", "forgetful"))
    assert (many == alone).all()
    assert (many == forgetful).all()
    assert (many != pixels(tmp_path / "many", 1)).any(), "the part did turn"


def test_required_gpu_that_is_not_there_is_an_error_before_any_frame(blender, flange_scene, tmp_path):
    outcome = blender.render(tmp_path, flange_scene, [1], require_gpu=True)

    if outcome.code == 0:
        pytest.skip("this machine has a GPU")
    failed = outcome.one("failed")
    assert failed["class"] == "OutOfResources"
    assert "expected a GPU" in failed["message"]
    assert "CPU" in failed["message"], "it says what was found"
    assert not outcome.all("frame_started")
    assert not (tmp_path / "000001.part").exists()


def test_devices_can_be_listed(blender, tmp_path):
    outcome = blender.run(tmp_path, {"do": "list_devices"})

    assert outcome.code == 0
    assert "CPU" in [device["type"] for device in outcome.one("devices")["found"]]


def test_transparent_picture_keeps_the_shadow_in_its_alpha(blender, flange_scene, tmp_path):
    blender.render(tmp_path, flange_scene, [1], transparent=True, samples=16)

    picture = pixels(tmp_path)
    alpha = picture[:, :, 3]
    assert picture.shape == (96, 96, 4)
    assert alpha[:4].max() < 8, "nothing stands in the upper corners"
    assert (alpha > 250).mean() > 0.15, "the part is opaque"
    shadow = (alpha > 25) & (alpha < 230)
    assert shadow.mean() > 0.02
    assert picture[:, :, :3][shadow].mean() < 60, "a shadow is dark"


def test_part_seen_from_below_is_not_hidden_by_the_ground(blender, flange_scene, tmp_path):
    blender.render(tmp_path, flange_scene, [1], transparent=True, elevation=-20.0)

    picture = pixels(tmp_path)
    alpha = picture[:, :, 3]
    assert (alpha > 250).mean() > 0.1
    assert ((alpha > 25) & (alpha < 230)).mean() < 0.05, "no shadow hangs in the air"
    assert picture[:, :, :3][alpha > 250].mean() > 30, "its underside is lit"


@pytest.mark.parametrize("background", ["#ffffff", "#1e3040"])
def test_colour_behind_the_part_is_exact_under_its_shadow_darker(blender, tmp_path, background):
    blender.prepare(tmp_path, write_glb(tmp_path / "part.glb", ring(0.5, 1, 0.6)), background=background)

    blender.render(tmp_path, tmp_path / "scene.blend", [1], samples=16)

    picture = pixels(tmp_path)
    colour = np.array([int(background[k : k + 2], 16) for k in (1, 3, 5)])
    assert picture.shape == (96, 96, 3)
    assert np.abs(picture[:3] - colour).max() <= 2
    below = picture[80:88, 30:66]
    assert (below <= colour + 2).all()
    assert (below < colour - 5).any()


def test_half_float_exr_is_scene_linear(blender, flange_scene, tmp_path):
    blender.render(tmp_path, flange_scene, [1], format="OPEN_EXR", transparent=True)

    channels = OpenEXR.File(str(tmp_path / "000001.part")).channels()
    values = channels["RGBA"].pixels
    assert values.dtype == np.float16
    assert values.shape == (96, 96, 4)
    assert np.isfinite(values).all()
    assert values[:, :, :3].max() > 1, "highlights are not cut at white"


def test_picture_of_a_millimetre_is_the_picture_of_thirty_metres(blender, tmp_path):
    pictures = []
    for name, scale, offset in (("small", 0.001, 0), ("large", 30.0, 0), ("far", 0.5, 1000)):
        (tmp_path / name).mkdir()
        part = box(scale, 0.7 * scale, 0.4 * scale).moved(offset, offset, -offset)
        blender.prepare(tmp_path / name, write_glb(tmp_path / name / "part.glb", part))
        blender.render(tmp_path / name, tmp_path / name / "scene.blend", [1], samples=32)
        pictures.append(pixels(tmp_path / name))

    small, large, far = pictures
    assert np.abs(small - large).mean() < 0.5
    assert np.abs(small - far).mean() < 1.5, "as float coordinates a kilometre away allow"


def extent(alpha):
    """The larger side of what is opaque, over the picture's shorter side."""
    solid = alpha > 250
    height, width = (np.flatnonzero(solid.any(axis=axis)) for axis in (1, 0))
    return max(np.ptp(height), np.ptp(width)) / min(alpha.shape)


@pytest.mark.parametrize(
    ("sides", "size", "axis"),
    [((1, 0.1, 0.1), (160, 160), "z"), ((1, 0.7, 0.02), (200, 120), "z"), ((0.2, 0.3, 1), (120, 200), "x")],
)
def test_part_fills_the_rendered_picture_in_every_frame(blender, tmp_path, sides, size, axis):
    blender.prepare(tmp_path, write_glb(tmp_path / "part.glb", box(*sides)))
    width, height = size

    blender.render(
        tmp_path,
        tmp_path / "scene.blend",
        [1, 2, 4, 6, 8],
        transparent=True,
        width=width,
        height=height,
        axis=axis,
        samples=8,
        degrees_per_frame=25.0,
    )

    for frame in (1, 2, 4, 6, 8):
        fill = extent(pixels(tmp_path, frame)[:, :, 3])
        assert 0.68 <= fill <= 0.86, f"frame {frame}; a pixel is 0.8 %"


def test_kernels_are_warmed_by_a_scene_that_nobody_made(blender, tmp_path):
    job = {"do": "warm_kernels", "device": {"order": ["OPTIX", "CPU"]}}

    outcome = blender.run(tmp_path, job)

    assert outcome.code == 0, outcome.log[-2000:]
    assert outcome.one("warmed")["device"]["type"] in {"OPTIX", "CPU"}


def failing(blender, scene, folder, times, says="System is out of GPU memory", **wishes):
    """Render frames 1 to 3 by an operator that fails so many times at frame 2."""
    probe = ROOT / "tests" / "blender_scripts" / "failing_operator.py"
    arguments = (str(scene), str(folder), str(times), says, json.dumps(wishes))
    return blender.run_script(folder, probe, *arguments)


def test_memory_that_runs_out_is_tried_once_more_without_persistent_data(blender, flange_scene, tmp_path):
    outcome = failing(blender, flange_scene, tmp_path, 1)

    assert outcome.code == 0, outcome.log[-2000:]
    written = outcome.all("frame_written")
    assert [(event["frame"], event["persistent_data"], event["fallback"]) for event in written] == [
        (1, True, ""),
        (2, False, "without keeping data between frames"),
        (3, False, "without keeping data between frames"),
    ]
    assert written[1]["fallback_reason"] == "System is out of GPU memory"
    assert pixels(tmp_path, 2).shape == (96, 96, 3)


def test_memory_that_runs_out_again_is_tried_in_smaller_tiles(blender, flange_scene, tmp_path):
    outcome = failing(blender, flange_scene, tmp_path, 3, width=900, height=16, samples=1)

    assert outcome.code == 0, outcome.log[-2000:]
    fallbacks = [event["fallback"] for event in outcome.all("frame_written")]
    assert fallbacks == ["", *["without keeping data between frames, in tiles of 256 pixels"] * 2]
    assert pixels(tmp_path, 2).shape == (16, 900, 3)


def test_memory_that_runs_out_whatever_is_given_up_is_out_of_resources(blender, flange_scene, tmp_path):
    outcome = failing(blender, flange_scene, tmp_path, 2)

    failed = outcome.one("failed")
    assert (outcome.code, failed["class"]) == (1, "OutOfResources")
    assert "frame 2" in failed["message"]
    assert "also without keeping data between frames" in failed["message"]


def test_driver_that_fails_where_no_other_device_is_left_is_a_failure(blender, flange_scene, tmp_path):
    outcome = failing(blender, flange_scene, tmp_path, 1, "Illegal address in CUDA queue synchronize ()")

    failed = outcome.one("failed")
    assert (outcome.code, failed["class"]) == (1, "ToolFailed")
    assert "Illegal address" in failed["message"]


def broken_scenes(whole):
    return {
        "missing": None,
        "cut short": whole[: len(whole) // 2],
        "not a blend": b"solid bearing\n" * 10,
        "head only": whole[:12] + b"ENDB" + b"\0" * 20,
    }


@pytest.mark.parametrize("name", ["missing", "cut short", "not a blend", "head only"])
def test_broken_scene_is_bad_input(blender, box_scene, tmp_path, name):
    content = broken_scenes(box_scene.read_bytes())[name]
    scene = tmp_path / "broken.blend"
    if content is not None:
        scene.write_bytes(content)

    outcome = blender.render(tmp_path, scene, [1])

    failed = outcome.one("failed")
    assert (outcome.code, failed["class"]) == (1, "BadInput"), failed
    assert "broken.blend" in failed["message"]
    assert not outcome.all("frame_started")


@pytest.mark.parametrize("job", ["{", "[]", '{"schema": 1, "do": "dance"}'])
def test_job_that_is_none_is_bad_input(blender, tmp_path, job):
    outcome = blender.run(tmp_path, job)

    assert (outcome.code, outcome.one("failed")["class"]) == (1, "BadInput")


def test_unreadable_command_is_bad_input_after_the_frames_before_it(blender, box_scene, tmp_path):
    first = '{"frame": 1, "path": "%s"}\n' % (tmp_path / "000001.part")

    outcome = blender.run(tmp_path, render_job(box_scene), first + "next!\n")

    assert (outcome.code, outcome.one("failed")["class"]) == (1, "BadInput")
    assert outcome.one("frame_written")["frame"] == 1


def test_frame_that_cannot_be_written_fails_before_the_work(blender, box_scene, tmp_path):
    command = '{"frame": 1, "path": "%s"}\n' % (tmp_path / "no" / "folder" / "1.png")

    outcome = blender.run(tmp_path, render_job(box_scene), command)

    assert (outcome.code, outcome.one("failed")["class"]) == (1, "ToolFailed")
    assert "1.png" in outcome.one("failed")["message"]
    assert not outcome.all("sample_progress")


def test_end_of_commands_is_the_end_of_the_job(blender, box_scene, tmp_path):
    outcome = blender.render(tmp_path, box_scene, [])

    assert outcome.code == 0
    assert not outcome.all("frame_written")
