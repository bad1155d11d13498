"""Formulas in shader nodes, written as calls."""

from collections.abc import Sequence

import bpy

Term = float | bpy.types.NodeSocket
Direction = tuple[float, float, float] | bpy.types.NodeSocket


class Formula:
    """Adds nodes to a shader's tree: every method takes numbers or sockets and returns the result's socket."""

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

    def mark(self, name: str) -> bpy.types.NodeSocket:
        """Return a number that the mesh keeps at each vertex."""
        node = self.tree.nodes.new("ShaderNodeAttribute")
        node.attribute_name = name
        return node.outputs["Fac"]

    def node(self, kind: str, out: str, **inputs: Term | Direction) -> bpy.types.NodeSocket:
        """Return an output of any other node; inputs go by their names."""
        node = self.tree.nodes.new(kind)
        for name, term in inputs.items():
            self._feed(node, (term,), first=node.inputs.find(name))
        return node.outputs[out]

    def _feed(self, node: bpy.types.Node, terms: Sequence[Term | Direction], first: int = 0) -> None:
        for place, term in enumerate(terms, first):
            if isinstance(term, bpy.types.NodeSocket):
                self.tree.links.new(term, node.inputs[place])
            else:
                node.inputs[place].default_value = term
