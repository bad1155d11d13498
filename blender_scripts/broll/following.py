"""Drivers without Python: a property follows named parameters of the scene, along a curve."""

import re
from collections.abc import Sequence

import bpy

_NAME = re.compile(r"[a-z_]\w*(?:\.[0-2])?")

Curve = Sequence[tuple[float, float]]


def follow(
    scene: bpy.types.Scene, owner: bpy.types.bpy_struct, path: str, formula: str, curve: Curve = ()
) -> None:
    """Have a property follow a formula of named parameters.

    Args:
        scene: Whose custom properties they are.
        owner: What has the property.
        path: The property, or one of its numbers, such as location[0].
        formula: Names of parameters, numbers and + - *: what Blender evaluates without Python. A colour's
            parts are name.0, name.1 and name.2.
        curve: What the property is at values of the formula, straight between them; without, it is the value.
    """
    name, _, index = path.rstrip("]").partition("[")
    driven = owner.driver_add(name, int(index)) if index else owner.driver_add(name)
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
    while driven.keyframe_points:  # from 5.0 on a new driver has two, before it had a modifier
        driven.keyframe_points.remove(driven.keyframe_points[-1])
    driven.keyframe_points.add(len(curve))
    for point, place in zip(driven.keyframe_points, curve, strict=True):
        point.co, point.interpolation = place, "LINEAR"
    driven.update()
