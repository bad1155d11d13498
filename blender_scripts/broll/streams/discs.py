"""Discs of light that face the camera: points with a halo, the circles of a lens out of focus, motes."""

from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

from blender_scripts.blender_version import new_node_tree
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.streams.packets import write_attribute
from blender_scripts.broll.streams.sight import Sight
from blender_scripts.broll.sums import Formula, Term

Array = NDArray[np.float64]

_SIDES = 28
_CORE, _HALO, _CIRCLE = 5.5, 1.0, 2.0  # light of a point, of what is round it, and of a circle out of focus


@dataclass(frozen=True)
class Discs:
    """Circles of a lens out of focus.

    Attributes:
        places: Their middles (n, 3).
        sizes: Their radii (n).
        tints: Their light (n, 3).
    """

    places: Array
    sizes: Array
    tints: Array


def add_disc_guide(stage: Stage, sight: Sight, material: bpy.types.Material) -> bpy.types.Object:
    """Add an unseen disc of radius 1 that is turned to the camera, to be shown where it is wanted."""
    thing = stage.add(material.name, _mesh_of(np.zeros((1, 3)), np.ones(1), np.eye(3)))
    thing.data.materials.append(material)
    thing.hide_render = True
    thing.rotation_euler = Vector(-sight.axes[2]).to_track_quat("Z", "Y").to_euler()
    return thing


def add_discs(stage: Stage, sight: Sight, name: str, discs: Discs) -> bpy.types.Object:
    """Add discs out of focus, turned to the camera."""
    mesh = _mesh_of(discs.places, discs.sizes, sight.axes)
    look = np.stack([discs.sizes, np.ones_like(discs.sizes), np.ones_like(discs.sizes)], axis=1)
    write_attribute(mesh, "look", np.repeat(look, _SIDES + 1, axis=0))
    write_attribute(mesh, "tint", np.repeat(discs.tints, _SIDES + 1, axis=0))
    mesh.materials.append(disc_material(name))
    return stage.add(name, mesh)


def disc_material(name: str) -> bpy.types.Material:
    """Return what discs are of; "look" says how bright they are (y) and how blurred (z), "tint" the light."""
    material = bpy.data.materials.new(name)
    tree = new_node_tree(material)
    sums = Formula(tree)
    rim = _rim(tree)
    apart = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(read_attribute(tree, "look", "Vector"), apart.inputs[0])
    core = sums.of("MULTIPLY", sums.smooth(rim, 0.5, 0.28), _CORE)
    halo = sums.of("MULTIPLY", sums.of("POWER", sums.of("SUBTRACT", 1.0, rim), 3.0), _HALO)
    lens = sums.of("MULTIPLY_ADD", sums.of("POWER", rim, 4.0), 0.5, 1.0)
    circle = sums.product(sums.smooth(rim, 0.99, 0.9), lens, _CIRCLE)
    light = sums.mixed(sums.of("ADD", core, halo), circle, apart.outputs["Z"])
    shine_through(material, read_attribute(tree, "tint", "Color"), sums.product(light, apart.outputs["Y"]))
    return material


def shine_through(material: bpy.types.Material, color: bpy.types.NodeSocket, light: Term) -> None:
    """Let a material shine and be seen through, and light nothing."""
    tree = material.node_tree
    shine, clear, both = (
        tree.nodes.new(kind)
        for kind in ("ShaderNodeEmission", "ShaderNodeBsdfTransparent", "ShaderNodeAddShader")
    )
    tree.links.new(color, shine.inputs["Color"])
    Formula(tree).feed(shine.inputs["Strength"], light)
    tree.links.new(shine.outputs[0], both.inputs[0])
    tree.links.new(clear.outputs[0], both.inputs[1])
    tree.links.new(both.outputs[0], tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    material.cycles.emission_sampling = "NONE"


def read_attribute(tree: bpy.types.NodeTree, name: str, output: str) -> bpy.types.NodeSocket:
    """Return what a material's tree reads of an attribute: "Fac", "Vector" or "Color"."""
    node = tree.nodes.new("ShaderNodeAttribute")
    node.attribute_name = name
    return node.outputs[output]


def _rim(tree: bpy.types.NodeTree) -> bpy.types.NodeSocket:
    """Return how far from the middle of its disc a point is: 1 at the edge, whatever the corners."""
    length = tree.nodes.new("ShaderNodeVectorMath")
    length.operation = "LENGTH"
    tree.links.new(read_attribute(tree, "spot", "Vector"), length.inputs[0])
    return Formula(tree).of("MINIMUM", length.outputs["Value"], 1.0)


def _mesh_of(places: Array, sizes: Array, axes: Array) -> bpy.types.Mesh:
    """Return discs in one mesh; its attribute "spot" says where on its disc a point is."""
    angles = np.linspace(0.0, 2 * np.pi, _SIDES, endpoint=False)
    shape = np.vstack([np.zeros(3), np.outer(np.cos(angles), axes[0]) + np.outer(np.sin(angles), axes[1])])
    points = places[:, None] + shape[None] * sizes[:, None, None]
    fan = np.array([(0, 1 + at, 1 + (at + 1) % _SIDES) for at in range(_SIDES)])
    faces = (np.arange(len(places))[:, None, None] * len(shape) + fan[None]).reshape(-1, 3)
    mesh = bpy.data.meshes.new("discs")
    mesh.from_pydata(points.reshape(-1, 3).tolist(), [], faces.tolist())
    flat = np.vstack([np.zeros(3), np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1)])
    write_attribute(mesh, "spot", np.tile(flat, (len(places), 1)))
    return mesh
