"""What every template keeps to: its model on our side, and its module on Blender's."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from media.broll.templates import known_templates
from tests.blender_scripts.blender import ROOT, Blender

BUILDER = Path(__file__).with_name("build_templates.py")
PALETTE = {
    "background": "#05070d",
    "surface": "#10131c",
    "primary": "#2f8cff",
    "secondary": "#19d3c5",
    "accent": "#ffb347",
}
FRAMES = 24
TEMPLATES = sorted(known_templates())
every_template = pytest.mark.parametrize("template", TEMPLATES)


def test_every_model_has_a_module_for_blender_and_every_module_a_model():
    modules = sorted(file.stem for file in (ROOT / "blender_scripts" / "templates").glob("[!_]*.py"))

    assert modules == TEMPLATES


@every_template
def test_every_parameter_has_bounds_a_default_and_a_sentence(template):
    for name, field in fields_of(template).items():
        assert "default" in field, name
        assert field["description"].endswith("."), name
        if field.get("type") in {"integer", "number"}:
            assert {"minimum", "maximum"} <= set(field), name


@every_template
def test_same_seed_builds_the_same_scene_in_another_process_where_defaults_are_left_out(
    built, built_again, template
):
    assert built[template, "said"]["digest"] == built_again[template, "as it is"]["digest"]


@every_template
def test_another_seed_builds_another_scene(built, template):
    assert built[template, "said"]["digest"] != built[template, "another seed"]["digest"]


@every_template
def test_every_allowed_value_builds_and_is_read(built, template):
    for name, parameters in allowed(template).items():
        report = built[template, name]
        assert report["event"] == "built", f"{parameters}: {report['message']}"
        assert 0 < report["faces"] < 500_000


@every_template
def test_every_value_past_its_bounds_is_refused_by_the_name_of_its_field(built, template):
    for name, parameters in forbidden(template).items():
        (field,) = parameters
        report = built[template, name]
        assert report["event"] == "refused", f"{parameters} was built"
        assert report["message"].startswith(f"job.parameters.{field}: expected "), report["message"]


@every_template
def test_unknown_parameter_is_refused_in_a_sentence(built, template):
    report = built[template, "unknown"]

    assert report["event"] == "refused"
    assert report["message"].startswith("job.parameters: expected no other fields, found colour_of_money")


@every_template
def test_camera_has_a_depth_of_field(built, template):
    assert all(
        report["blurs"] for (of, _), report in built.items() if of == template and report["event"] == "built"
    )


@every_template
def test_camera_goes_on_over_the_seam_of_a_loop(built, template):
    first, second, before, last = (np.array(numbers) for numbers in built[template, "said"]["motion"])

    seam = np.abs(first - last).max()

    assert seam <= 1.5 * max(np.abs(second - first).max(), np.abs(last - before).max()) + 1e-4


@pytest.fixture(scope="session")
def built(blender, tmp_path_factory) -> dict[tuple[str, str], dict]:
    """What came of each template's jobs, by the template's name and the job's."""
    return reports(
        blender, tmp_path_factory.mktemp("built"), [job for name in TEMPLATES for job in jobs(name)]
    )


@pytest.fixture(scope="session")
def built_again(blender, tmp_path_factory) -> dict[tuple[str, str], dict]:
    """What came of one job of each template in another process, in which sets have another order."""
    again = [job_of(name, "as it is", {}) for name in TEMPLATES]
    return reports(blender, tmp_path_factory.mktemp("again"), again)


def reports(blender: Blender, folder: Path, wanted: list[dict]) -> dict[tuple[str, str], dict]:
    for number, job in enumerate(wanted):
        job["fields"]["output"] = str(folder / f"{number}.blend")
    (folder / "jobs.json").write_text(json.dumps(wanted))
    outcome = blender.run_script(folder, BUILDER, str(folder / "jobs.json"))
    found = [event for event in outcome.events if event["event"] in {"built", "refused"}]
    assert len(found) == len(wanted), outcome.log[-2000:]
    for blend in folder.glob("*.blend"):
        blend.unlink()
    return {(job["fields"]["template"], job["name"]): event for job, event in zip(wanted, found, strict=True)}


def jobs(template: str) -> list[dict]:
    said = job_of(template, "said", defaults_of(template))
    another = job_of(template, "another seed", defaults_of(template), seed=2)
    cheap = {
        **allowed(template),
        **forbidden(template),
        "unknown": {"colour_of_money": 1},
    }
    return [
        said,
        another,
        *(job_of(template, name, parameters, frames=4, loop=False) for name, parameters in cheap.items()),
    ]


def job_of(template: str, name: str, parameters: dict, **others: object) -> dict:
    fields = {
        "template": template,
        "parameters": parameters,
        "palette": PALETTE,
        "width": 160,
        "height": 90,
        "frames": FRAMES,
        "fps": 30,
        "seed": 1,
        "loop": True,
    }
    return {"name": name, "fields": fields | others}


def fields_of(template: str) -> dict[str, dict[str, Any]]:
    return known_templates()[template].model_json_schema().get("properties", {})


def defaults_of(template: str) -> dict:
    return known_templates()[template]().model_dump(mode="json")


def allowed(template: str) -> dict[str, dict]:
    """Scenes in which every number is at each of its bounds once, and every choice is taken once."""
    values = {name: values_of(field) for name, field in fields_of(template).items()}
    return {
        f"allowed {turn}": {name: those[turn % len(those)] for name, those in values.items() if those}
        for turn in range(max(map(len, values.values()), default=0))
    }


def values_of(field: dict[str, Any]) -> list:
    if "minimum" in field:
        return [field["minimum"], field["maximum"]]
    return [False, True] if field.get("type") == "boolean" else field.get("enum", [])


def forbidden(template: str) -> dict[str, dict]:
    """Single parameters of values that the model would not let through either."""
    found = {}
    for name, field in fields_of(template).items():
        if "minimum" in field:
            step = 1 if field["type"] == "integer" else 0.001
            found[f"low {name}"] = {name: field["minimum"] - step}
            found[f"high {name}"] = {name: field["maximum"] + step}
        if "enum" in field:
            found[f"odd {name}"] = {name: "no such choice"}
    return found
