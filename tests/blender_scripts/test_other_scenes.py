"""Scenes of other formats as shots in real Blenders: with their own camera and motion."""

import pytest

from tests.blender_scripts.shots import Rendered, Shots

FORMS = {"gltf": "shot.glb", "usd": "shot.usdc", "gltf_without_a_camera": "shot.glb"}


@pytest.fixture(scope="module")
def shots(blender, tmp_path_factory) -> Shots:
    shots = Shots(blender, tmp_path_factory.mktemp("scenes"))
    shots.make(*FORMS)
    return shots


@pytest.fixture(scope="module")
def told(shots) -> dict[str, dict]:
    wishes = [
        {"name": name, "source": source, "form": name.partition("_")[0]} for name, source in FORMS.items()
    ]
    return shots.prepare(*wishes)


@pytest.fixture(scope="module")
def frames(shots, told) -> dict[tuple[str, int], Rendered]:
    assert {said["event"] for said in told.values()} == {"shot_saved"}
    for name in ("gltf", "usd"):
        (shots.root / name / FORMS[name]).unlink()  # nothing of it is read again
    keys = [(name, frame) for name in ("gltf", "usd") for frame in (1, 7)]
    small = {"width": 16, "height": 16, "samples": 1, "denoise": "off"}
    found = shots.render(*({"name": name, "frame": frame, **small} for name, frame in keys))
    return dict(zip(keys, found, strict=True))


@pytest.mark.parametrize("name", ["gltf", "usd"])
def test_scene_is_rendered_by_its_own_camera_and_moves(frames, name):
    before, after = frames[name, 1], frames[name, 7]
    assert before.failure == after.failure == ""
    red, green, blue = before.picture.convert("RGB").getpixel((8, 8))
    assert red > 150
    assert max(green, blue) < red / 2
    red, green, blue = after.picture.convert("RGB").getpixel((8, 8))
    assert min(red, green, blue) > 150  # the light from all around, which it did not bring


@pytest.mark.parametrize(("name", "format_name"), [("gltf", "glTF"), ("usd", "USD")])
def test_its_facts_are_its_own(told, name, format_name):
    (scene,) = told[name]["scenes"]
    assert told[name]["written_by"] == format_name
    assert len(scene["cameras"]) == 1
    assert scene["camera"] in scene["cameras"]
    assert scene["engine"] == "CYCLES"
    assert scene["last"] - scene["first"] == 7
    assert [one["kind"] for one in told[name]["findings"]] == ["no-light"]


def test_scene_without_a_camera_is_sent_where_there_are_some(told):
    (error,) = [one for one in told["gltf_without_a_camera"]["findings"] if one["level"] == "error"]
    assert error["kind"] == "no-camera"
    assert "render-turntable" in error["message"]
