"""docs/broll.md says of each template what its model says."""

from pathlib import Path

import pytest

from media.broll.templates import known_templates

GUIDE = (Path(__file__).parents[3] / "docs" / "broll.md").read_text(encoding="utf-8")
TEMPLATES = known_templates()


def table_of(template: str) -> str:
    """Return what the guide has to say of a template's parameters."""
    fields = TEMPLATES[template].model_json_schema()["properties"]
    rows = "".join(
        f"| `{name}` | {values_of(field)} | {shown(field['default'])} | {field['description']} |\n"
        for name, field in fields.items()
    )
    return f"| parameter | values | default | meaning |\n|---|---|---|---|\n{rows}"


def values_of(field: dict[str, object]) -> str:
    if "enum" in field:
        return ", ".join(f"`{word}`" for word in field["enum"])
    return {"boolean": "yes, no", "string": "`#rrggbb`"}.get(
        field["type"], f"{field.get('minimum', 0):g} to {field.get('maximum', 0):g}"
    )


def shown(default: object) -> str:
    if isinstance(default, bool):
        return "yes" if default else "no"
    return f"`{default}`" if isinstance(default, str) else f"{default:g}"


@pytest.mark.parametrize("template", TEMPLATES)
def test_guide_has_the_parameters_of_each_template(template):
    model = TEMPLATES[template]

    assert f"### {model.title}: `{template}`\n" in GUIDE
    assert model.about in GUIDE
    assert table_of(template) in GUIDE
