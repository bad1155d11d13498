"""The template `neural_network`."""

from typing import ClassVar, Literal

from pydantic import Field

from media.broll.parameters import TemplateParameters


class NeuralNetwork(TemplateParameters):
    """A web of nerve cells in haze, along whose fibres pulses of light run."""

    template: ClassVar[str] = "neural_network"
    title: ClassVar[str] = "Neural network"
    about: ClassVar[str] = (
        "Nerve cells with glowing cores hang in dark haze, joined by fine fibres; "
        "pulses of light run along them and light up the cells that they reach."
    )
    aliases: ClassVar[tuple[str, ...]] = ("neural_network_broll",)

    arrangement: Literal["web", "layers"] = Field(
        "web",
        description="How the cells stand: grown as a web, or in layers as in a diagram of deep learning.",
    )
    neurons: int = Field(64, ge=16, le=160, description="How many cells there are.")
    connections: float = Field(
        3.0, ge=1.0, le=6.0, description="How many other cells each cell is joined to, about."
    )
    pulses: float = Field(
        14.0,
        ge=0.0,
        le=60.0,
        description="How many pulses of light set out each second, as far as there are fibres to carry them.",
    )
    bokeh: float = Field(
        1.0,
        ge=0.1,
        le=2.0,
        description="How blurred is what lies before and behind the cells in focus: 1 is a fast portrait lens.",
    )
    camera: Literal["orbit", "push_in"] = Field(
        "orbit",
        description="How the camera moves: slowly round the cells, or slowly in; in a loop it comes back.",
    )
