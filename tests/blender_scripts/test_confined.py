"""The real Blender works on a stranger's file without more than a confined child has."""

import json
from pathlib import Path

import pytest

from media.blender_events import FrameWritten, parse_event
from media.png import without_notes
from media.process import Limits, can_confine, check, start
from tests.blender_scripts.blender import ENTRY, PATIENCE_S, Blender, render_job
from tests.blender_scripts.shapes import flange, write_glb


def do(blender: Blender, folder: Path, job: dict, *commands: dict, confined: bool) -> list[object]:
    """Do a job in a folder as the engine does, and return its events."""
    (folder / "job.json").write_text(json.dumps({"schema": 1, **job}))
    program = Path(blender.program)
    itself = program.parent.parent if "python" in program.name else program.resolve().parent
    limits = Limits(wall_s=PATIENCE_S, confined=confined, reads=(itself,) if confined else ())
    with start(blender.argv(ENTRY, str(folder / "job.json")), cwd=folder, limits=limits) as script:
        script.send(b"".join(json.dumps(command).encode() + b"\n" for command in commands))
        script.close_stdin()
        events: list[object] = [parse_event(line) for line in script.reports()]
        check(script.wait(), "Blender")
    return events


@pytest.mark.parametrize("wishes", [{}, {"denoise": True, "samples": 2}], ids=["plain", "denoised"])
def test_confined_blender_prepares_and_renders_the_same_picture(blender, tmp_path, wishes):
    if not can_confine():
        pytest.skip("this machine does not let children be confined")
    folder = tmp_path / "confined"
    folder.mkdir()
    geometry = {"path": str(write_glb(folder / "part.glb", *flange())), "format": "glb"}
    prepare = {"do": "prepare_scene", "geometry": geometry, "look": {}, "output": str(folder / "scene.blend")}
    do(blender, folder, prepare, confined=True)

    frames = []
    for confined in (True, False):
        path = folder / f"{confined}.part"
        command = {"frame": 1, "path": str(path)}
        events = do(blender, folder, render_job(folder / "scene.blend", **wishes), command, confined=confined)
        assert any(isinstance(event, FrameWritten) for event in events)
        frames.append(without_notes(path.read_bytes()))

    assert frames[0] == frames[1]
