"""Sums in shader nodes: each call adds a node that works on values and on what other nodes give."""

import bpy
from bpy.types import NodeSocket, NodeTree


def number(tree: NodeTree, operation: str, *values: NodeSocket | float) -> NodeSocket:
    """Return what comes of numbers."""
    return _worked_out(tree, "ShaderNodeMath", operation, values)


def vector(tree: NodeTree, operation: str, *values: NodeSocket | tuple[float, float, float]) -> NodeSocket:
    """Return what comes of vectors."""
    return _worked_out(tree, "ShaderNodeVectorMath", operation, values)


def scaled(tree: NodeTree, arrow: NodeSocket, factor: NodeSocket) -> NodeSocket:
    """Return a vector times a number."""
    node = tree.nodes.new("ShaderNodeVectorMath")
    node.operation = "SCALE"
    tree.links.new(arrow, node.inputs[0])
    tree.links.new(factor, node.inputs["Scale"])
    return node.outputs[0]


def along_z(tree: NodeTree, arrow: NodeSocket) -> NodeSocket:
    """Return a vector's Z."""
    apart = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(arrow, apart.inputs[0])
    return apart.outputs["Z"]


def _worked_out(tree: NodeTree, kind: str, operation: str, values: tuple[object, ...]) -> NodeSocket:
    node = tree.nodes.new(kind)
    node.operation = operation
    for socket, value in zip(node.inputs, values, strict=False):
        if isinstance(value, bpy.types.NodeSocket):
            tree.links.new(value, socket)
        else:
            socket.default_value = value
    return node.outputs[0]
