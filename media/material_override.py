"""Other materials for some parts of a model: a colour, and how it reflects, by the parts' names."""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from media.blender_events import SceneSaved
from media.form import Unsaid, order_fields
from media.geometry.materials import Finish, finish_of, linear
from media.reference import shown

MOST_OVERRIDES = 100
LONGEST_PATTERN = 200
Share = Annotated[float, Field(ge=0, le=1)]


def _form_of(schema: dict[str, Any]) -> None:
    order_fields(schema)


class MaterialOverride(BaseModel):
    """Another material for the parts of some names."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra=_form_of, hide_input_in_errors=True
    )

    parts: str = Field(
        min_length=1,
        max_length=LONGEST_PATTERN,
        description="Name of a part, or a pattern such as ball*; upper and lower case are the same.",
    )
    color: str = Field(pattern=r"^#[0-9a-fA-F]{6}$", description="Colour as #rrggbb (sRGB).")
    metallic: Share | Unsaid = Field(
        default=None, description="From 0, paint or plastic, to 1, bare metal; if empty, as the colour tells."
    )
    roughness: Share | Unsaid = Field(
        default=None, description="From 0, a mirror, to 1, chalk; if empty, as the colour tells."
    )

    @property
    def finish(self) -> Finish:
        """What is said of metal and roughness, completed from the colour as for a CAD file."""
        red, green, blue = (linear(int(self.color[at : at + 2], 16) / 255) for at in (1, 3, 5))
        rule = finish_of(red, green, blue)
        return Finish(
            metallic=rule.metallic if self.metallic is None else self.metallic + 0.0,  # -0.0 + 0.0 is 0.0
            roughness=rule.roughness if self.roughness is None else self.roughness + 0.0,
        )

    def asked(self) -> dict[str, Any]:
        """Return it as the Blender boundary takes it."""
        finish = self.finish
        return {
            "parts": self.parts,
            "color": self.color.lower(),
            "metallic": finish.metallic,
            "roughness": finish.roughness,
        }

    def named(self) -> dict[str, Any]:
        """Return what tells it from others, as a digest takes it."""
        asked = self.asked()
        numbers = {name: Decimal(repr(asked[name])) for name in ("metallic", "roughness")}
        return asked | numbers | {"parts": unicodedata.normalize("NFC", self.parts).casefold()}


def unmatched_warnings(saved: SceneSaved) -> Sequence[str]:
    """Say which patterns no part has a name for, and what names there are."""
    if not saved.unmatched:
        return ()
    patterns = ", ".join(shown(pattern) for pattern in saved.unmatched)
    names = ", ".join(shown(name) for name in saved.part_names)
    more = f" and {saved.more_part_names} more" if saved.more_part_names else ""
    return (f"materials: expected parts that match {patterns}, found none; the names are {names}{more}",)
