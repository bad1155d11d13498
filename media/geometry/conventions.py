"""Unit and up axis: what some formats leave open, and what a person says of it."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Unit = Literal["mm", "cm", "m", "inch", "foot"]
Axis = Literal["y", "z"]
METRES: dict[Unit, Decimal] = {
    "mm": Decimal("0.001"),
    "cm": Decimal("0.01"),
    "m": Decimal(1),
    "inch": Decimal("0.0254"),
    "foot": Decimal("0.3048"),
}
GUESSED_UNIT: Unit = "mm"
GUESSED_AXIS: Axis = "z"

# What states its unit or axis itself; whoever names another is told that it was not used.
OWN_UNIT = {
    "step": "a STEP file states its own unit",
    "iges": "an IGES file states its own unit",
    "glb": "a GLB is in metres by definition",
    "usd": "the unit of a USD scene is its metersPerUnit, or cm if it states none",
}
OWN_AXIS = {
    "glb": "in a GLB, y is up by definition",
    "usd": "the up axis of a USD scene is its upAxis, or y if it states none",
}
MESHES = frozenset({"stl", "obj", "ply"})


class Conventions(BaseModel):
    """What a person says of a file's unit and up axis; what is not said is the format's own, or guessed."""

    model_config = ConfigDict(frozen=True)

    unit: Unit | None = Field(default=None, description="Unit of length of the file's numbers.")
    up_axis: Axis | None = Field(default=None, description="Axis of the file that points up.")

    @property
    def mesh_unit(self) -> Unit:
        """The unit of a file that states none."""
        return self.unit or GUESSED_UNIT

    @property
    def axis(self) -> Axis:
        """The up axis of a file that states none; CAD files never do."""
        return self.up_axis or GUESSED_AXIS

    def remarks(self, source_format: str) -> tuple[str, ...]:
        """Say what was guessed, or said in vain, of a file of this format, one sentence each."""
        said = []
        if self.unit is None and source_format in MESHES:
            said.append(
                f"The unit was guessed: {GUESSED_UNIT}, since {source_format.upper()} states none; "
                "give source_unit if it is another."
            )
        if self.up_axis is None and source_format in MESHES:
            said.append(
                f"The up axis was guessed: {GUESSED_AXIS}, since {source_format.upper()} states none; "
                "give up_axis if the part lies on its side."
            )
        if self.unit and source_format in OWN_UNIT:
            said.append(f"source_unit {self.unit} was not used: {OWN_UNIT[source_format]}.")
        if self.up_axis and source_format in OWN_AXIS:
            said.append(f"up_axis {self.up_axis} was not used: {OWN_AXIS[source_format]}.")
        return tuple(said)


UNSAID = Conventions()
