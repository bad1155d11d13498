"""The backdrop: a ground that takes the shadow and melts into a gradient, and a world for reflections."""

import bpy

from blender_scripts.blender_version import new_node_tree

_GROUND_REACH = 60.0  # units each way
_FADE_FROM, _FADE_TO = 1.3, 4.5  # units from the turn's centre over which the ground melts into the gradient
_GROUND_ALBEDO = (0.72, 0.725, 0.735, 1.0)
_CENTRE, _EDGE = (0.80, 0.81, 0.83, 1.0), (0.42, 0.44, 0.475, 1.0)


def ground_mesh() -> bpy.types.Mesh:
    """Return the ground: one square in its own z = 0 plane."""
    mesh = bpy.data.meshes.new("studio ground")
    far = _GROUND_REACH
    mesh.from_pydata([(-far, -far, 0), (far, -far, 0), (far, far, 0), (-far, far, 0)], [], [(0, 1, 2, 3)])
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
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = 128
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
    ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[0].color = 0.45, (0.10, 0.10, 0.11, 1)
    ramp.color_ramp.elements[1].position, ramp.color_ramp.elements[1].color = 1.0, (0.75, 0.76, 0.78, 1)
    link(height.outputs[0], ramp.inputs["Fac"])
    return _background(tree, ramp.outputs["Color"], 0.8)


def _background(
    tree: bpy.types.NodeTree, colour: bpy.types.NodeSocket, strength: float
) -> bpy.types.NodeSocket:
    background = tree.nodes.new("ShaderNodeBackground")
    background.inputs["Strength"].default_value = strength
    tree.links.new(colour, background.inputs["Color"])
    return background.outputs[0]
