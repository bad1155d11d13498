"""Materials as parts have them: colours kept, metal and plastic made plausible."""

from typing import Any

import bpy

from blender_scripts.blender_version import new_node_tree
from blender_scripts.finish import finish_of

_STEEL = (0.56, 0.57, 0.58)


def complete_materials() -> int:
    """Give every material its finish and every bare mesh a steel one; return how many there are."""
    bare = [mesh for mesh in bpy.data.meshes if not any(mesh.materials)]
    if bare:
        steel = bpy.data.materials.new("steel")
        shader = _principled(steel) or _new_principled(steel)
        shader.inputs["Base Color"].default_value = (*_STEEL, 1.0)
        for mesh in bare:
            mesh.materials.clear()
            mesh.materials.append(steel)
    for material in bpy.data.materials:
        _complete(material)
    return len(bpy.data.materials)


def plain_material(
    name: str, colour: tuple[float, float, float], metallic: float, roughness: float
) -> bpy.types.Material:
    """Return a new material of one linear colour."""
    material = bpy.data.materials.new(name)
    shader = _new_principled(material)
    shader.inputs["Base Color"].default_value = (*colour, 1.0)
    shader.inputs["Metallic"].default_value = metallic
    shader.inputs["Roughness"].default_value = roughness
    return material


def _complete(material: bpy.types.Material) -> None:
    shader = _principled(material)
    if shader is None:
        return
    colour, metallic, roughness = (shader.inputs[name] for name in ("Base Color", "Metallic", "Roughness"))
    if colour.is_linked or metallic.is_linked or roughness.is_linked:
        return  # textured: somebody took care of it
    finish = finish_of(tuple(colour.default_value[:3]), metallic.default_value, roughness.default_value)
    metallic.default_value, roughness.default_value = finish.metallic, finish.roughness


def _principled(material: bpy.types.Material) -> Any | None:  # noqa: ANN401 - nodes have no public type
    nodes = material.node_tree.nodes if material.node_tree else ()
    return next((node for node in nodes if node.type == "BSDF_PRINCIPLED"), None)


def _new_principled(material: bpy.types.Material) -> Any:  # noqa: ANN401 - see _principled
    tree = new_node_tree(material)
    shader = tree.nodes.new("ShaderNodeBsdfPrincipled")
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(shader.outputs[0], output.inputs["Surface"])
    return shader
