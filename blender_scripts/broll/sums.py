"""Sums in node trees: what would be a thicket of nodes and links, written as one would on paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import bpy

Term: TypeAlias = "bpy.types.NodeSocket | float"


@dataclass(frozen=True)
class Formula:
    """A tree of nodes, of a material or of geometry, to which sums are added.

    Attributes:
        tree: Where the nodes go.
    """

    tree: bpy.types.NodeTree

    def of(self, operation: str, *terms: Term) -> bpy.types.NodeSocket:
        """Return the result of an operation of the node `Math`, such as "MULTIPLY", on one to three terms."""
        node = self.tree.nodes.new("ShaderNodeMath")
        node.operation = operation
        for socket, term in zip(node.inputs, terms, strict=False):
            self.feed(socket, term)
        return node.outputs[0]

    def feed(self, socket: bpy.types.NodeSocket, term: Term) -> None:
        """Have a socket take a term: what another socket gives, or a number."""
        if isinstance(term, bpy.types.NodeSocket):
            self.tree.links.new(term, socket)
        else:
            socket.default_value = term

    def product(self, *terms: Term) -> bpy.types.NodeSocket:
        """Return all terms multiplied."""
        first, *others = terms
        for term in others:
            first = self.of("MULTIPLY", first, term)
        return first

    def smooth(self, value: Term, low: float, high: float) -> bpy.types.NodeSocket:
        """Return 0 below `low` and 1 above `high` (or the other way round), with an S between them."""
        node = self.tree.nodes.new("ShaderNodeMapRange")
        node.interpolation_type = "SMOOTHSTEP"
        turned = low > high
        for socket, term in zip(
            node.inputs[:5],
            (value, min(low, high), max(low, high), float(turned), float(not turned)),
            strict=True,
        ):
            self.feed(socket, term)
        return node.outputs[0]

    def mixed(self, one: Term, other: Term, share: Term) -> bpy.types.NodeSocket:
        """Return a number between two: `one` at a share of 0, `other` at 1."""
        return self.of("MULTIPLY_ADD", share, self.of("SUBTRACT", other, one), one)

    def value(self, name: str) -> bpy.types.Node:
        """Return a node that gives one number, to be animated."""
        node = self.tree.nodes.new("ShaderNodeValue")
        node.name = node.label = name
        return node
