"""Wishes for an aisle of a data centre."""

from typing import ClassVar, Literal

from pydantic import Field

from media.broll.parameters import TemplateParameters


class ServerRoom(TemplateParameters):
    """Wishes for an aisle of a data centre."""

    template: ClassVar[str] = "server_room"
    title: ClassVar[str] = "Server room"
    about: ClassVar[str] = (
        "Two rows of racks in a data centre, status lights that blink softly, a polished floor; "
        "the camera glides down the aisle."
    )

    doors: Literal["perforated", "open", "mixed"] = Field(
        default="mixed", description="Whether the racks have perforated doors, none, or some of each."
    )
    activity: float = Field(default=0.5, ge=0.0, le=1.0, description="Share of the status lights that blink.")
    warnings: float = Field(
        default=0.06, ge=0.0, le=0.5, description="Share of the status lights in the accent colour."
    )
    brightness: float = Field(
        default=1.0, ge=0.3, le=1.6, description="How bright the room is, compared with a usual one."
    )
    tint: float = Field(
        default=0.45,
        ge=0.0,
        le=1.0,
        description="How far the room's light goes from white (0) to the primary colour (1).",
    )
    camera_height: float = Field(
        default=1.25, ge=0.5, le=1.8, description="Height of the camera over the floor in metres."
    )
    speed: float = Field(
        default=0.4,
        ge=0.1,
        le=0.7,
        description="How fast the camera glides, in metres a second; in a loop about so, past whole bays.",
    )
