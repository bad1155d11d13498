"""The processor: built, it is a .blend with named parameters like any that is brought."""

from pathlib import Path

import pytest

from media.broll.templates.ai_cpu_activation import AiCpuActivation
from tests.blender_scripts.test_named_parameters import PALETTE, SCRIPT

BUILT = "built.blend"


def job(output: Path, **wishes: object) -> dict:
    size = {"width": 64, "height": 36, "frames": 48, "fps": 24, "seed": 3}
    return {
        "do": "build_template",
        "template": "ai_cpu_activation",
        "palette": PALETTE,
        **size,
        "output": str(output),
        **wishes,
    }


@pytest.fixture(scope="module")
def built(blender, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("processor")
    outcome = blender.run(folder, job(folder / BUILT))
    assert outcome.code == 0, outcome.log[-2000:]
    return folder / BUILT


def offered(blender, folder: Path, blend: Path) -> dict:
    return blender.run_script(folder, SCRIPT, "ask", str(blend)).one("offered")


def test_the_blend_offers_what_the_model_says(blender, built, tmp_path):
    parameters = offered(blender, tmp_path, built)["parameters"]

    fields = AiCpuActivation.model_json_schema()["properties"]
    assert parameters.keys() == fields.keys()
    for name, field in fields.items():
        found = parameters[name]
        assert (found["default"], found["description"]) == (
            field["default"],
            field["description"],
        )
        assert [word for word, _ in found["choices"]] == field.get("enum", [])
        if "minimum" in field:
            assert (found["low"], found["high"]) == (field["minimum"], field["maximum"])


def test_nothing_in_it_needs_python(blender, built, tmp_path):
    assert offered(blender, tmp_path, built)["drivers_need_python"] == []


def test_opened_and_sent_again_it_takes_other_values(blender, built, tmp_path):
    wished = {"cores": "many", "glow": 1.5, "metal": "#c08040"}
    again = tmp_path / "again.blend"

    outcome = blender.run(tmp_path, job(again, blend=str(built), parameters=wished, frames=120, loop=True))

    assert outcome.code == 0, outcome.log[-2000:]
    said = offered(blender, tmp_path, again)
    assert {name: said["parameters"][name]["default"] for name in wished} == wished
    assert said["moment"] == [[1.0, 0.0], [121.0, 1.0]]
    assert said["hidden"] == {"few cores": True, "some cores": True, "many cores": False}


def test_two_seeds_are_laid_out_apart_and_one_seed_alike(blender, tmp_path):
    pictures = []
    for number, seed in enumerate((3, 3, 4)):
        blend = tmp_path / f"{number}.blend"
        blender.run(tmp_path, job(blend, seed=seed))
        points = blender.run_script(tmp_path, Path(__file__).with_name("mesh_sums.py"), str(blend))
        pictures.append(points.one("sums")["meshes"])

    assert pictures[0] == pictures[1]
    assert pictures[0]["traces"] != pictures[2]["traces"]
    assert pictures[0]["some cores"] != pictures[2]["some cores"]
