"""Formulas in shader and geometry nodes: each call adds a node and returns what comes out of it."""

import math
from collections.abc import Sequence
from typing import TypeAlias

import bpy

from blender_scripts.broll.motion import animate
from blender_scripts.broll.stage import Stage

Term: TypeAlias = float | bpy.types.NodeSocket
Direction: TypeAlias = tuple[float, ...] | bpy.types.NodeSocket


class Formula:
    """Adds nodes to a tree: its methods take sockets, numbers and vectors or colours, and return a socket."""

    def __init__(self, tree: bpy.types.NodeTree) -> None:
        self.tree = tree

    def math(self, operation: str, *terms: Term) -> bpy.types.NodeSocket:
        """Return the result of a Math node, such as ADD, FRACT or EXPONENT."""
        node = self.tree.nodes.new("ShaderNodeMath")
        node.operation = operation
        self._feed(node, terms)
        return node.outputs[0]

    def sum(self, *terms: Term) -> bpy.types.NodeSocket:
        """Return the sum of two or more."""
        total = terms[0]
        for term in terms[1:]:
            total = self.math("ADD", total, term)
        return total

    def product(self, *terms: Term) -> bpy.types.NodeSocket:
        """Return the product of two or more."""
        total = terms[0]
        for term in terms[1:]:
            total = self.math("MULTIPLY", total, term)
        return total

    def mixed(self, one: Term, other: Term, share: Term) -> bpy.types.NodeSocket:
        """Return a number between two: `one` at a share of 0, `other` at 1."""
        return self.math("MULTIPLY_ADD", share, self.math("SUBTRACT", other, one), one)

    def wave(self, rounds: Term, phase: Term, middle: float, swing: float) -> bpy.types.NodeSocket:
        """Return a number that swings about `middle`; rounds and phase are in whole waves."""
        angle = self.product(self.sum(rounds, phase), math.tau)
        return self.sum(middle, self.product(self.math("SINE", angle), swing))

    def smooth(self, value: Term, low: float, high: float, how: str = "SMOOTHSTEP") -> bpy.types.NodeSocket:
        """Return 0 up to `low`, 1 from `high` on, an S between; if `low` is the higher, it falls."""
        node = self.tree.nodes.new("ShaderNodeMapRange")
        node.interpolation_type = how
        falls = low > high
        self._feed(node, (value, min(low, high), max(low, high), float(falls), float(not falls)))
        return node.outputs[0]

    def smoother(self, value: Term, low: float, high: float) -> bpy.types.NodeSocket:
        """Return the same as `smooth` with an S that is flatter at its ends and steeper between."""
        return self.smooth(value, low, high, "SMOOTHERSTEP")

    def vector(self, operation: str, *terms: Direction, out: str = "Vector") -> bpy.types.NodeSocket:
        """Return an output of a Vector Math node: "Vector", or "Value" of DOT_PRODUCT and LENGTH."""
        node = self.tree.nodes.new("ShaderNodeVectorMath")
        node.operation = operation
        self._feed(node, terms)
        return node.outputs[out]

    def scaled(self, vector: Direction, by: Term) -> bpy.types.NodeSocket:
        """Return a vector, or a colour, times a number."""
        node = self.tree.nodes.new("ShaderNodeVectorMath")
        node.operation = "SCALE"
        self._feed(node, (vector,))
        self._feed(node, (by,), first=node.inputs.find("Scale"))
        return node.outputs["Vector"]

    def between(self, one: Direction, other: Direction, share: Term) -> bpy.types.NodeSocket:
        """Return what lies between two vectors or colours."""
        opposite = self.math("SUBTRACT", 1.0, share)
        return self.vector("ADD", self.scaled(one, opposite), self.scaled(other, share))

    def parts(self, vector: bpy.types.NodeSocket) -> tuple[bpy.types.NodeSocket, ...]:
        """Return the three numbers of a vector."""
        node = self.tree.nodes.new("ShaderNodeSeparateXYZ")
        self._feed(node, (vector,))
        return tuple(node.outputs)

    def mark(self, name: str, out: str = "Fac", of: str = "GEOMETRY") -> bpy.types.NodeSocket:
        """Return what the mesh keeps by a name: "Fac" is a number, "Vector" and "Color" are three."""
        node = self.tree.nodes.new("ShaderNodeAttribute")
        node.attribute_type, node.attribute_name = of, name
        return node.outputs[out]

    def moment(self, stage: Stage, times: float = 1.0) -> bpy.types.NodeSocket:
        """Return how far into the clip it is: from 0 to 1, or to `times`."""
        node = self.tree.nodes.new("ShaderNodeValue")
        animate(stage, node.outputs[0], "default_value", lambda moment: times * moment)
        return node.outputs[0]

    def node(self, kind: str, out: str, **inputs: Term | Direction) -> bpy.types.NodeSocket:
        """Return an output of any other node; inputs go by their names."""
        node = self.tree.nodes.new(kind)
        for name, term in inputs.items():
            self._feed(node, (term,), first=node.inputs.find(name))
        return node.outputs[out]

    def light(self, color: Direction, strength: Term = 1.0) -> bpy.types.NodeSocket:
        """Return a surface that shines."""
        return self.node("ShaderNodeEmission", "Emission", Color=color, Strength=strength)

    def over(self, light: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
        """Return light that adds to what is behind it."""
        clear = self.node("ShaderNodeBsdfTransparent", "BSDF")
        return self.added(light, clear)

    def added(self, one: bpy.types.NodeSocket, other: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
        """Return two surfaces in one, with the light of both."""
        node = self.tree.nodes.new("ShaderNodeAddShader")
        self._feed(node, (one, other))
        return node.outputs[0]

    def veiled(
        self, share: Term, one: bpy.types.NodeSocket, other: bpy.types.NodeSocket
    ) -> bpy.types.NodeSocket:
        """Return a surface between two: `one` at a share of 0, `other` at 1."""
        node = self.tree.nodes.new("ShaderNodeMixShader")
        self._feed(node, (share, one, other))
        return node.outputs[0]

    def finish(self, surface: bpy.types.NodeSocket, output: str = "ShaderNodeOutputMaterial") -> None:
        """Make it what is seen of the material, or of what else `output` is of."""
        self.tree.links.new(surface, self.tree.nodes.new(output).inputs["Surface"])

    def _feed(self, node: bpy.types.Node, terms: Sequence[Term | Direction], first: int = 0) -> None:
        for place, term in enumerate(terms, first):
            socket = node.inputs[place]
            if isinstance(term, bpy.types.NodeSocket):
                self.tree.links.new(term, socket)
            elif isinstance(term, tuple):
                socket.default_value = (*term, 1.0)[: len(socket.default_value)]
            else:
                socket.default_value = term
