"""Shots from the file to the frame in real Blenders: what is rendered is what was chosen, as it was set."""

from pathlib import Path

import pytest

from tests.blender_scripts.shots import Rendered, Shots

MADE = (
    "falling_by_its_cache",
    "whole",
    "alembic_cache",
    "steps",
    "packed_by_zstandard",
    "film",
    "composited",
    "cut_out",
    "turned",
    "falling",
    "falling_unseen",
    "in_folders",
)
SOURCES = {"in_folders": "scenes/shot.blend"}
"""Where shots lie that are not at the top of their folders."""
WISHES = {
    "the first camera by its marker": {"name": "whole", "frame": 1},
    "the second camera by its marker": {"name": "whole", "frame": 4},
    "a chosen camera, whatever markers say": {"name": "whole", "frame": 5, "camera": "texture"},
    "a font that was sent along": {"name": "whole", "camera": "text"},
    "a driver that Blender evaluates, before": {"name": "whole", "frame": 4, "camera": "driven"},
    "a driver that Blender evaluates, after": {"name": "whole", "frame": 5, "camera": "driven"},
    "a driver of Python, cleaned": {"name": "whole", "frame": 5, "camera": "programmed"},
    "a view layer": {"name": "whole", "view_layer": "Without the texture"},
    "another scene": {"name": "whole", "scene": "Other"},
    "another scene in part": {"name": "whole", "scene": "Other", "percentage": 50},
    "another size": {"name": "whole", "width": 40, "height": 20},
    "a cache that was sent along": {"name": "alembic_cache"},
    "frame nought": {"name": "steps", "frame": 0},
    "a cloth that nobody baked": {"name": "falling", "frame": 6},
    "a cloth that fell step by step": {"name": "falling", "frame": 5},
    "a cloth that only a render shows": {"name": "falling_unseen", "frame": 5},
    "a cloth that only a render shows, later": {"name": "falling_unseen", "frame": 6},
    "a cloth before it falls": {"name": "falling", "frame": 1},
    "a cloth that was baked beside the file": {"name": "falling_by_its_cache", "frame": 6},
    "a compressed file": {"name": "packed_by_zstandard"},
    "a scene that writes a film": {"name": "film"},
    "a compositor": {"name": "composited"},
    "a transparent film": {"name": "cut_out"},
    "an EXR": {"name": "cut_out", "format": "OPEN_EXR", "color_depth": "16"},
    "sixteen bits": {"name": "whole", "color_depth": "16"},
    "another engine made Cycles": {"name": "turned", "engine": "cycles"},
    "a library's texture, above the shot": {"name": "in_folders", "source": SOURCES["in_folders"]},
    "no hidden camera, whatever markers say": {
        "name": "in_folders",
        "source": SOURCES["in_folders"],
        "frame": 3,
    },
}
COLORS = {
    "the first camera by its marker": "green",
    "the second camera by its marker": "red",
    "a chosen camera, whatever markers say": "green",
    "a font that was sent along": "blue",
    "a driver that Blender evaluates, before": "black",
    "a driver that Blender evaluates, after": "green",
    "a driver of Python, cleaned": "black",
    "a view layer": "black",
    "another scene": "white",
    "another scene in part": "white",
    "another size": "green",
    "a cache that was sent along": "red",
    "frame nought": "red",
    "a cloth that nobody baked": "black",
    "a cloth that fell step by step": "red",
    "a cloth that only a render shows": "red",
    "a cloth that only a render shows, later": "black",
    "a cloth before it falls": "red",
    "a cloth that was baked beside the file": "black",
    "a compressed file": "red",
    "a scene that writes a film": "red",
    "a compositor": "cyan",
    "another engine made Cycles": "red",
    "a library's texture, above the shot": "green",
    "no hidden camera, whatever markers say": "green",
}
TRUSTED = {
    "a compositor that writes files": {"name": "composited"},
    "a driver of Python, before": {"name": "whole", "frame": 4, "camera": "programmed"},
    "a driver of Python, after": {"name": "whole", "frame": 5, "camera": "programmed"},
}
BROKEN = {
    "cut_short": "cut short",
    "plain_cut_short": "cut short",
    "no_blend": "expected a .blend",
    "newer": "render with a newer Blender",
}
LACKING = {
    "missing_texture": {"missing-texture": "textures/wood.png"},
    "missing_library": {"missing-library": "library/lamp.blend"},
    "missing_in_library": {"missing-linked": "lamp.blend"},
    "missing_font": {"missing-font": "fonts/mono.woff2"},
    "missing_cache": {"missing-cache": "caches/moved.abc"},
    "falling_without_its_cache": {"missing-cache": "blendcache_shot"},
}


