"""Requests for b-roll clips: what they say, what they said before, and what is refused."""

import jsonschema
import pytest
from prefect.utilities.callables import parameter_schema
from pydantic import ValidationError

from flows.render_broll import render_broll
from media.broll.job import OWN_BLEND, BrollJob
from media.broll.palette import PALETTES, colors_of
from media.broll.templates import known_templates

TEMPLATES = known_templates()
ALIASES = {alias: name for name, model in TEMPLATES.items() for alias in model.aliases}


def job(**said: object) -> BrollJob:
    return BrollJob.model_validate({"template": next(iter(TEMPLATES)), **said})


@pytest.mark.parametrize("alias", ALIASES)
def test_older_request_means_the_template_of_today(alias):
    older = {"template": alias, "duration": 8, "width": 1920, "height": 1080, "samples": 128, "fps": 30}

    assert BrollJob.model_validate(older) == BrollJob(template=ALIASES[alias])


@pytest.mark.parametrize(
    ("duration", "fps", "frames"), [(8, 30, 240), (8, "30000/1001", 240), (8, 23.976, 192), (0.2, 10, 2)]
)
def test_duration_is_kept_to_the_nearest_frame(duration, fps, frames):
    assert job(duration=duration, fps=fps).frames == frames


def test_template_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ValidationError, match=f"expected one of {', '.join(TEMPLATES)}, {OWN_BLEND}"):
        BrollJob(template="lens_flare")


@pytest.mark.parametrize("template", TEMPLATES)
def test_parameter_of_no_template_is_refused_by_its_name(template):
    with pytest.raises(ValidationError, match=f"parameters of {template}, found lens_flare: Extra inputs"):
        BrollJob(template=template, parameters={"lens_flare": 1})


@pytest.mark.parametrize("template", TEMPLATES)
def test_parameters_that_are_left_out_are_known_all_the_same(template):
    assert BrollJob(template=template).all_parameters == TEMPLATES[template]().model_dump()


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_parameter_has_bounds_and_a_sentence(template):
    for name, field in TEMPLATES[template].model_json_schema()["properties"].items():
        assert field["description"].endswith("."), name
        assert "default" in field, name
        if field["type"] in {"number", "integer"}:
            assert {"minimum", "maximum"} <= set(field), name
        if field["type"] == "string":
            assert "enum" in field or "pattern" in field, name


def test_every_field_tells_the_person_who_fills_the_form_what_it_is():
    for name, field in BrollJob.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


@pytest.mark.parametrize("said", [{"source": "/scenes/mine.blend"}, {"template": OWN_BLEND}])
def test_own_blend_and_its_source_are_said_together(said):
    with pytest.raises(ValidationError, match="expected a source for the template own_blend"):
        job(**said)


def test_source_with_a_secret_is_refused():
    with pytest.raises(ValidationError, match="source"):
        job(template=OWN_BLEND, source="https://files.test/mine.blend?token=zx9-secret")


@pytest.mark.parametrize(
    "wrong",
    [
        *({"duration": 0}, {"duration": 601}, {"duration": "nan"}, {"duration": 600, "fps": 240}),
        *({"width": 8}, {"samples": 0}, {"seed": -1}, {"fps": 0}, {"duration": 0.2, "fps": 1}),
        *({"width": 8192, "height": 8193}, {"lens": 50}, {"palette": "beige"}),
        *({"colors": ["red"]}, {"colors": ["#102030"] * 6}),
    ],
)
def test_request_beyond_its_limits_is_refused(wrong):
    with pytest.raises(ValidationError):
        job(**wrong)


def test_color_of_ones_own_replaces_the_primary_alone():
    colors = colors_of("ocean", ("#AA0000",))

    assert colors["primary"] == "#aa0000"
    assert {role for role, color in colors.items() if color not in PALETTES["ocean"]} == {"primary"}


@pytest.mark.parametrize("template", TEMPLATES)
def test_form_shows_the_parameters_of_each_template_and_takes_them(template):
    schema = parameter_schema(render_broll).model_dump()
    choices = schema["definitions"]["BrollJob"]["properties"]["parameters"]["anyOf"]
    model = TEMPLATES[template]

    (shown,) = (choice for choice in choices if choice["title"] == model.title)
    assert set(shown["properties"]) == set(model.model_fields)
    said = {"template": template, "parameters": model().model_dump()}
    jsonschema.validate(said, schema["definitions"]["BrollJob"])
