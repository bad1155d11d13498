"""Drivers without Python: a property follows named parameters of the scene, along a curve."""

import re
from collections.abc import Callable, Sequence

import bpy

_NAME = re.compile(r"[a-z_]\w*(?:\.[0-2])?")

Curve = Sequence[tuple[float, float]]


def follow(
    scene: bpy.types.Scene, owner: bpy.types.bpy_struct, path: str, index: int, formula: str, curve: Curve = ()
) -> None:
    """Have a property follow a formula of named parameters.

    Args:
        scene: Whose custom properties they are.
        owner: What has the property.
        path: The property.
        index: Which of its numbers, or -1 where it is one.
        formula: Names of parameters, numbers and + - *: what Blender evaluates without Python. A colour's
            parts are name.0, name.1 and name.2.
        curve: What the property is at values of the formula, straight between them; without, it is the value.
    """
    driven = owner.driver_add(path, index) if index >= 0 else owner.driver_add(path)
    driver = driven.driver
    driver.type = "SCRIPTED"
    names: dict[str, str] = {}
    for number, word in enumerate(dict.fromkeys(_NAME.findall(formula))):
        variable = driver.variables.new()
        names[word] = variable.name = f"v{number}"
        name, _, part = word.partition(".")
        target = variable.targets[0]
        target.id_type, target.id = "SCENE", scene
        target.data_path = f'["{name}"]' + (f"[{part}]" if part else "")
    driver.expression = _NAME.sub(lambda found: names[found[0]], formula)
    for modifier in list(driven.modifiers):
        driven.modifiers.remove(modifier)
    driven.keyframe_points.add(len(curve))
    for point, place in zip(driven.keyframe_points, curve, strict=True):
        point.co, point.interpolation = place, "LINEAR"
    driven.update()


def sampled(value_at: Callable[[float], float], start: float = 0.0, steps: int = 96) -> list[tuple[float, float]]:
    """Return a function of 0 to 1 as a curve that begins at `start`."""
    return [(start + step / steps, value_at(step / steps)) for step in range(steps + 1)]
