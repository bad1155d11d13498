"""The world round the studio: a gradient for the camera, a room for reflections."""

import bpy

from blender_scripts.blender_version import new_node_tree

_PLAIN = "plain colour"
_CENTRE, _EDGE = (1.30, 1.31, 1.33, 1.0), (0.50, 0.52, 0.56, 1.0)
_ROOM = (
    (0.0, 0.6),
    (0.3, 0.45),
    (0.4, 0.04),
    (0.46, 0.04),
    (0.56, 0.10),
    (0.70, 0.72),
    (0.85, 0.45),
    (1.0, 0.25),
)
"""Greys from straight down (0) over the horizon (0.5) to straight up (1); the ground hides what is below."""


def fill_with(world: bpy.types.World, colour: tuple[float, float, float]) -> None:
    """Show the camera one scene-linear colour in place of the gradient."""
    tree = world.node_tree
    plain = tree.nodes.get(_PLAIN) or tree.nodes.new("ShaderNodeBackground")  # a scene may be used again
    plain.name = _PLAIN
    plain.inputs["Color"].default_value = (*colour, 1.0)
    mix = next(node for node in tree.nodes if node.type == "MIX_SHADER")
    tree.links.new(plain.outputs[0], mix.inputs[2])


def world_round(rig: bpy.types.Object) -> bpy.types.World:
    """Return a world that turns with the rig: a gradient for the camera, a room for reflections."""
    world = bpy.data.worlds.new("studio world")
    tree = new_node_tree(world)
    node, link = tree.nodes.new, tree.links.new
    path, mix, output = (
        node("ShaderNodeLightPath"),
        node("ShaderNodeMixShader"),
        node("ShaderNodeOutputWorld"),
    )
    link(path.outputs["Is Camera Ray"], mix.inputs["Fac"])
    link(_room(tree, rig), mix.inputs[1])
    link(_gradient(tree), mix.inputs[2])
    link(mix.outputs[0], output.inputs["Surface"])
    world.cycles.sampling_method = "NONE"  # it is so even that looking for its bright spots only costs time
    return world


def _gradient(tree: bpy.types.NodeTree) -> bpy.types.NodeSocket:
    """Return what the camera sees: bright behind the part, darker towards the picture's corners."""
    node, link = tree.nodes.new, tree.links.new
    place, offset, radius = (
        node("ShaderNodeTexCoord"),
        node("ShaderNodeVectorMath"),
        node("ShaderNodeVectorMath"),
    )
    offset.operation, radius.operation = "SUBTRACT", "LENGTH"
    offset.inputs[1].default_value = (0.5, 0.55, 0.0)
    link(place.outputs["Window"], offset.inputs[0])
    link(offset.outputs[0], radius.inputs[0])
    ramp = node("ShaderNodeValToRGB")
    ramp.color_ramp.interpolation = "EASE"
    ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[0].color = 0.05, _CENTRE
    ramp.color_ramp.elements[1].position, ramp.color_ramp.elements[1].color = 0.85, _EDGE
    link(radius.outputs["Value"], ramp.inputs["Fac"])
    return _background(tree, ramp.outputs["Color"], 1.0)


def _room(tree: bpy.types.NodeTree, rig: bpy.types.Object) -> bpy.types.NodeSocket:
    """Return what metal sees where no softbox is: dark below and at the horizon, lighter above."""
    node, link = tree.nodes.new, tree.links.new
    place, unit, split = (
        node("ShaderNodeTexCoord"),
        node("ShaderNodeVectorMath"),
        node("ShaderNodeSeparateXYZ"),
    )
    place.object = rig
    unit.operation = "NORMALIZE"
    link(place.outputs["Object"], unit.inputs[0])
    link(unit.outputs[0], split.inputs[0])
    height = node("ShaderNodeMapRange")
    height.inputs["From Min"].default_value = -1.0
    link(split.outputs["Z"], height.inputs["Value"])
    ramp = node("ShaderNodeValToRGB")
    ramp.color_ramp.interpolation = "B_SPLINE"
    first, last = ramp.color_ramp.elements
    for element, (position, grey) in zip(
        (first, last, *(ramp.color_ramp.elements.new(0.5) for _ in _ROOM[2:])), _ROOM, strict=True
    ):
        element.position, element.color = position, (grey * 0.985, grey, grey * 1.02, 1.0)
    link(height.outputs[0], ramp.inputs["Fac"])
    return _background(tree, ramp.outputs["Color"], 1.0)


def _background(
    tree: bpy.types.NodeTree, colour: bpy.types.NodeSocket, strength: float
) -> bpy.types.NodeSocket:
    background = tree.nodes.new("ShaderNodeBackground")
    background.inputs["Strength"].default_value = strength
    tree.links.new(colour, background.inputs["Color"])
    return background.outputs[0]
