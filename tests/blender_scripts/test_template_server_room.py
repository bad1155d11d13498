"""What is special to the server room: its aisle goes on without end, and its lamps blink softly."""

import json
from pathlib import Path

import pytest

SURVEY = Path(__file__).parent / "aisle_survey.py"
STRIPS = Path(__file__).parent / "strip_survey.py"
BAY = 1.8
PALETTE = {
    "background": "#05070d",
    "surface": "#10131c",
    "primary": "#2f8cff",
    "secondary": "#19d3c5",
    "accent": "#ffb347",
}


def surveyed(blender, folder, *, loop, frames=120, seed=1, **parameters) -> dict:
    """Build a server room of 30 frames a second and return what stands in it."""
    scene, report = folder / "room.blend", folder / "found.json"
    job = {"do": "build_template", "template": "server_room", "parameters": parameters, "palette": PALETTE}
    job |= {"width": 64, "height": 36, "frames": frames, "fps": 30, "loop": loop, "seed": seed}
    outcome = blender.run(folder, job | {"output": str(scene)})
    assert outcome.code == 0, outcome.log[-2000:]
    outcome = blender.run_script(folder, SURVEY, str(scene), str(report))
    assert outcome.code == 0, outcome.log[-2000:]
    return json.loads(report.read_text())


@pytest.fixture(scope="module")
def looped(blender, tmp_path_factory) -> dict:
    """A loop of four seconds."""
    return surveyed(blender, tmp_path_factory.mktemp("looped"), loop=True, activity=1.0)


def test_camera_of_a_loop_passes_whole_bays(looped):
    (first, last) = looped["camera"]
    passed = (last[1] - first[1]) * 120 / 119
    assert passed / BAY == pytest.approx(round(passed / BAY), abs=1e-3)
    assert round(passed / BAY) >= 1


def test_racks_of_a_loop_are_the_same_where_the_camera_comes_to(looped):
    (first, last) = looped["camera"]
    passed = round((last[1] - first[1]) * 120 / 119 / BAY) * BAY
    known = {(x, round(y, 3)): (kind, shift) for x, y, kind, shift in looped["racks"]}
    ahead = {place: known.get((place[0], round(place[1] + passed, 3))) for place in known}
    assert all(ahead[place] in (known[place], None) for place in known)
    assert sum(one is not None for one in ahead.values()) > 60


def test_lamps_of_a_loop_blink_whole_times_and_take_half_a_second_to_come(looped):
    assert all(turns == round(turns) for turns in looped["turns"])
    assert max(looped["turns"]) <= 4 * 0.8


def test_loop_too_short_to_pass_a_bay_has_a_camera_that_stays(blender, tmp_path):
    (first, last) = surveyed(blender, tmp_path, loop=True, frames=20)["camera"]
    assert last[1] == pytest.approx(first[1], abs=1e-6)


def test_open_racks_have_no_doors_and_few_faces_do_for_all(blender, tmp_path):
    found = surveyed(blender, tmp_path, loop=False, doors="open")
    assert found["doors"] == 0
    assert found["faces"] < 1_000_000  # drawn; eight meshes hold them


def test_light_that_is_worked_out_is_the_light_that_cycles_finds(blender, tmp_path):
    report = tmp_path / "found.json"
    outcome = blender.run_script(tmp_path, STRIPS, str(report))
    assert outcome.code == 0, outcome.log[-2000:]
    found = json.loads(report.read_text())
    assert found["said"] == pytest.approx(found["measured"], rel=0.03, abs=0.01)
    assert max(found["said"]) > 1


def test_lamps_are_all_that_lights_a_room_and_cycles_has_none_to_ask(looped):
    assert looped["lights"] == 0
    (darkest, brightest) = looped["lit"]
    assert darkest >= 0
    assert 0 < brightest < 1  # light of matt metal, not of a lamp


def test_light_changes_evenly_over_every_face_of_a_rack(looped):
    assert looped["tallest"] <= 0.15 + 1e-6
