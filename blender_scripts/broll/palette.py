"""The colours of a template, as light: scene-linear Rec. 709 from the sRGB that people write."""

from dataclasses import dataclass

from blender_scripts.fields import Fields

Rgb = tuple[float, float, float]
_LINEAR_BELOW = 0.04045


@dataclass(frozen=True)
class Palette:
    """What things are coloured with, each three linear numbers from 0 to 1.

    Attributes:
        background: Of what is far behind, dark.
        surface: Of what is solid and does not shine.
        primary: Of most of what shines.
        secondary: Of what shines besides.
        accent: Of the few things that the eye is to find first.
    """

    background: Rgb
    surface: Rgb
    primary: Rgb
    secondary: Rgb
    accent: Rgb


def palette(fields: Fields) -> Palette:
    """Read five colours "#rrggbb".

    Raises:
        BadInput: They are none.
    """
    found = Palette(
        **{
            name: linear(fields.color(name))
            for name in ("background", "surface", "primary", "secondary", "accent")
        }
    )
    fields.refuse_others()
    return found


def linear(color: str) -> Rgb:
    """Return "#rrggbb" as linear light (IEC 61966-2-1)."""
    return tuple(_decoded(int(color[at : at + 2], 16) / 255) for at in (1, 3, 5))  # type: ignore[return-value]


def encoded(color: Rgb) -> str:
    """Return linear light as "#rrggbb"; what is beyond sRGB is cut."""
    return "#" + "".join(f"{round(_encoded(min(max(part, 0.0), 1.0)) * 255):02x}" for part in color)


def mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    """Return a colour between two: `one` at a share of 0, `other` at 1."""
    return tuple(a + (b - a) * share for a, b in zip(one, other, strict=True))  # type: ignore[return-value]


def _decoded(value: float) -> float:
    return value / 12.92 if value <= _LINEAR_BELOW else ((value + 0.055) / 1.055) ** 2.4


def _encoded(value: float) -> float:
    return value * 12.92 if value <= _LINEAR_BELOW / 12.92 else 1.055 * value ** (1 / 2.4) - 0.055
