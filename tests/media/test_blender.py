"""How a Blender is found and started, and how its events are read."""

import json
from pathlib import Path

import pytest

from media.blender import FILE_BYTES, Blender, installed_blender, packaged_blender, start_script
from media.blender_events import FrameWritten, SampleProgress, parse_event
from media.errors import BadInput, OutOfResources, TimedOut, ToolFailed


def a_blender(folder: Path, says: str) -> Path:
    executable = folder / "blender"
    executable.write_text(f"#!/bin/sh\necho '{says}'\n")
    executable.chmod(0o755)
    return executable


def test_packaged_blender_is_the_wheels():
    blender = packaged_blender({})

    assert blender.series in {"4.2", "4.5", "5.0"}
    assert blender.command[-1].endswith("blender_scripts/__main__.py")


def test_installed_blender_is_asked_for_its_version_and_runs_no_script_of_the_file(tmp_path):
    blender = installed_blender(a_blender(tmp_path, "Blender 4.2.1 LTS"), {})

    assert (blender.version, blender.series) == ("4.2.1", "4.2")
    before_script, _, _ = " ".join(blender.command).partition(" --python ")
    assert "--disable-autoexec" in before_script
    assert "--python-exit-code 1" in before_script
    assert blender.command[-1] == "--"


def test_what_is_no_blender_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"expected a Blender executable, found 'GIMP 2\.10"):
        installed_blender(a_blender(tmp_path, "GIMP 2.10"), {})


def test_job_goes_over_as_a_file_with_its_schema(tmp_path):
    with start_script(packaged_blender({}), {"do": "nothing"}, tmp_path) as child:
        child.close_stdin()
        (line,) = child.reports()

    assert json.loads((tmp_path / "job.json").read_text()) == {"schema": 1, "do": "nothing"}
    with pytest.raises(BadInput, match="nothing"):
        parse_event(line)


def test_events_become_models():
    assert parse_event(
        '{"event": "sample_progress", "frame": 3, "sample": 1, "samples": 32}'
    ) == SampleProgress(event="sample_progress", frame=3, sample=1, samples=32)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ('{"event": "failed", "class": "BadInput", "message": "no camera"}', BadInput),
        ('{"event": "failed", "class": "OutOfResources", "message": "GPU memory"}', OutOfResources),
        ('{"event": "failed", "class": "ToolFailed", "message": "?"}', ToolFailed),
        ('{"event": "failed", "class": "SystemExit", "message": "?"}', ToolFailed),
        ("Fra:1 Mem:12M", ToolFailed),
        ("{}", ToolFailed),
        ("", ToolFailed),
    ],
)
def test_failures_and_nonsense_are_raised(line, error):
    with pytest.raises(error) as raised:
        parse_event(line)

    assert type(raised.value) is error


def test_frame_written_names_its_device():
    event = parse_event(
        json.dumps(
            {
                "event": "frame_written",
                "frame": 1,
                "path": "/job/000001.part.png",
                "seconds": 1.5,
                "peak_memory_bytes": 10,
                "device": {"type": "OPTIX", "name": "NVIDIA L4"},
                "samples": 32,
                "persistent_data": True,
            }
        )
    )

    assert isinstance(event, FrameWritten)
    assert (event.device.type, event.device.name) == ("OPTIX", "NVIDIA L4")


def test_script_that_never_ends_is_ended(tmp_path):
    busy = Blender(("/bin/sh", "-c", "while :; do echo . >&3; done"), "4.5.0")

    with start_script(busy, {}, tmp_path, wall_s=0.5) as child, pytest.raises(TimedOut):
        for _ in child.reports():
            pass


def test_script_may_not_write_without_end(tmp_path):
    asked = Blender(("/bin/sh", "-c", "ulimit -f"), "4.5.0")

    with start_script(asked, {}, tmp_path) as child:
        child.close_stdin()
        said = child.wait().log_tail.strip()

    assert int(said) * 512 == FILE_BYTES
