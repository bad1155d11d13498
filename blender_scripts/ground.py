"""The ground: it takes the shadow, melts into the world farther out, and is what upright metal mirrors."""

import math

import bpy

from blender_scripts.blender_version import new_node_tree

Colour = tuple[float, float, float, float]
_FADE_FROM, _FADE_TO = 1.1, 2.4  # units from the turn's centre over which the ground melts into the gradient
_REACH = 8.0  # how far it goes on for all but the camera: upright metal mirrors it up to its top
_CORNERS = 64
_GROUND_ALBEDO = (0.60, 0.605, 0.615, 1.0)
_BRIGHT_BAND, _DARK_BAND = (0.90, 0.90, 0.90, 1.0), (0.07, 0.07, 0.075, 1.0)


def ground_mesh() -> bpy.types.Mesh:
    """Return the ground: a disc in its own z = 0 plane, as small as can be, since its rays cost most."""
    mesh = bpy.data.meshes.new("studio ground")
    mesh.from_pydata(_circle(_FADE_TO), [], [tuple(range(_CORNERS))])
    mesh.materials.append(_melting_material())
    mesh.materials.append(_plain_material())
    return mesh


def surrounding_mesh(ground: bpy.types.Mesh) -> bpy.types.Mesh:
    """Return the ring round the ground that the camera is not to see, of the same material."""
    mesh = bpy.data.meshes.new("studio surrounding")
    inner, outer = range(_CORNERS), range(_CORNERS, 2 * _CORNERS)
    following = [*inner[1:], inner[0]]
    faces = [(k, outer[k], outer[after], after) for k, after in enumerate(following)]
    mesh.from_pydata([*_circle(_FADE_TO), *_circle(_REACH)], [], faces)
    mesh.materials.append(ground.materials[0])
    return mesh


def _circle(radius: float) -> list[tuple[float, float, float]]:
    angles = [math.tau * k / _CORNERS for k in range(_CORNERS)]
    return [(radius * math.cos(angle), radius * math.sin(angle), 0.0) for angle in angles]


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
    path = node("ShaderNodeLightPath")
    seen = node("ShaderNodeMath")
    seen.operation = "MULTIPLY"
    link(fade.outputs["Result"], seen.inputs[0])
    link(path.outputs["Is Camera Ray"], seen.inputs[1])
    diffuse, clear = node("ShaderNodeBsdfDiffuse"), node("ShaderNodeBsdfTransparent")
    link(_banded(tree, place.outputs["Object"], path.outputs["Is Glossy Ray"]), diffuse.inputs["Color"])
    mix, output = node("ShaderNodeMixShader"), node("ShaderNodeOutputMaterial")
    link(seen.outputs[0], mix.inputs["Fac"])
    link(diffuse.outputs[0], mix.inputs[1])
    link(clear.outputs[0], mix.inputs[2])
    link(mix.outputs[0], output.inputs["Surface"])
    return material


def _banded(
    tree: bpy.types.NodeTree, place: bpy.types.NodeSocket, mirrored: bpy.types.NodeSocket
) -> bpy.types.NodeSocket:
    """Return the ground's colour, with dark bands to the left and right of the part where metal mirrors it.

    An even ground would make an upright cylinder of metal look like one of grey paint; photographers lay
    black cards beside it.
    """
    node, link = tree.nodes.new, tree.links.new
    unit, split, square = (
        node("ShaderNodeVectorMath"),
        node("ShaderNodeSeparateXYZ"),
        node("ShaderNodeMath"),
    )
    unit.operation, square.operation = "NORMALIZE", "POWER"
    square.inputs[1].default_value = 2.0
    link(place, unit.inputs[0])
    link(unit.outputs[0], split.inputs[0])
    link(split.outputs["X"], square.inputs[0])  # 0 in front of the part and behind it, 1 on either side
    bands = _mixed(tree, square.outputs[0], _BRIGHT_BAND, _DARK_BAND)
    return _mixed(tree, mirrored, _GROUND_ALBEDO, bands)


def _mixed(
    tree: bpy.types.NodeTree,
    factor: bpy.types.NodeSocket,
    first: Colour | bpy.types.NodeSocket,
    second: Colour | bpy.types.NodeSocket,
) -> bpy.types.NodeSocket:
    """Return a colour between two."""
    mix = tree.nodes.new("ShaderNodeMix")
    mix.data_type = "RGBA"
    tree.links.new(factor, next(socket for socket in mix.inputs if socket.identifier == "Factor_Float"))
    inputs = [socket for socket in mix.inputs if socket.type == "RGBA"]
    for socket, value in zip(inputs, (first, second), strict=True):
        if isinstance(value, tuple):
            socket.default_value = value
        else:
            tree.links.new(value, socket)
    return next(socket for socket in mix.outputs if socket.type == "RGBA")