@pytest.fixture(scope="module")
def shots(blender, tmp_path_factory) -> Shots:
    shots = Shots(blender, tmp_path_factory.mktemp("shots"))
    shots.make(*MADE, *LACKING, *(name for name in BROKEN if name != "newer"), "no_camera")
    pretend_newer(shots.root / "steps" / "shot.blend", shots.root / "newer")
    return shots


def pretend_newer(blend: Path, folder: Path) -> None:
    """Copy a file and say in its head that Blender 9.9 wrote it."""
    data = bytearray(blend.read_bytes())
    digits = data.index(b"v") + 1
    data[digits : digits + 4] = (
        b"0999" if data[digits : digits + 4].isdigit() else b"999" + data[digits + 3 : digits + 4]
    )
    folder.mkdir()
    (folder / "shot.blend").write_bytes(data)


@pytest.fixture(scope="module")
def told(shots) -> dict[str, dict]:
    names = (*MADE, *LACKING, *BROKEN, "no_camera")
    return shots.prepare(*({"name": name, "source": SOURCES.get(name, "shot.blend")} for name in names))


@pytest.fixture(scope="module")
def frames(shots, told) -> dict[str, Rendered]:
    assert {told[name]["event"] for name in MADE} == {"shot_saved"}
    for name in MADE:  # so that nothing is found there which was not brought along
        for path in (shots.root / name).rglob("*"):
            needed = {"prepared.blend", *map(Path, told[name]["files"])}
            if path.is_file() and not needed & {path.name, path.relative_to(shots.root / name)}:
                path.unlink()
    return dict(zip(WISHES, shots.render(*WISHES.values()), strict=True))


@pytest.fixture(scope="module")
def trusted(blender, tmp_path_factory) -> tuple[dict[str, dict], dict[str, Rendered]]:
    shots = Shots(blender, tmp_path_factory.mktemp("trusted"))
    names = ("whole", "composited", "lit_by_programs")
    shots.make(*names)
    told = shots.prepare(*({"name": name, "trusted": True} for name in names))
    wishes = [wish | {"trusted": True} for wish in TRUSTED.values()]
    return told, dict(zip(TRUSTED, shots.render(*wishes), strict=True))


@pytest.mark.parametrize("wish", COLORS)
def test_frame_shows_what_was_wished(frames, wish):
    assert frames[wish].failure == ""
    assert frames[wish].color == COLORS[wish]


def test_size_is_the_scenes_or_the_jobs(frames):
    assert frames["another scene"].picture.size == (32, 16)
    assert frames["another scene in part"].picture.size == (16, 8)
    assert frames["another size"].picture.size == (40, 20)


def test_picture_is_whole_and_one_although_the_file_says_otherwise(frames):
    assert frames["a scene that writes a film"].picture.size == (8, 8)  # no border, one eye, half the size
    assert frames["a scene that writes a film"].picture.format == "PNG"


def test_nothing_is_written_elsewhere(shots, frames):
    assert frames
    assert not list(shots.root.rglob("elsewhere"))


def test_alpha_is_written_where_the_film_is_transparent(frames):
    assert frames["a transparent film"].picture.mode == "RGBA"
    assert frames["a transparent film"].picture.getchannel("A").getextrema() == (0, 255)
    assert frames["the first camera by its marker"].picture.mode == "RGB"


def test_format_and_depth_are_the_jobs(frames):
    assert frames["an EXR"].path.read_bytes()[:4] == b"\x76\x2f\x31\x01"
    assert frames["sixteen bits"].path.read_bytes()[24] == 16  # the header's bit depth


def test_picture_that_nothing_renders_may_be_missing(told):
    assert told["in_folders"]["findings"] == []


