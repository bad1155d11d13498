import errno
import json
import os

import pytest

from blender_scripts.events import EventChannel
from blender_scripts.failure import BadInput, failure_of
from blender_scripts.finish import Finish, finish_of
from blender_scripts.gpu_trouble import is_out_of_memory
from blender_scripts.job import read_command, read_job
from tests.blender_scripts.blender import render_job


def written(folder, job):
    path = folder / "job.json"
    path.write_text(json.dumps(job))
    return path


def test_fields_left_out_mean_what_a_person_would_choose(tmp_path):
    job = read_job(
        written(
            tmp_path,
            {
                "schema": 1,
                "do": "render_frames",
                "scene": "/s.blend",
                "settings": {"width": 640, "height": 480, "samples": 64},
            },
        )
    )

    assert (job.camera.axis, job.camera.framing, job.camera.elevation) == ("z", "follow", 25.0)
    assert (job.settings.denoise, job.settings.view_transform, job.settings.file_format) == (
        True,
        "AgX",
        "PNG",
    )
    assert job.device.order[0] == "OPTIX"
    assert not job.device.require_gpu


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"schema": 2}, "job.schema: expected 1 to 1, found 2"),
        (
            {"do": "dance"},
            "job.do: expected prepare_scene or render_frames or prepare_shot or render_shot or ",
        ),
        ({"scene": None}, "job.scene: expected a value"),
        ({"scene": ""}, "job.scene: expected a non-empty text"),
        ({"settings": {"width": 0, "height": 1, "samples": 1}}, "job.settings.width: expected 4 to 65536"),
        ({"settings": {"width": 9.5, "height": 9, "samples": 1}}, "whole number, found 9.5"),
        ({"settings": {"width": True, "height": 9, "samples": 1}}, "job.settings.width: expected a number"),
        ({"settings": []}, "job.settings: expected a JSON object"),
        ({"camera": {"axis": "w"}}, "job.camera.axis: expected x or y or z"),
        ({"camera": {"azimut": 3}}, "job.camera: expected no other fields, found azimut"),
        ({"device": {"order": ["VULKAN"]}}, "job.device.order: expected a list out of"),
        ({"device": {"require_gpu": 1}}, "job.device.require_gpu: expected true or false"),
    ],
)
def test_wrong_job_is_refused_by_the_name_of_its_field(tmp_path, change, complaint):
    job = {"schema": 1, **render_job(tmp_path / "s.blend"), **change}

    with pytest.raises(BadInput) as refusal:
        read_job(written(tmp_path, job))

    assert complaint in str(refusal.value)


@pytest.mark.parametrize("background", ["", "#12345", "red", "#12345g", "#1234567"])
def test_background_is_studio_or_a_colour(tmp_path, background):
    job = {"schema": 1, "do": "prepare_scene", "geometry": {"path": "a", "format": "usd"}, "output": "b"}

    with pytest.raises(BadInput, match=r"job\.look\.background"):
        read_job(written(tmp_path, job | {"look": {"background": background}}))


@pytest.mark.parametrize(
    "line", ["", "7", "{", '{"frame": -1, "path": "a"}', '{"frame": 1}', '{"frame":1,"path":""}']
)
def test_wrong_frame_command_is_refused(line):
    with pytest.raises(BadInput, match="frame command"):
        read_command(line)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (BadInput("x"), "BadInput"),
        (MemoryError(), "OutOfResources"),
        (RuntimeError("Error: System is out of GPU memory\n"), "OutOfResources"),
        (RuntimeError("Out of memory in CUDA queue enqueue"), "OutOfResources"),
        (RuntimeError("std::bad_alloc"), "OutOfResources"),
        (OSError(errno.ENOSPC, "No space left on device"), "OutOfResources"),
        (PermissionError(errno.EACCES, "Permission denied"), "ToolFailed"),
        (RuntimeError("Error: Cannot render, no camera"), "ToolFailed"),
        (KeyError("x"), "ToolFailed"),
    ],
)
def test_failures_have_the_class_that_the_engine_acts_on(error, kind):
    assert failure_of(error).kind == kind


def test_message_is_one_line_of_bounded_length():
    assert failure_of(RuntimeError("Error: a\n  b\n")).message == "a b"
    assert failure_of(MemoryError()).message == "MemoryError"
    assert len(failure_of(ValueError("x" * 10_000)).message) <= 600


def test_word_memory_alone_is_no_lack_of_it():
    assert not is_out_of_memory(RuntimeError("Error: memory file is not a library"))


def test_events_are_whole_lines_that_keep_their_letters():
    read, write = os.pipe()
    EventChannel(write).send("frame_written", path="/käfig/シール.png")
    os.close(write)

    with os.fdopen(read, encoding="utf-8") as lines:
        assert [json.loads(line) for line in lines] == [
            {"event": "frame_written", "path": "/käfig/シール.png"}
        ]


def test_channel_that_nobody_opened_is_an_error():
    read, write = os.pipe()
    os.close(read)
    os.close(write)

    with pytest.raises(OSError, match="descriptor"):
        EventChannel(write)


@pytest.mark.parametrize(
    ("colour", "metallic", "roughness", "finish"),
    [
        ((0.5, 0.5, 0.52), 1.0, 1.0, Finish(1.0, 0.28)),  # glTF's default on a grey: bare metal
        ((0.6, 0.02, 0.02), 1.0, 1.0, Finish(0.0, 0.42)),  # on red: paint
        ((0.01, 0.01, 0.01), 0.0, 0.5, Finish(0.0, 0.42)),  # black: plastic or rubber
        ((0.9, 0.9, 0.9), 0.0, 0.5, Finish(0.0, 0.42)),  # white: plastic
        ((0.5, 0.5, 0.52), 0.0, 0.35, Finish(0.0, 0.35)),  # somebody chose: kept
        ((0.9, 0.9, 0.9), 1.0, 0.02, Finish(1.0, 0.02)),  # a mirror stays one
    ],
)
def test_finish_that_nobody_chose_follows_from_the_colour(colour, metallic, roughness, finish):
    assert finish_of(colour, metallic, roughness) == finish
