"""Named parameters: what a .blend lets be wished of it, as custom properties of its scene.

A custom property of the scene (Scene properties, Custom Properties) is a parameter by its name. What it is
follows from its type, its bounds and its description from what Blender keeps beside it:

- a float is a number, an integer a whole number, a boolean yes or no;
- an integer with items is a word out of a few (the items' identifiers);
- three or four floats of the subtype "Linear Color" or "Gamma-Corrected Color" are a colour "#rrggbb".

Anything else (texts, vectors, what add-ons keep there), and names that begin with an underscore, are the
.blend's own. So are the reserved names, which the clip itself sets: see `named_clip`.

The .blend reads them by attribute nodes of the type View Layer, or by drivers of a single property or a
simple expression; neither needs Python.
"""

from dataclasses import dataclass
from typing import Any

import bpy

from blender_scripts.broll.palette import encoded, linear
from blender_scripts.failure import BadInput
from blender_scripts.fields import Fields

PALETTE = "palette_"
RESERVED = ("moment", "loop", "seed", "seconds", "aspect")
_UNBOUNDED = 1e30  # Blender says 3.4e38 where no bound was chosen
_COLORS = ("COLOR", "COLOR_GAMMA")
_KINDS: dict[type, str] = {bool: "flag", int: "whole", float: "number"}


@dataclass(frozen=True)
class NamedParameter:
    """One parameter that a .blend offers.

    Attributes:
        name: The custom property's.
        kind: "number", "whole", "flag", "choice" or "color".
        default: What it holds now: a number, true or false, a word, "#rrggbb".
        low: Smallest number.
        high: Largest number.
        choices: The words of a choice, each with the number that stands for it.
        description: The sentence that the .blend has for it, or nothing.
    """

    name: str
    kind: str
    default: Any
    low: float = -_UNBOUNDED
    high: float = _UNBOUNDED
    choices: tuple[tuple[str, int], ...] = ()
    description: str = ""

    def __str__(self) -> str:
        """Say it as in a message."""
        if self.kind == "choice":
            return f"{self.name} ({' or '.join(word for word, _ in self.choices)})"
        if self.kind in ("number", "whole") and self.low > -_UNBOUNDED and self.high < _UNBOUNDED:
            return f"{self.name} ({'whole ' * (self.kind == 'whole')}number, {self.low:g} to {self.high:g})"
        said = {"flag": "true or false", "color": "#rrggbb", "whole": "whole number"}
        return f"{self.name} ({said.get(self.kind, 'number')})"


def named_parameters(scene: bpy.types.Scene) -> tuple[NamedParameter, ...]:
    """Return what the open .blend offers, in the order in which it was added."""
    names = [name for name in scene.keys() if not _is_reserved(name)]  # noqa: SIM118 - a scene is no dictionary
    offered = [_parameter(scene, name) for name in names]
    return tuple(found for found in offered if found)


def set_named_parameters(scene: bpy.types.Scene, wished: Fields) -> None:
    """Set those of the .blend's parameters that are wished; the others keep what they hold.

    Raises:
        BadInput: It offers no such parameter, or the value is of another kind or out of its bounds.
    """
    offered = named_parameters(scene)
    values = [(parameter, _read(parameter, wished)) for parameter in offered]
    try:
        wished.refuse_others()
    except BadInput as error:
        there_is = ", ".join(map(str, offered)) or "none: its scene has no custom properties"
        raise BadInput(f"{error}; the .blend's named parameters are {there_is}") from None
    for parameter, value in values:
        if value != parameter.default:
            _set(scene, parameter, value)
    scene.update_tag()


def set_color(scene: bpy.types.Scene, name: str, color: tuple[float, float, float]) -> None:
    """Set a custom property that is a colour to linear light, the way it keeps colours.

    Raises:
        BadInput: It is something else.
    """
    kept = scene[name]
    subtype = _beside(scene, name).get("subtype")
    if not _is_color(kept, subtype):
        raise BadInput(
            f"custom property {name} of the scene: expected a colour (three or four floats of the subtype "
            f"Linear Color), found {_said(kept)}"
        )
    kept[:3] = (
        color if subtype == "COLOR" else [int(encoded(color)[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    )


def _is_reserved(name: str) -> bool:
    return name.startswith(("_", PALETTE)) or name in RESERVED


def _parameter(scene: bpy.types.Scene, name: str) -> NamedParameter | None:
    """Return the parameter that a custom property is, if it is one."""
    kept, beside = scene[name], _beside(scene, name)
    description = str(beside.get("description", ""))
    if _is_color(kept, beside.get("subtype")):
        color = (
            encoded(tuple(kept[:3]))
            if beside["subtype"] == "COLOR"
            else "#" + "".join(f"{round(min(max(part, 0), 1) * 255):02x}" for part in kept[:3])
        )
        return NamedParameter(name, "color", color, description=description)
    kind = _KINDS.get(type(kept))
    if kind is None:
        return None
    choices = tuple((item[0], int(item[4])) for item in beside.get("items", ())) if kind == "whole" else ()
    if choices:
        word = next((word for word, number in choices if number == kept), choices[0][0])
        return NamedParameter(name, "choice", word, choices=choices, description=description)
    low, high = beside.get("min", -_UNBOUNDED), beside.get("max", _UNBOUNDED)
    return NamedParameter(name, kind, kept, _bounded(low), _bounded(high), description=description)


def _read(parameter: NamedParameter, wished: Fields) -> Any:  # noqa: ANN401 - of the parameter's kind
    """Return what is wished of a parameter, or what it holds."""
    name, default = parameter.name, parameter.default
    if parameter.kind == "flag":
        return wished.flag(name, default=default)
    if parameter.kind == "color":
        return wished.color(name, default)
    if parameter.kind == "choice":
        return wished.text(name, default, [word for word, _ in parameter.choices])
    if parameter.kind == "whole":
        return wished.whole(name, int(parameter.low), int(parameter.high), default)
    return wished.number(name, parameter.low, parameter.high, default)


def _set(scene: bpy.types.Scene, parameter: NamedParameter, value: Any) -> None:  # noqa: ANN401 - as read
    if parameter.kind == "color":
        set_color(scene, parameter.name, linear(value))
    else:
        scene[parameter.name] = dict(parameter.choices).get(value, value)


def _beside(scene: bpy.types.Scene, name: str) -> dict[str, Any]:
    """Return what Blender keeps beside a custom property; nothing for those that cannot have it."""
    try:
        return dict(scene.id_properties_ui(name).as_dict())
    except TypeError:
        return {}


def _is_color(kept: object, subtype: object) -> bool:
    return subtype in _COLORS and getattr(kept, "typecode", "") in ("f", "d") and len(kept) in (3, 4)  # type: ignore[arg-type]


def _bounded(bound: float) -> float:
    return min(max(bound, -_UNBOUNDED), _UNBOUNDED)


def _said(kept: object) -> str:
    return f"{len(kept)} numbers" if hasattr(kept, "typecode") else repr(kept)[:60]  # type: ignore[arg-type]