def test_device_has_its_own_name_although_opening_a_file_forgets_devices(frames):
    devices = [one.event["device"] for one in frames.values()]
    assert {device["type"] for device in devices} == {"CPU"}
    assert "CPU" not in {device["name"] for device in devices}


def test_facts_are_those_of_the_scenes(told):
    facts = {scene["name"]: scene for scene in told["whole"]["scenes"]}
    assert told["whole"]["active_scene"] == "Main"
    assert facts["Main"]["cameras"] == ["camera", "driven", "library", "programmed", "text", "texture"]
    assert (facts["Main"]["camera"], facts["Main"]["camera_markers"]) == ("texture", 2)
    assert facts["Main"]["view_layers"] == ["All", "Without the texture"]
    assert facts["Main"]["used_layers"] == ["All"]
    assert facts["Main"]["fps"] == "24000/1001"
    assert (facts["Other"]["width"], facts["Other"]["height"]) == (32, 16)
    (steps,) = told["steps"]["scenes"]
    assert (steps["first"], steps["last"], steps["step"]) == (0, 9, 4)


def test_whole_shot_needs_nothing_beside_it(told):
    assert told["whole"]["files"] == []
    assert told["alembic_cache"]["files"] == ["caches/moved.abc"]
    assert told["in_folders"]["files"] == ["assets/textures/green.png"]
    caches = told["falling_by_its_cache"]["files"]
    assert len(caches) == 8
    assert all(place.startswith("blendcache_prepared/fall_") for place in caches)


def test_simulation_that_nobody_baked_is_told_and_needs_its_frames_in_order(told):
    (scene,), (finding,) = told["falling"]["scenes"], told["falling"]["findings"]
    assert scene["needs_order"]
    assert (finding["level"], finding["kind"]) == ("warning", "unbaked-simulation")
    assert not told["falling_by_its_cache"]["scenes"][0]["needs_order"]
    assert told["falling_by_its_cache"]["findings"] == []


@pytest.mark.parametrize("name", LACKING)
def test_what_is_missing_is_one_error_that_names_it(told, name):
    errors = [one for one in told[name]["findings"] if one["level"] == "error"]
    (kind,) = LACKING[name]
    assert [one["kind"] for one in errors] == [kind]
    assert LACKING[name][kind] in errors[0]["message"]


@pytest.mark.parametrize("name", BROKEN)
def test_file_that_cannot_be_read_is_refused_with_a_sentence(shots, told, name):
    assert told[name]["event"] == "failed"
    assert told[name]["class"] == "BadInput"
    assert BROKEN[name] in told[name]["message"]
    assert str(shots.root) not in told[name]["message"]


def test_scene_without_a_camera_has_none_in_its_facts(told):
    (scene,) = told["no_camera"]["scenes"]
    assert (scene["camera"], scene["cameras"], scene["camera_markers"]) == ("", ["camera"], 0)


def test_traps_of_the_output_are_told(told):
    kinds = {one["kind"] for one in told["film"]["findings"] if one["level"] == "warning"}
    assert kinds >= {"border", "percentage", "pixels", "stereo", "sequencer", "stamp", "video-output"}
    assert "overwrite" in kinds
    assert [one["kind"] for one in told["composited"]["findings"]] == ["output-node"]


def test_driver_that_needs_python_is_lost_when_cleaned_and_the_simple_one_is_not(told):
    (finding,) = [one for one in told["whole"]["findings"] if one["kind"] == "driver"]
    assert finding["level"] == "removed"
    assert "moved by Python" in finding["subject"]


def test_trusted_shot_keeps_its_drivers(trusted):
    told, frames = trusted
    assert told["whole"]["findings"] == []
    assert frames["a driver of Python, before"].color == "black"
    assert frames["a driver of Python, after"].color == "red"


def test_what_a_trusted_shot_runs_and_writes_is_told(trusted):
    told, frames = trusted
    assert frames["a compositor that writes files"].color == "cyan"
    assert {one["kind"] for one in told["lit_by_programs"]["findings"]} == {"runs-programs", "osl"}
    (output,) = told["composited"]["findings"]
    assert (output["level"], output["kind"]) == ("warning", "output-node")
    assert "elsewhere" in output["message"]
