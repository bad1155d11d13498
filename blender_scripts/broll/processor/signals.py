"""Shader nodes written as arithmetic: a signal is a socket, and sums and products of signals are nodes."""

from typing import Union

import bpy

Number = Union["Signal", float]


class Signal:
    """A number in a node tree."""

    def __init__(self, socket: bpy.types.NodeSocket) -> None:
        """Take the output of a node."""
        self.socket = socket

    def __add__(self, other: Number) -> "Signal":
        """Return the sum."""
        return self._and("ADD", other)

    def __sub__(self, other: Number) -> "Signal":
        """Return the difference."""
        return self._and("SUBTRACT", other)

    def __mul__(self, other: Number) -> "Signal":
        """Return the product."""
        return self._and("MULTIPLY", other)

    def __truediv__(self, other: Number) -> "Signal":
        """Return the quotient; by zero, zero."""
        return self._and("DIVIDE", other)

    def at_least(self, other: Number) -> "Signal":
        """Return the larger of the two."""
        return self._and("MAXIMUM", other)

    def power(self, other: Number) -> "Signal":
        """Return it raised to a power."""
        return self._and("POWER", other)

    def sine(self) -> "Signal":
        """Return its sine, of radians."""
        return self._and("SINE")

    def rounded(self) -> "Signal":
        """Return the nearest whole number."""
        return self._and("ROUND")

    def fraction(self) -> "Signal":
        """Return what is left of it after the whole number below."""
        return self._and("FRACT")

    def eased(self, low: Number, high: Number) -> "Signal":
        """Return 0 below `low`, 1 above `high`, and a rise between that begins and ends at rest."""
        node = self._tree.nodes.new("ShaderNodeMapRange")
        node.interpolation_type = "SMOOTHERSTEP"
        for name, value in (("Value", self), ("From Min", low), ("From Max", high)):
            connect(self._tree, node.inputs[name], value)
        return Signal(node.outputs[0])

    def between(self, one: Number, other: Number) -> "Signal":
        """Return `one` where this is 0, `other` where it is 1."""
        node = self._tree.nodes.new("ShaderNodeMix")
        for at, value in ((0, self), (2, one), (3, other)):
            connect(self._tree, node.inputs[at], value)
        return Signal(node.outputs[0])

    @property
    def _tree(self) -> bpy.types.NodeTree:
        return self.socket.id_data

    def _and(self, operation: str, other: Number = 0.0) -> "Signal":
        node = self._tree.nodes.new("ShaderNodeMath")
        node.operation = operation
        connect(self._tree, node.inputs[0], self)
        connect(self._tree, node.inputs[1], other)
        return Signal(node.outputs[0])


def connect(tree: bpy.types.NodeTree, inlet: bpy.types.NodeSocket, value: object) -> None:
    """Give a socket a signal, another socket, or a value."""
    if isinstance(value, Signal):
        tree.links.new(value.socket, inlet)
    elif isinstance(value, bpy.types.NodeSocket):
        tree.links.new(value, inlet)
    else:
        inlet.default_value = value


def of_scene(tree: bpy.types.NodeTree, name: str) -> Signal:
    """Return a number that is a custom property of the scene that is rendered."""
    return Signal(_attribute(tree, name, "VIEW_LAYER").outputs["Fac"])


def color_of_scene(tree: bpy.types.NodeTree, name: str) -> bpy.types.NodeSocket:
    """Return a colour that is a custom property of the scene that is rendered."""
    return _attribute(tree, name, "VIEW_LAYER").outputs["Color"]


def of_mesh(tree: bpy.types.NodeTree, name: str) -> Signal:
    """Return a number that each point or face of the mesh has."""
    return Signal(_attribute(tree, name, "GEOMETRY").outputs["Fac"])


def mixed_colors(
    tree: bpy.types.NodeTree, share: Number, one: object, other: object, how: str = "MIX"
) -> bpy.types.NodeSocket:
    """Return a colour between two; each is a socket or four numbers."""
    node = tree.nodes.new("ShaderNodeMix")
    node.data_type, node.blend_type = "RGBA", how
    for at, value in ((0, share), (6, one), (7, other)):
        connect(tree, node.inputs[at], value)
    return node.outputs[2]


def noise(
    tree: bpy.types.NodeTree,
    scale: float,
    stretch: tuple[float, float, float] = (1.0, 1.0, 1.0),
    detail: float = 2.0,
) -> Signal:
    """Return noise (0 to 1) over the object's own coordinates, which are stretched first."""
    place = tree.nodes.new("ShaderNodeTexCoord")
    mapping = tree.nodes.new("ShaderNodeMapping")
    mapping.inputs["Scale"].default_value = stretch
    node = tree.nodes.new("ShaderNodeTexNoise")
    node.inputs["Scale"].default_value, node.inputs["Detail"].default_value = scale, detail
    tree.links.new(place.outputs["Object"], mapping.inputs["Vector"])
    tree.links.new(mapping.outputs[0], node.inputs["Vector"])
    return Signal(node.outputs[0])


def _attribute(tree: bpy.types.NodeTree, name: str, kind: str) -> bpy.types.Node:
    node = tree.nodes.new("ShaderNodeAttribute")
    node.attribute_type, node.attribute_name = kind, name
    return node
