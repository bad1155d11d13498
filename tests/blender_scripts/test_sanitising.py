"""Untrusted .blend files: each attack does its harm where nothing defends, and none once it was sanitised."""

import json
from io import BytesIO
from pathlib import Path

import pytest

from blender_scripts.playlists import is_media
from tests.blender_scripts.attack_table import ATTACKS, BY_SCRIPTS, HARMLESS, WITHOUT_SCRIPTS, Seen, deed

RUNNER = Path(__file__).with_name("run_attacks.py")
PATHS = Path(__file__).with_name("paths_held.py")


@pytest.fixture(scope="module")
def samples(blender, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("attacks")
    outcome = blender.run_script(folder, RUNNER, "make", str(folder))
    assert outcome.code == 0, outcome.log[-2000:]
    return folder


@pytest.fixture(scope="module")
def seen(blender, samples) -> Seen:
    return Seen(*(reports(blender, samples, task) for task in ("open", "trust", "sanitise")))


def reports(blender, samples, task) -> dict[str, dict]:
    outcome = blender.run_script(samples, RUNNER, task, str(samples))
    assert outcome.code == 0, outcome.log[-2000:]
    return {event["name"]: event for event in outcome.all("attack")}


def test_attack_table(seen, capsys):
    with capsys.disabled():
        print(f"\n{seen}")  # noqa: T201 - people look at it
    assert set(seen.untrusted) == set(seen.sanitised) == set(seen.trusted)


@pytest.mark.parametrize("name", WITHOUT_SCRIPTS)
def test_attack_without_scripts_works_where_nothing_defends(seen, name):
    if not seen.has(name):
        pytest.skip("this Blender has nothing of the kind")
    assert deed(seen.untrusted[name]) == WITHOUT_SCRIPTS[name][0]


@pytest.mark.parametrize("name", BY_SCRIPTS)
def test_attack_by_scripts_works_where_they_are_trusted(seen, name):
    assert deed(seen.trusted[name]) == "writes"


@pytest.mark.parametrize("name", [name for name in BY_SCRIPTS if name != "freestyle module"])
def test_scripts_do_not_run_where_they_are_not_trusted(seen, name):
    assert deed(seen.untrusted[name]) == ""


@pytest.mark.parametrize("name", ATTACKS)
def test_sanitised_file_does_no_harm_even_if_it_is_trusted_later(seen, name):
    if not seen.has(name):
        pytest.skip("this Blender has nothing of the kind")
    after = seen.sanitised[name]
    assert after["written"] == []
    assert after["opened"] == []
    assert after["left"] == []
    assert after["green"] == 0.0


@pytest.mark.parametrize("name", ATTACKS)
def test_finding_names_what_was_removed(seen, name):
    if not seen.has(name):
        pytest.skip("this Blender has nothing of the kind")
    findings = seen.sanitised[name]["findings"]
    assert ATTACKS[name][1] in {finding["kind"] for finding in findings}
    assert {finding["level"] for finding in findings} == {"removed"}
    for finding in findings:
        assert finding["subject"]
        assert finding["message"].startswith("Expected ")
        assert finding["message"].endswith(".")


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_scene_stays_as_it_was(seen, name):
    after = seen.sanitised[name]
    assert after["findings"] == []
    assert after["green"] == 1.0


def test_driver_without_python_and_animated_camera_still_move(seen):
    values = seen.sanitised["sheet inside"]["values"]
    assert values["sheet"][2] == pytest.approx(0.5)
    assert values["camera"][0] == pytest.approx(0.5)


def test_text_that_lights_a_lamp_stays(seen):
    assert seen.sanitised["lamp inside"]["texts"] == 1


def test_trusted_template_keeps_its_drivers(blender, samples):
    kept = reports(blender, samples, "keep")["driver on an object"]
    assert kept["drivers"] == 1
    assert kept["findings"] == []


def test_path_is_inside_only_where_all_readings_of_it_are(blender, tmp_path):
    root = tmp_path / "sent"
    for folder in (root / "textures", root / "linked", tmp_path / "ours"):
        folder.mkdir(parents=True)
    (root / "textures" / "wood.png").touch()
    (root / "linked" / "00001.png").symlink_to(tmp_path / "ours")
    (root / "elsewhere").symlink_to(tmp_path / "ours")
    inside = {
        "": True,
        "//textures/wood.png": True,
        "//textures\\wood.png": True,
        "//textures/../textures/wood.png": True,
        "//textures/missing.<UDIM>.png": True,
        str(root / "textures" / "wood.png"): True,
        "//linked/00002.png": True,
        "//linked/00001.png": False,
        "//linked/<UDIM>.png": False,
        "//<UDIM>/wood.png": False,
        "//elsewhere/x.png": False,
        "//../ours/x.png": False,
        "//..\\ours\\x.png": False,
        "//textures\\..\\../..\\ours/x.png": False,
        "/etc/passwd": False,
        "\\\\server\\share\\x.png": False,
        "//{blend_dir}/../ours/x.png": False,
        "C:\\x.png": False,
        "file:///etc/passwd": False,
        "http://127.0.0.1/x.hdr": False,
        "ours/x.png": False,
        str(root) + "-other/x.png": False,
    }
    paths = tmp_path / "paths.json"
    paths.write_text(json.dumps(list(inside)))

    outcome = blender.run_script(tmp_path, PATHS, str(root), str(paths))

    assert outcome.one("held")["paths"] == inside


@pytest.mark.parametrize(
    ("head", "media"),
    [
        (b"\x00\x00\x00\x18ftypmp42", True),
        (b"\x1aE\xdf\xa3", True),
        (b"RIFF\x00\x00\x00\x00WAVE", True),
        (b"ID3\x04\x00\x00\x00\x00\x00\x02xx\xff\xfb\x90\x00", True),
        (b"ID3\x04\x00\x00\x00\x00\x00\x02xx#EXTM3U\n/etc/passwd", False),
        (b"#EXTM3U\n/etc/passwd", False),
        (b"ffconcat version 1.0\nfile secret", False),
        (b"<MPD></MPD>", False),
        (b"", False),
    ],
)
def test_film_is_told_from_a_list_of_files(head, media):
    assert is_media(BytesIO(head)) is media
