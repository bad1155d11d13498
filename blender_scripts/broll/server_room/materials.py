"""The materials of a server room: sheet metal, lamps that blink softly, perforated doors, polished tiles."""

import math

import bpy

from blender_scripts.blender_version import new_node_tree
from blender_scripts.broll.formula import Formula
from blender_scripts.broll.motion import animate
from blender_scripts.broll.server_room.solids import PULSE, TINT
from blender_scripts.broll.stage import Stage

SHIFT = "shift"  # a property of objects: how much later their lamps blink than those of their like
_HOLE = 0.011  # metres from hole to hole
_SHARP_TO, _EVEN_FROM = 1.6, 4.5  # metres: farther than the second, holes are finer than pixels
_OPEN = 0.67


def panel(name: str, roughness: float, gloss: float) -> bpy.types.Material:
    """Return lacquered metal in the tint of each face, that mirrors by so much, and more at grazing angles.

    Blender's own principled surface can do all that and much more, and takes twice the time.
    """
    material = bpy.data.materials.new(name)
    tree = new_node_tree(material)
    _lacquer(tree, roughness, gloss)
    return material


def _lacquer(tree: bpy.types.NodeTree, roughness: float | bpy.types.NodeSocket, gloss: float) -> None:
    """Complete a material with a matt ground in the tint of each face under a clear coat."""
    ground = tree.nodes.new("ShaderNodeBsdfDiffuse")
    coat = tree.nodes.new("ShaderNodeBsdfGlossy")
    if isinstance(roughness, bpy.types.NodeSocket):
        tree.links.new(roughness, coat.inputs["Roughness"])
    else:
        coat.inputs["Roughness"].default_value = roughness
    coat.inputs["Color"].default_value = (0.9, 0.9, 0.9, 1.0)
    grazing = tree.nodes.new("ShaderNodeLayerWeight")
    grazing.inputs["Blend"].default_value = 0.25
    share = Formula(tree).math("MULTIPLY_ADD", grazing.outputs["Fresnel"], 0.8 - gloss, gloss)
    mix = tree.nodes.new("ShaderNodeMixShader")
    tree.links.new(_tint(tree), ground.inputs["Color"])
    tree.links.new(share, mix.inputs[0])
    tree.links.new(ground.outputs[0], mix.inputs[1])
    tree.links.new(coat.outputs[0], mix.inputs[2])
    tree.links.new(mix.outputs[0], tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])


def lamps(stage: Stage, name: str, strength: float) -> bpy.types.Material:
    """Return what shines in the tint of each face and swells and fades by its pulse (see `Rack.lamp`)."""
    material = bpy.data.materials.new(name)
    tree = new_node_tree(material)
    formula = Formula(tree)
    clock = tree.nodes.new("ShaderNodeValue")
    animate(stage, clock.outputs[0], "default_value", lambda moment: moment)
    pulse = tree.nodes.new("ShaderNodeAttribute")
    pulse.attribute_name = PULSE
    parts = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(pulse.outputs["Vector"], parts.inputs[0])
    shift = tree.nodes.new("ShaderNodeAttribute")
    shift.attribute_type, shift.attribute_name = "OBJECT", SHIFT
    turns = formula.math("MULTIPLY_ADD", parts.outputs[0], clock.outputs[0], parts.outputs[1])
    # What does not blink (no turns) does not heed the shift either: its phase says how bright it is.
    blinks = formula.math("GREATER_THAN", parts.outputs[0], 0.0)
    turns = formula.math("MULTIPLY_ADD", shift.outputs["Fac"], blinks, turns)
    wave = formula.math("SINE", formula.math("MULTIPLY", turns, math.tau))
    dark = formula.math("MULTIPLY_ADD", wave, 0.5, 0.5)
    dark = formula.math("SUBTRACT", 1.0, formula.math("MULTIPLY", dark, parts.outputs[2]))
    light = tree.nodes.new("ShaderNodeEmission")
    tree.links.new(_tint(tree), light.inputs["Color"])
    tree.links.new(formula.math("MULTIPLY", dark, strength), light.inputs["Strength"])
    tree.links.new(light.outputs[0], tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    return material


def perforated(name: str) -> bpy.types.Material:
    """Return sheet metal full of round holes, in the tint of each face, for faces across the x axis."""
    material = panel(name, roughness=0.4, gloss=0.08)
    tree = material.node_tree
    (out,) = (node for node in tree.nodes if node.bl_idname == "ShaderNodeOutputMaterial")
    sheet = out.inputs["Surface"].links[0].from_socket
    mix = tree.nodes.new("ShaderNodeMixShader")
    tree.links.new(_holes(tree), mix.inputs[0])
    tree.links.new(sheet, mix.inputs[1])
    tree.links.new(tree.nodes.new("ShaderNodeBsdfTransparent").outputs[0], mix.inputs[2])
    tree.links.new(mix.outputs[0], out.inputs["Surface"])
    return material


def polished(name: str, roughness: float) -> bpy.types.Material:
    """Return a floor that mirrors softly, each tile a little differently (by the first of its pulse)."""
    material = bpy.data.materials.new(name)
    tree = new_node_tree(material)
    uneven = tree.nodes.new("ShaderNodeAttribute")
    uneven.attribute_name = PULSE
    apart = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(uneven.outputs["Vector"], apart.inputs[0])
    _lacquer(tree, Formula(tree).math("ADD", apart.outputs[0], roughness), gloss=0.12)
    return material


def _holes(tree: bpy.types.NodeTree) -> bpy.types.NodeSocket:
    """Return 1 in holes and 0 between; far away, the mean of that."""
    formula = Formula(tree)
    place = tree.nodes.new("ShaderNodeTexCoord").outputs["Object"]
    distances = [_from_centre(tree, place, offset) for offset in (0.0, 0.5)]
    nearest = formula.math("MINIMUM", *distances)
    edge = tree.nodes.new("ShaderNodeMapRange")
    edge.inputs["From Min"].default_value, edge.inputs["From Max"].default_value = 0.46, 0.4
    tree.links.new(nearest, edge.inputs["Value"])
    depth = tree.nodes.new("ShaderNodeCameraData")
    even = tree.nodes.new("ShaderNodeMapRange")
    even.inputs["From Min"].default_value, even.inputs["From Max"].default_value = _SHARP_TO, _EVEN_FROM
    tree.links.new(depth.outputs["View Distance"], even.inputs["Value"])
    mean = formula.math("MULTIPLY", even.outputs[0], _OPEN)
    sharp = formula.math("SUBTRACT", 1.0, even.outputs[0])
    return formula.math("MULTIPLY_ADD", edge.outputs[0], sharp, mean)


def _from_centre(
    tree: bpy.types.NodeTree, place: bpy.types.NodeSocket, offset: float
) -> bpy.types.NodeSocket:
    """Return the distance to the nearest centre of one of two lattices that make up a hexagonal one."""
    tall, formula = math.sqrt(3), Formula(tree)
    steps = (0.0, 1 / _HOLE, 1 / (_HOLE * tall))
    place = formula.vector("MULTIPLY_ADD", place, steps, (0.5, offset, offset))
    place = formula.vector("SUBTRACT", formula.vector("FRACTION", place), (0.5, 0.5, 0.5))
    return formula.vector("LENGTH", formula.vector("MULTIPLY", place, (0.0, 1.0, tall)), out="Value")


def _tint(tree: bpy.types.NodeTree) -> bpy.types.NodeSocket:
    tint = tree.nodes.new("ShaderNodeAttribute")
    tint.attribute_name = TINT
    return tint.outputs["Color"]
