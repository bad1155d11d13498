"""Data flow: packets of light along a river of fine lines."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from media.broll.parameters import TemplateParameters


class DataFlow(TemplateParameters):
    """What can be wished of the template `data_flow`."""

    template: ClassVar[str] = "data_flow"
    title: ClassVar[str] = "Data flow"
    about: ClassVar[str] = (
        "Packets of light travel along a river of fine lines, through a dark space over a wet floor."
    )
    aliases: ClassVar[tuple[str, ...]] = ("data_flow_broll",)

    streams: Annotated[int, Field(ge=40, le=240, description="How many lines the river has.")] = 150
    packets: Annotated[
        float, Field(ge=0.2, le=2.0, description="How close packets follow each other; 1 is usual.")
    ] = 1.0
    speed: Annotated[
        float,
        Field(
            ge=5.0,
            le=45.0,
            description="How far the fastest packets move in a second, in percent of the picture's width.",
        ),
    ] = 30.0
    spread: Annotated[
        float, Field(ge=0.4, le=1.6, description="How far apart the lines run; 1 is usual.")
    ] = 1.0
    curl: Annotated[
        float, Field(ge=0.0, le=1.0, description="How much the lines wind round each other and stray.")
    ] = 0.5
    direction: Annotated[
        Literal["across", "towards", "away"],
        Field(description="Where the river flows: across the picture, towards the camera or away from it."),
    ] = "across"
    depth_of_field: Annotated[
        float,
        Field(ge=0.0, le=1.0, description="How blurred is what lies before and behind the focus."),
    ] = 0.6
