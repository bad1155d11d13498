"""The backdrop: a ground that takes the shadow and melts into a gradient, and a world for reflections."""

import math

import bpy

from blender_scripts.blender_version import new_node_tree

_FADE_FROM, _FADE_TO = 1.2, 3.2  # units from the turn's centre over which the ground melts into the gradient
_CORNERS = 64
_GROUND_ALBEDO = (0.60, 0.605, 0.615, 1.0)
_CENTRE, _EDGE = (1.30, 1.31, 1.33, 1.0), (0.50, 0.52, 0.56, 1.0)

_ROOM = ((0.45, 0.04), (0.56, 0.10), (0.70, 0.72), (0.85, 0.45), (1.0, 0.25))
"""Greys from straight down (0) over the horizon (0.5) to straight up (1)."""


def ground_mesh() -> bpy.types.Mesh:
    """Return the ground: a disc in its own z = 0 plane, as small as can be, since its rays cost most."""
    mesh = bpy.data.meshes.new("studio ground")
    corners = [
        (_FADE_TO * math.cos(math.tau * k / _CORNERS), _FADE_TO * math.sin(math.tau * k / _CORNERS), 0.0)
        for k in range(_CORNERS)
    ]
    mesh.from_pydata(corners, [], [tuple(range(_CORNERS))])
    mesh.materials.append(_melting_material())
    mesh.materials.append(_plain_material())
    return mesh


def show_plain(ground: bpy.types.Object) -> None:
    """Show the ground without melting, as a shadow catcher wants it."""
    ground.data.polygons[0].material_index = 1


def _plain_material() -> bpy.types.Material:
    material = bpy.data.materials.new("studio ground, plain")
    tree = new_node_tree(material)
    diffuse = tree.nodes.new("ShaderNodeBsdfDiffuse")
    diffuse.inputs["Color"].default_value = _GROUND_ALBEDO
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(diffuse.outputs[0], output.inputs["Surface"])
    return material


def _melting_material() -> bpy.types.Material:
    """Return the ground's material: matt near the part, for the camera ever more transparent farther out."""
    material = bpy.data.materials.new("studio ground, melting")
    tree = new_node_tree(material)
    node, link = tree.nodes.new, tree.links.new
    place = node("ShaderNodeTexCoord")
    radius = node("ShaderNodeVectorMath")
    radius.operation = "LENGTH"
    link(place.outputs["Object"], radius.inputs[0])
    fade = node("ShaderNodeMapRange")
    fade.interpolation_type = "SMOOTHERSTEP"
    fade.inputs["From Min"].default_value, fade.inputs["From Max"].default_value = _FADE_FROM, _FADE_TO
    link(radius.outputs["Value"], fade.inputs["Value"])
    below = node("ShaderNodeNewGeometry")
    hidden = node("ShaderNodeMath")
    hidden.operation = "MAXIMUM"
    link(fade.outputs["Result"], hidden.inputs[0])
    link(below.outputs["Backfacing"], hidden.inputs[1])
    path = node("ShaderNodeLightPath")
    seen = node("ShaderNodeMath")
    seen.operation = "MULTIPLY"
    link(hidden.outputs[0], seen.inputs[0])
    link(path.outputs["Is Camera Ray"], seen.inputs[1])
    diffuse, clear = node("ShaderNodeBsdfDiffuse"), node("ShaderNodeBsdfTransparent")
    diffuse.inputs["Color"].default_value = _GROUND_ALBEDO
    mix, output = node("ShaderNodeMixShader"), node("ShaderNodeOutputMaterial")
    link(seen.outputs[0], mix.inputs["Fac"])
    link(diffuse.outputs[0], mix.inputs[1])
    link(clear.outputs[0], mix.inputs[2])
    link(mix.outputs[0], output.inputs["Surface"])
    return material


def fill_with(world: bpy.types.World, colour: tuple[float, float, float]) -> None:
    """Show the camera one scene-linear colour in place of the gradient."""
    tree = world.node_tree
    plain = tree.nodes.new("ShaderNodeBackground")
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
