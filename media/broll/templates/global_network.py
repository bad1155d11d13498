"""The template `global_network`."""

from typing import ClassVar, Literal

from pydantic import Field

from media.broll.parameters import TemplateParameters

Focus = Literal["atlantic", "americas", "europe", "africa", "asia", "pacific"]
Framing = Literal["whole", "close", "horizon"]


class GlobalNetwork(TemplateParameters):
    """What can be wished of the globe."""

    template: ClassVar[str] = "global_network"
    title: ClassVar[str] = "Global network"
    about: ClassVar[str] = (
        "A dark globe of dots in space, with arcs between cities along which light travels."
    )

    focus: Focus = Field(default="europe", description="Which side of the world faces the camera.")
    framing: Framing = Field(
        default="close",
        description=(
            "What is seen: the whole globe, more of it with room beside, or its horizon from low above."
        ),
    )
    connections: int = Field(default=44, ge=6, le=120, description="How many arcs there are at most.")
    dot_spacing: float = Field(
        default=0.85,
        ge=0.7,
        le=3.0,
        description="Degrees between neighbouring dots; the fewer, the finer are the coasts.",
    )
    arc_height: float = Field(
        default=0.3,
        ge=0.05,
        le=0.8,
        description="How high an arc over a quarter of the globe rises, as a share of the globe's radius.",
    )
    rotation: float = Field(
        default=20.0,
        ge=-60.0,
        le=60.0,
        description="Degrees by which the globe turns, eastwards if positive; in a loop to and fro.",
    )
    tilt: float = Field(
        default=12.0, ge=-40.0, le=40.0, description="Degrees by which the globe's axis leans to the right."
    )
