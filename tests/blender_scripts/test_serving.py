"""Many jobs in one real Blender: each is done as if it were the only one."""

import json
from pathlib import Path

import OpenEXR
import pytest

from media.png import without_notes
from tests.blender_scripts.blender import render_job
from tests.blender_scripts.shapes import box, write_glb

KEPT_DATA = Path(__file__).with_name("kept_data.py")
SHA256 = "ab" * 32
LOOKS = [
    {"azimuth": 35.0},
    {"azimuth": 160.0, "elevation": -15.0, "samples": 8, "width": 64, "height": 112},
    {"denoise": True, "samples": 2, "persistent_data": False, "noise_threshold": 0.1},
    {"focal_length": 35.0, "axis": "x", "persistent_data": False, "seed": 3, "view_transform": "Filmic"},
    {"azimuth": 35.0},
]
BEHIND = [
    {"transparent": True},
    {"transparent": False},
    {"transparent": False, "elevation": 60.0},
    {"format": "OPEN_EXR"},
    {"format": "OPEN_EXR", "azimuth": 200.0},
    {"transparent": True, "samples": 8},
    {"transparent": True, "azimuth": 90.0},
]


def said(job: dict, *commands: dict) -> str:
    """A job as a process that serves reads it."""
    lines = [json.dumps({"schema": 1, **job}), *map(json.dumps, commands), "end"]
    return "\n".join(lines) + "\n"


def frame(number: int, path: Path) -> dict:
    return {"frame": number, "path": str(path)}


def served(blender, folder, scene, wishes) -> list[dict]:
    """Render every wish in one process; returns the events of the frames."""
    jobs = [
        said({**render_job(scene, **wish), "scene_sha256": SHA256}, frame(2, folder / f"{number}.served"))
        for number, wish in enumerate(wishes)
    ]
    outcome = blender.run(folder, {"do": "serve"}, "".join(jobs))
    assert outcome.code == 0, outcome.log[-2000:]
    assert [event["failed"] for event in outcome.all("job_ended")] == [""] * len(wishes)
    return outcome.all("frame_written")


def alone(blender, folder, scene, wish, name) -> bytes:
    """Render one wish in a Blender of its own."""
    outcome = blender.run(folder, render_job(scene, **wish), json.dumps(frame(2, folder / name)) + "\n")
    assert outcome.code == 0, outcome.log[-2000:]
    return picture(folder / name)


def picture(path: Path) -> bytes:
    """What is shown, byte for byte; Blender notes the date beside it."""
    data = path.read_bytes()
    if data.startswith(b"\x89PNG"):
        return without_notes(data)
    return b"".join(channel.pixels.tobytes() for channel in OpenEXR.File(str(path)).channels().values())


def different(wishes: list[dict]) -> list[tuple[int, dict]]:
    return [(n, wish) for n, wish in enumerate(wishes) if wish not in wishes[:n]]


def test_picture_of_a_warm_scene_is_the_cold_one_byte_for_byte(blender, flange_scene, tmp_path):
    frames = served(blender, tmp_path, flange_scene, LOOKS)

    assert [event["warmth"] for event in frames] == ["cold", *["warm scene"] * 4]
    for number, wish in different(LOOKS):
        cold = alone(blender, tmp_path, flange_scene, wish, f"{number}.alone")
        assert picture(tmp_path / f"{number}.served") == cold, wish
    assert picture(tmp_path / "4.served") == picture(tmp_path / "0.served")


def test_what_stood_behind_the_part_is_gone_in_the_next_picture(blender, tmp_path):
    blender.prepare(tmp_path, write_glb(tmp_path / "part.glb", box(1, 0.7, 0.4)), background="#1e3040")
    scene = tmp_path / "scene.blend"

    frames = served(blender, tmp_path, scene, BEHIND)

    warm = ["warm process", "warm scene"]
    assert [event["warmth"] for event in frames] == ["cold", "warm process", "warm scene", *warm, *warm]
    for number, wish in enumerate(BEHIND):
        cold = alone(blender, tmp_path, scene, wish, f"{number}.alone")
        assert picture(tmp_path / f"{number}.served") == cold, wish


def test_other_scenes_between_leave_no_trace(blender, flange_scene, box_scene, tmp_path):
    part = write_glb(tmp_path / "part.glb", box(1, 2, 3))
    jobs = [
        said({**render_job(box_scene), "scene_sha256": SHA256}, frame(1, tmp_path / "box")),
        said({**render_job(flange_scene), "scene_sha256": "cd" * 32}, frame(2, tmp_path / "0.served")),
        said(
            {
                "do": "prepare_scene",
                "geometry": {"path": str(part), "format": "glb"},
                "output": str(tmp_path / "scene.blend"),
            }
        ),
        said(render_job(flange_scene), frame(2, tmp_path / "1.served")),
        said({**render_job(flange_scene), "scene_sha256": SHA256}, frame(2, tmp_path / "2.served")),
    ]
    outcome = blender.run(tmp_path, {"do": "serve"}, "".join(jobs))

    assert outcome.code == 0, outcome.log[-2000:]
    assert [event["warmth"] for event in outcome.all("frame_written")] == ["cold", *["warm process"] * 3]
    cold = alone(blender, tmp_path, flange_scene, {}, "alone")
    assert [picture(tmp_path / f"{number}.served") == cold for number in range(3)] == [True] * 3
    served_scene = (tmp_path / "scene.blend").stat().st_size
    blender.prepare(tmp_path, part)
    assert abs((tmp_path / "scene.blend").stat().st_size - served_scene) < 4096, "nothing else is in it"


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        ({"do": "serve"}, "BadInput"),
        ({"do": "render_frames", "scene": "/no/scene.blend", "settings": {}}, "BadInput"),
        (render_job(Path("/no/scene.blend")), "BadInput"),
    ],
)
def test_job_that_fails_ends_itself_alone(blender, box_scene, tmp_path, bad, kind):
    jobs = [
        said(bad, frame(1, tmp_path / "never")),
        said({**render_job(box_scene), "scene_sha256": SHA256}, frame(1, tmp_path / "picture")),
    ]

    outcome = blender.run(tmp_path, {"do": "serve"}, "".join(jobs))

    assert outcome.code == 0, outcome.log[-2000:]
    assert outcome.one("failed")["class"] == kind
    assert [event["failed"] for event in outcome.all("job_ended")] == [kind, ""]
    assert all(event["resident_bytes"] > 0 for event in outcome.all("job_ended"))
    assert not (tmp_path / "never").exists()
    assert (tmp_path / "picture").stat().st_size > 0


def test_cycles_keeps_nothing_between_two_jobs(blender, box_scene, tmp_path):
    job = render_job(box_scene, persistent_data=True)
    jobs = [
        said(job, frame(1, tmp_path / "picture")),
        said(job, {"frame": "none"}),  # which fails
    ]

    outcome = blender.run_script(tmp_path, KEPT_DATA, commands="".join(jobs))

    assert outcome.code == 0, outcome.log[-2000:]
    assert outcome.one("frame_written")["persistent_data"] is True
    assert [event["keeps_data"] for event in outcome.all("job_ended")] == [False, False]
