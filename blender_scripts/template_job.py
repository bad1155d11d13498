"""What the engine may ask of Blender about a template."""

from dataclasses import dataclass
from pathlib import Path

from blender_scripts.fields import Fields

_LARGEST_SIDE = 65536


@dataclass(frozen=True)
class BuildTemplate:
    """Build a scene from a template: a module of `blender_scripts/templates`, or a .blend.

    Attributes:
        template: The module's name; of a .blend, what it is called.
        blend: The .blend, whose named parameters are set; without one, the module builds the scene.
        parameters: The template's own, read by the template itself.
        palette: Five colours.
        width: Of the picture, which may be rendered in another size of the same shape.
        height: With it.
        frames: How many.
        fps: Frames a second, over `fps_base`.
        fps_base: By which it is divided, such as 1.001.
        seed: Where all that is left to chance comes from.
        loop: Whether the clip goes on from its end to its beginning.
        title: A picture of words to show, if any.
        output: Where the .blend goes.
    """

    template: str
    blend: Path | None
    parameters: Fields
    palette: Fields
    width: int
    height: int
    frames: int
    fps: int
    fps_base: float
    seed: int
    loop: bool
    title: Fields | None
    output: Path


def build_template(fields: Fields) -> BuildTemplate:
    """Read a job that builds a scene from a template.

    Raises:
        BadInput: It is none.
    """
    return BuildTemplate(
        template=fields.text("template"),
        blend=fields.path_if_said("blend"),
        parameters=fields.child("parameters", optional=True),
        palette=fields.child("palette"),
        width=fields.whole("width", 4, _LARGEST_SIDE),
        height=fields.whole("height", 4, _LARGEST_SIDE),
        frames=fields.whole("frames", 1, 1_000_000),
        fps=fields.whole("fps", 1, 1000),
        fps_base=fields.number("fps_base", 0.5, 20.0, 1.0),
        seed=fields.whole("seed", 0, 2**31 - 1, 0),
        loop=fields.flag("loop", default=False),
        title=fields.child_if_said("title"),
        output=Path(fields.text("output")),
    )
