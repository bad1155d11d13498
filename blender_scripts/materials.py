"""Materials as parts have them: colours kept, metal and plastic made plausible."""

from dataclasses import dataclass
from typing import Any

import bpy

from blender_scripts.blender_version import new_node_tree

_LEAST_ROUGHNESS = 0.08
_METAL_ROUGHNESS = 0.28
_PLASTIC_ROUGHNESS = 0.42
_UNFINISHED = ((1.0, 1.0), (0.0, 0.5), (0.0, 1.0))
"""Metallic and roughness that nobody chose: glTF's default, USD's default, a matt placeholder."""
_STEEL = (0.56, 0.57, 0.58)


@dataclass(frozen=True)
class Finish:
    """How a surface reflects: both from 0 to 1."""

    metallic: float
    roughness: float


def finish_of(colour: tuple[float, float, float], metallic: float, roughness: float) -> Finish:
    """Complete a finish: one that somebody chose is kept, otherwise the colour tells metal from plastic.

    CAD files carry colours but no finish; there, greys of middle brightness are nearly always bare metal, while
    colours, white and black are paint or plastic.
    """
    chosen = all(abs(metallic - m) + abs(roughness - r) > 1e-3 for m, r in _UNFINISHED)  # noqa: PLR2004
    if chosen:
        return Finish(metallic, max(roughness, _LEAST_ROUGHNESS if metallic < 1 else 0.0))
    brightest, darkest = max(colour), min(colour)
    grey = brightest - darkest < 0.12 * max(brightest, 0.05)
    if grey and 0.12 < brightest < 0.75:  # noqa: PLR2004 - linear: neither black nor white
        return Finish(1.0, _METAL_ROUGHNESS)
    return Finish(0.0, _PLASTIC_ROUGHNESS)


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
