"""A processor wakes up; what is built is a .blend with named parameters."""

from typing import ClassVar, Literal

from pydantic import Field

from media.broll.parameters import HexColor, TemplateParameters


class AiCpuActivation(TemplateParameters):
    """What can be wished of the processor; the module for Blender offers the same."""

    template: ClassVar[str] = "ai_cpu_activation"
    title: ClassVar[str] = "AI processor wakes up"
    about: ClassVar[str] = (
        "A macro shot of a processor on its board: light runs along the traces into it, its cores light up "
        "one after the other, and the glow rests; in a loop it breathes."
    )
    aliases: ClassVar[tuple[str, ...]] = ("ai_cpu_activation_broll",)

    glow: float = Field(1.0, ge=0.0, le=2.0, description="How bright traces and cores shine.")
    wake: float = Field(
        0.6, ge=0.3, le=0.9, description="When all cores are awake, as a part of the clip, if it is no loop."
    )
    pulses: float = Field(0.45, ge=0.1, le=0.6, description="Pulses of light a second on each trace.")
    blur: float = Field(1.0, ge=0.0, le=2.0, description="How shallow the depth of field is.")
    cores: Literal["few", "some", "many"] = Field("some", description="How many cores the die has.")
    frame: bool = Field(default=True, description="Whether a metal frame lies round the die.")
    metal: HexColor = Field("#ced0d3", description="Colour of the metal frame.")
