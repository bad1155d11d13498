"""What every template's own parameters have in common."""

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, StringConstraints

from media.form import order_fields

HexColor = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


def _form_of(schema: dict[str, Any]) -> None:
    order_fields(schema)


class TemplateParameters(BaseModel):
    """A template: its name, what it shows, and what can be wished of it.

    The far end is the module of the same name in `blender_scripts/templates`, which reads every field.
    Fields are numbers, words out of a few, yes or no, and colours; each has bounds, a default and a sentence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_form_of)

    template: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
