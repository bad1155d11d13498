"""Search trees: how the renderer finds what a ray hits, and what of that survives from frame to frame."""

import bpy

from blender_scripts.blender_version import new_node_tree

_WORTH_KEEPING = 500_000
"""Triangles from which on building the tree again for every frame costs more than what one tree saves in
tracing, about a twentieth of the frame's time."""


def keep_own_trees(placed_once: int) -> None:
    """Have Cycles build a tree for every mesh of the open file, if that pays.

    `placed_once` is the number of triangles of meshes that are placed once; what is placed more often has a
    tree of its own in any case.

    Cycles merges meshes that are placed once into one tree in world space, and builds that anew as soon as
    anything moves, a light included: a turntable would then gain nothing from data that stay in memory. It
    leaves out meshes that may scatter light below their surface, and asks for that by their material slots
    alone. So every mesh gets such a material in a slot that no face uses; pictures do not change by it.
    """
    if placed_once < _WORTH_KEEPING:
        return
    material = bpy.data.materials.new("keeps its own search tree")
    tree = new_node_tree(material)
    scattering = tree.nodes.new("ShaderNodeSubsurfaceScattering")
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(scattering.outputs[0], output.inputs["Surface"])
    for mesh in bpy.data.meshes:
        mesh.materials.append(material)
