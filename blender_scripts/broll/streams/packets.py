"""Packets: many small lights that each travel along a line of their own, moved by one animated number."""

from dataclasses import dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

from blender_scripts.broll.formula import Formula
from blender_scripts.broll.meshes import Floats, write_mark
from blender_scripts.broll.stage import Stage


@dataclass(frozen=True)
class Packets:
    """What travels where, one entry each.

    Attributes:
        line: The number of the line.
        start: How far along it, as a share, a packet is at the beginning.
        passed: How many shares of it the packet moves over the clip; it leaves at the end and enters again
            at the beginning.
        tint: Its light (n, 3).
    """

    line: NDArray[np.int_]
    start: Floats
    passed: Floats
    tint: Floats


def add_packets(
    stage: Stage, lines: bpy.types.Object, points: int, packets: Packets, disc: bpy.types.Object
) -> bpy.types.Object:
    """Add packets that travel along lines.

    Args:
        stage: Where.
        lines: A mesh of the lines' points, so many for each, whose attribute "look" says of each point how
            large packets are there (x); all of it goes on to the discs.
        points: How many points a line has.
        packets: What travels.
        disc: What is shown for each: a disc of radius 1 that faces the way it is turned.
    """
    mesh = bpy.data.meshes.new("packets")
    mesh.from_pydata(np.zeros((len(packets.line), 3)).tolist(), [], [])
    for name, values in (
        ("first", packets.line.astype(np.float64) * points),
        ("start", packets.start),
        ("passed", packets.passed),
    ):
        write_mark(mesh, name, values)
    write_mark(mesh, "tint", packets.tint)
    thing = stage.add("packets", mesh)
    tree = _travelling(stage, lines, points, disc)
    thing.modifiers.new("travelling", "NODES").node_group = tree
    return thing


def _travelling(
    stage: Stage, lines: bpy.types.Object, points: int, disc: bpy.types.Object
) -> bpy.types.GeometryNodeTree:
    """Return the nodes that put a disc where each packet is."""
    tree = bpy.data.node_groups.new("travelling", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    new, link, formula = tree.nodes.new, tree.links.new, Formula(tree)
    first, rest = _passed(stage, formula, points)
    source = new("GeometryNodeObjectInfo")
    source.inputs["Object"].default_value = lines
    look = _between(tree, source, first, rest, _field(tree, "look", "FLOAT_VECTOR"))
    size, _, _ = formula.parts(look)
    place = _between(tree, source, first, rest, new("GeometryNodeInputPosition").outputs[0])
    moved = new("GeometryNodeSetPosition")
    link(new("NodeGroupInput").outputs[0], moved.inputs["Geometry"])
    link(place, moved.inputs["Position"])
    seen = _looking(tree, moved.outputs[0], look)
    link(_discs(tree, seen, size, disc), new("NodeGroupOutput").inputs[0])
    return tree


def _passed(stage: Stage, formula: Formula, points: int) -> tuple[bpy.types.NodeSocket, ...]:
    """Return the number of the point that each packet has passed, and its way to the next as a share."""
    tree = formula.tree
    moment = formula.moment(stage)
    share = formula.math(
        "FRACT", formula.math("MULTIPLY_ADD", _field(tree, "passed"), moment, _field(tree, "start"))
    )
    place = formula.math("MULTIPLY", share, points - 1.0)
    step = formula.math("FLOOR", place)
    return formula.math("ADD", _field(tree, "first"), step), formula.math("SUBTRACT", place, step)


def _looking(
    tree: bpy.types.NodeTree, points: bpy.types.NodeSocket, look: bpy.types.NodeSocket
) -> bpy.types.NodeSocket:
    """Return points that keep the look of where they are on their line."""
    kept = tree.nodes.new("GeometryNodeStoreNamedAttribute")
    kept.data_type, kept.domain = "FLOAT_VECTOR", "POINT"
    kept.inputs["Name"].default_value = "look"
    tree.links.new(points, kept.inputs["Geometry"])
    tree.links.new(look, next(socket for socket in kept.inputs if socket.name == "Value" and socket.enabled))
    return kept.outputs[0]


def _field(tree: bpy.types.NodeTree, name: str, kind: str = "FLOAT") -> bpy.types.NodeSocket:
    """Return an attribute of the points."""
    node = tree.nodes.new("GeometryNodeInputNamedAttribute")
    node.data_type = kind
    node.inputs["Name"].default_value = name
    return next(socket for socket in node.outputs if socket.name == "Attribute" and socket.enabled)


def _between(
    tree: bpy.types.NodeTree,
    source: bpy.types.Node,
    first: bpy.types.NodeSocket,
    rest: bpy.types.NodeSocket,
    field: bpy.types.NodeSocket,
) -> bpy.types.NodeSocket:
    """Return what a field is between a point of the lines and the next."""
    mix = tree.nodes.new("ShaderNodeMix")
    mix.data_type = "VECTOR"
    ends = [socket for socket in mix.inputs if socket.enabled]
    tree.links.new(rest, ends[0])
    for index, end in ((first, ends[1]), (Formula(tree).math("ADD", first, 1.0), ends[2])):
        sample = tree.nodes.new("GeometryNodeSampleIndex")
        sample.data_type, sample.domain, sample.clamp = "FLOAT_VECTOR", "POINT", True
        tree.links.new(source.outputs["Geometry"], sample.inputs["Geometry"])
        tree.links.new(field, next(s for s in sample.inputs if s.name == "Value" and s.enabled))
        tree.links.new(index, sample.inputs["Index"])
        tree.links.new(next(s for s in sample.outputs if s.enabled), end)
    return next(socket for socket in mix.outputs if socket.enabled)


def _discs(
    tree: bpy.types.NodeTree, points: bpy.types.NodeSocket, size: bpy.types.NodeSocket, disc: bpy.types.Object
) -> bpy.types.NodeSocket:
    """Return a disc of some size at each point."""
    shape = tree.nodes.new("GeometryNodeObjectInfo")
    shape.inputs["Object"].default_value = disc
    shape.transform_space = "ORIGINAL"
    spread = tree.nodes.new("GeometryNodeInstanceOnPoints")
    spread.inputs["Rotation"].default_value = disc.rotation_euler
    whole = tree.nodes.new("GeometryNodeRealizeInstances")
    tree.links.new(points, spread.inputs["Points"])
    tree.links.new(shape.outputs["Geometry"], spread.inputs["Instance"])
    tree.links.new(size, spread.inputs["Scale"])
    tree.links.new(spread.outputs[0], whole.inputs[0])
    return whole.outputs[0]
