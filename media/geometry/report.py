"""What was found in a model, and where its geometry lies."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from media.asset import Asset, Sha256
from media.kind import Kind

Route = Literal["usd-made", "usd-given", "glb"]
USDZ_TYPE = "model/vnd.usdz+zip"
Metres = tuple[float, float, float]
Detail = Literal["coarse", "normal", "fine"]
DETAILS: dict[Detail, tuple[str, str]] = {
    "coarse": ("0.0005", "0.4"),
    "normal": ("0.0001", "0.2"),
    "fine": ("0.00003", "0.1"),
}


class Tessellation(BaseModel):
    """How finely curved surfaces become triangles.

    A part's chord error is `deflection` times the geometric mean of the part's and the whole model's bounding
    box diagonals: small parts of a large assembly are finer than one error for all would make them, without
    spending most triangles on screws. Both numbers have no unit of length, so the unit of the file is no
    matter.
    """

    model_config = ConfigDict(frozen=True)

    deflection: Annotated[Decimal, Field(ge=Decimal("0.000005"), le=Decimal("0.1"))] = Field(
        Decimal("0.0001"), description="Largest chord error relative to size; smaller is finer."
    )
    angle: Annotated[Decimal, Field(ge=Decimal("0.01"), le=Decimal("1.5"))] = Field(
        Decimal("0.2"), description="Largest angle between neighbouring facets in radians; smaller is finer."
    )

    @classmethod
    def of(cls, detail: Detail) -> Self:
        """Return the tessellation of a named degree of detail."""
        deflection, angle = DETAILS[detail]
        return cls(deflection=Decimal(deflection), angle=Decimal(angle))


class GeometryReport(BaseModel):
    """What a model holds, as placed in the scene: metres, Y up."""

    model_config = ConfigDict(frozen=True)

    route: Route = Field(description="How the geometry is handed on: usd-made, usd-given or glb.")
    why: str = Field(description="Why it goes this way, in one sentence.")
    parts: int = Field(ge=0, description="Placed parts.")
    distinct_parts: int = Field(ge=0, description="Different parts among them.")
    triangles: int = Field(ge=0, description="Triangles of all placed parts.")
    distinct_triangles: int = Field(ge=0, description="Triangles of each different part counted once.")
    faces: int | None = Field(
        default=None, description="Faces of the different parts, where the source has any."
    )
    faces_without_triangles: int = Field(0, ge=0, description="Faces that could not be tessellated.")
    bounds_min: Metres = Field(description="Least corner of the bounding box, in metres.")
    bounds_max: Metres = Field(description="Greatest corner of the bounding box, in metres.")
    unit: str = Field(description="Unit of length that the source was written in.")
    missing_external_references: tuple[str, ...] = Field(
        (), description="Files that it names and that are not there."
    )
    part_names: tuple[str, ...] = Field((), description="Names of the different parts.")
    source_format: str = Field(
        "", description="What it was read from: step, iges, stl, obj, ply, glb or usd."
    )
    warnings: tuple[str, ...] = Field((), description="What was odd, one sentence each.")

    @property
    def is_plain(self) -> bool:
        """Whether all of it was written anew from numbers and names; false where that is not known."""
        return self.source_format in {kind.value for kind in Kind if kind.is_plain}

    @property
    def size(self) -> Metres:
        """Edge lengths of the bounding box, in metres."""
        low, high = self.bounds_min, self.bounds_max
        return (high[0] - low[0], high[1] - low[1], high[2] - low[2])


@dataclass(frozen=True)
class SceneFile:
    """The file that a scene is made from.

    Attributes:
        asset: The file.
        form: How Blender is told to read it.
        name: A name with the suffix that its content needs.
    """

    asset: Asset
    form: Literal["usd", "glb"]
    name: str


class Geometry(BaseModel):
    """Geometry that is ready for a scene. At least one of `glb` and `usd` is there."""

    model_config = ConfigDict(frozen=True)

    digest: Sha256 = Field(description="Made of the source, the tessellation, the recipe and the CAD kernel.")
    glb: Asset | None = Field(default=None, description="One mesh per different part, for the web.")
    usd: Asset | None = Field(default=None, description="The master for rendering.")
    report: GeometryReport = Field(description="What was found.")
    found: bool = Field(default=False, description="Whether it lay in the store already.")

    @property
    def scene_file(self) -> SceneFile:
        """The file to make a scene from: the USD where there is one."""
        if self.usd is not None:
            packed = self.usd.media_type == USDZ_TYPE
            return SceneFile(self.usd, "usd", "model.usdz" if packed else "model.usd")  # .usd: text or binary
        if self.glb is None:
            raise ValueError(f"geometry {self.digest} holds neither USD nor GLB")
        return SceneFile(self.glb, "glb", "model.glb")
