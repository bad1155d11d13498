"""Formulas in materials: nodes written as calls, so that they read like what they compute."""

import math
from functools import reduce
from typing import TypeAlias

import bpy

from blender_scripts.blender_version import new_node_tree
from blender_scripts.broll.motion import animate
from blender_scripts.broll.palette import Rgb
from blender_scripts.broll.stage import Stage

Term: TypeAlias = bpy.types.NodeSocket | float
VectorTerm: TypeAlias = bpy.types.NodeSocket | tuple[float, float, float]


class Formula:
    """A material's nodes. Every call adds one node and returns what comes out of it."""

    def __init__(self, owner: bpy.types.ID) -> None:
        """Begin with no nodes; `owner` is a material or a world."""
        self.tree = new_node_tree(owner)

    def math(self, operation: str, *terms: Term) -> bpy.types.NodeSocket:
        """Compute a number by one of the operations of Blender's math node, such as POWER or FRACT."""
        node = self.tree.nodes.new("ShaderNodeMath")
        node.operation = operation
        return self._linked(node, terms)

    def total(self, *terms: Term) -> bpy.types.NodeSocket:
        """Add numbers."""
        return reduce(lambda one, other: self.math("ADD", one, other), terms)

    def product(self, *terms: Term) -> bpy.types.NodeSocket:
        """Multiply numbers."""
        return reduce(lambda one, other: self.math("MULTIPLY", one, other), terms)

    def wave(self, rounds: Term, phase: Term, middle: float, swing: float) -> bpy.types.NodeSocket:
        """Return a number that swings about `middle`; rounds and phase are in whole waves."""
        angle = self.product(self.total(rounds, phase), math.tau)
        return self.total(middle, self.product(self.math("SINE", angle), swing))

    def vector(self, operation: str, *terms: VectorTerm, out: str = "Vector") -> bpy.types.NodeSocket:
        """Compute with vectors or colours; `out` is "Value" where a number comes out."""
        node = self.tree.nodes.new("ShaderNodeVectorMath")
        node.operation = operation
        return self._linked(node, terms, out)

    def scaled(self, color: VectorTerm, share: Term) -> bpy.types.NodeSocket:
        """Return a colour times a number."""
        node = self.tree.nodes.new("ShaderNodeVectorMath")
        node.operation = "SCALE"
        self._put(node.inputs[0], color)
        self._put(node.inputs["Scale"], share)
        return node.outputs[0]

    def step(self, value: Term, low: float, high: float) -> bpy.types.NodeSocket:
        """Return 0 up to `low`, 1 from `high` on, smooth between; if `low` is the higher, it falls."""
        node = self.tree.nodes.new("ShaderNodeMapRange")
        node.interpolation_type = "SMOOTHERSTEP"
        self._put(node.inputs["Value"], value)
        from_low, from_high = min(low, high), max(low, high)
        to_low, to_high = (0.0, 1.0) if low <= high else (1.0, 0.0)
        for name, number in zip(
            ("From Min", "From Max", "To Min", "To Max"), (from_low, from_high, to_low, to_high), strict=True
        ):
            node.inputs[name].default_value = number
        return node.outputs[0]

    def given(self, name: str, out: str = "Fac") -> bpy.types.NodeSocket:
        """Read what the mesh has at its points; `out` is "Vector" for a colour."""
        node = self.tree.nodes.new("ShaderNodeAttribute")
        node.attribute_name = name
        return node.outputs[out]

    def source(self, kind: str, out: str) -> bpy.types.NodeSocket:
        """Return an output of a node without inputs, such as a geometry's position."""
        return self.tree.nodes.new(kind).outputs[out]

    def moment(self, stage: Stage) -> bpy.types.NodeSocket:
        """Return how far into the clip it is, from 0 to 1."""
        node = self.tree.nodes.new("ShaderNodeValue")
        animate(stage, node.outputs[0], "default_value", lambda moment: moment)
        return node.outputs[0]

    def shine(self, color: VectorTerm, strength: Term = 1.0) -> bpy.types.NodeSocket:
        """Return light of a colour."""
        node = self.tree.nodes.new("ShaderNodeEmission")
        self._put(node.inputs["Color"], color)
        self._put(node.inputs["Strength"], strength)
        return node.outputs[0]

    def over(self, light: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
        """Return light that is added to what is behind it."""
        node = self.tree.nodes.new("ShaderNodeAddShader")
        self.tree.links.new(self.source("ShaderNodeBsdfTransparent", "BSDF"), node.inputs[0])
        self.tree.links.new(light, node.inputs[1])
        return node.outputs[0]

    def finish(self, surface: bpy.types.NodeSocket, output: str = "ShaderNodeOutputMaterial") -> None:
        """Show it."""
        self.tree.links.new(surface, self.tree.nodes.new(output).inputs["Surface"])

    def _linked(
        self, node: bpy.types.Node, terms: tuple[VectorTerm | float, ...], out: str | int = 0
    ) -> bpy.types.NodeSocket:
        for socket, term in zip(node.inputs, terms, strict=False):
            self._put(socket, term)
        return node.outputs[out]

    def _put(self, socket: bpy.types.NodeSocket, term: VectorTerm | Rgb | float) -> None:
        if isinstance(term, bpy.types.NodeSocket):
            self.tree.links.new(term, socket)
        elif isinstance(term, tuple):
            socket.default_value = (*term, 1.0)[: len(socket.default_value)]
        else:
            socket.default_value = term


def shining(name: str) -> tuple[bpy.types.Material, Formula]:
    """Return a material that lights nothing round it, and its formula to be written."""
    material = bpy.data.materials.new(name)
    formula = Formula(material)
    material.cycles.emission_sampling = "NONE"
    return material, formula
