"""A .blend that somebody brings: what it offers, what may be set on it, and what is refused."""

from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("named_blends.py")
PALETTE = {
    "background": "#05070d",
    "surface": "#10131c",
    "primary": "#2f8cff",
    "secondary": "#19d3c5",
    "accent": "#ffb347",
}


@pytest.fixture(scope="module")
def blends(blender, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("blends")
    outcome = blender.run_script(folder, SCRIPT, "make", str(folder))
    assert outcome.code == 0, outcome.log[-2000:]
    return folder


def job(blend: Path, output: Path, **wishes: object) -> dict:
    size = {"width": 64, "height": 36, "frames": 48, "fps": 24}
    asked = {"do": "build_template", "template": "mine", "blend": str(blend), "palette": PALETTE}
    return {**asked, **size, "output": str(output), **wishes}


def offered(blender, folder: Path, blend: Path) -> dict:
    outcome = blender.run_script(folder, SCRIPT, "ask", str(blend))
    assert outcome.code == 0, outcome.log[-2000:]
    return outcome.one("offered")


def test_a_blend_offers_what_its_scene_has_as_custom_properties(blender, blends, tmp_path):
    said = offered(blender, tmp_path, blends / "offering.blend")

    assert said["said"] == {
        "glow": "glow (number, 0 to 2)",
        "count": "count (whole number, 1 to 9)",
        "shown": "shown (true or false)",
        "size": "size (small or large)",
        "tint": "tint (#rrggbb)",
        "written": "written (#rrggbb)",
        "free": "free (number)",
    }
    glow = said["parameters"]["glow"]
    assert (glow["default"], glow["description"]) == (1.0, "How bright it is.")
    colors = [said["parameters"][name]["default"] for name in ("tint", "written")]
    assert colors == ["#ff0000", "#ff8000"]


def test_what_is_wished_is_set_and_the_rest_stays(blender, blends, tmp_path):
    wished = {
        "glow": 1.5,
        "count": 4,
        "shown": False,
        "size": "small",
        "tint": "#808080",
        "written": "#336699",
    }

    outcome = blender.run(tmp_path, job(blends / "offering.blend", tmp_path / "set.blend", parameters=wished))

    assert outcome.code == 0, outcome.log[-2000:]
    said = offered(blender, tmp_path, tmp_path / "set.blend")
    found = {name: parameter["default"] for name, parameter in said["parameters"].items()}
    assert found == {**wished, "free": 0.5}
    assert said["said"]["glow"] == "glow (number, 0 to 2)", "its bounds are still there"


@pytest.mark.parametrize(("loop", "last"), [(False, 48.0), (True, 49.0)])
def test_the_clip_is_told_by_reserved_names(blender, blends, tmp_path, loop, last):
    wishes = {"loop": loop, "seed": 7}

    blender.run(tmp_path, job(blends / "offering.blend", tmp_path / "set.blend", **wishes))

    said = offered(blender, tmp_path, tmp_path / "set.blend")
    assert said["frames"] == [1, 48]
    assert said["moment"] == [[1.0, 0.0], [last, 1.0]]
    reserved = said["reserved"]
    assert reserved.pop("palette_primary") == pytest.approx([0.0284, 0.2623, 1.0], abs=1e-4)
    assert reserved == {"loop": loop, "seed": 7, "seconds": 2.0, "aspect": pytest.approx(16 / 9)}


def test_a_clip_set_twice_has_one_moment(blender, blends, tmp_path):
    first, second = tmp_path / "first.blend", tmp_path / "second.blend"

    blender.run(tmp_path, job(blends / "offering.blend", first, frames=200))
    blender.run(tmp_path, job(first, second, frames=24))

    assert offered(blender, tmp_path, second)["moment"] == [[1.0, 0.0], [24.0, 1.0]]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (
            ("offering", {"parameters": {"glov": 1}}),
            "found glov; the .blend's named parameters are glow (number, 0",
        ),
        (("offering", {"parameters": {"note": "x"}}), "found note; the .blend's named parameters are glow"),
        (
            ("offering", {"parameters": {"glow": "much"}}),
            "job.parameters.glow: expected a number, found 'much'",
        ),
        (("offering", {"parameters": {"glow": 2.5}}), "job.parameters.glow: expected 0.0 to 2.0, found 2.5"),
        (
            ("offering", {"parameters": {"count": 1.5}}),
            "job.parameters.count: expected a whole number, found 1.5",
        ),
        (("offering", {"parameters": {"shown": 1}}), "job.parameters.shown: expected true or false, found 1"),
        (
            ("offering", {"parameters": {"size": "huge"}}),
            "job.parameters.size: expected small or large, found 'huge'",
        ),
        (("offering", {"parameters": {"tint": "red"}}), "job.parameters.tint: expected #rrggbb, found 'red'"),
        (("plain", {"parameters": {"glow": 1}}), "the .blend's named parameters are none"),
        (
            ("plain", {"frames": 61}),
            "expected frames 1 to 61 at least, since it has no custom property `moment`",
        ),
        (("no_camera", {}), "no_camera.blend: expected a camera in its scene 'Scene', found none"),
        (("wrong_palette", {}), "custom property palette_primary of the scene: expected a colour"),
    ],
)
def test_what_a_blend_does_not_take_is_refused(blender, blends, tmp_path, asked, sentence):
    blend, wishes = asked

    outcome = blender.run(tmp_path, job(blends / f"{blend}.blend", tmp_path / "set.blend", **wishes))

    failed = outcome.one("failed")
    assert failed["class"] == "BadInput"
    assert sentence in failed["message"]
    assert not (tmp_path / "set.blend").exists()


def test_a_blend_without_named_parameters_is_a_clip_all_the_same(blender, blends, tmp_path):
    outcome = blender.run(tmp_path, job(blends / "plain.blend", tmp_path / "set.blend"))

    assert outcome.code == 0, outcome.log[-2000:]
    assert offered(blender, tmp_path, tmp_path / "set.blend")["frames"] == [1, 48]
