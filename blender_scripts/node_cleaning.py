"""Nodes that read or write files, or run programs, wherever they are nested."""

from collections.abc import Iterator

import bpy

from blender_scripts.blender_version import set_where_known
from blender_scripts.data_blocks import node_trees
from blender_scripts.findings import Finding

_KINDS = {  # how a node's type begins, the finding's kind, and what the node does
    "CompositorNodeOutputFile": ("output-node", "writes files wherever it says"),
    "GeometryNodeImport": ("import-node", "reads any file into the picture"),
    "ShaderNodeScript": ("script-node", "is a program (OSL)"),
}


def remove_nodes() -> Iterator[Finding]:
    """Remove such nodes from every node tree of the open file, and say which."""
    for owner, tree in node_trees():
        for node in list(tree.nodes):
            for beginning, (kind, deed) in _KINDS.items():
                if node.bl_idname.startswith(beginning):
                    name = node.name
                    tree.nodes.remove(node)
                    yield Finding(
                        "removed",
                        kind,
                        f"{owner}: {name}",
                        f"Expected no node in {owner} that {deed}, found {name}; it was removed, so bake "
                        "what it made or render the file as a trusted scene.",
                    )
                    break


def turn_off_shader_programs() -> Iterator[Finding]:
    """Turn off shaders (OSL) that a file brings as programs, in materials and in cameras."""
    for scene in bpy.data.scenes:
        cycles = getattr(scene, "cycles", None)
        if cycles is not None and getattr(cycles, "shading_system", False):
            cycles.shading_system = False
            yield Finding(
                "removed",
                "osl",
                scene.name,
                "Expected Cycles' own shaders, found Open Shading Language turned on; it was turned off.",
            )
    for camera in bpy.data.cameras:
        programmed = camera.type == "CUSTOM"
        if programmed:
            camera.type = "PERSP"
        if programmed or getattr(camera, "custom_filepath", ""):
            set_where_known(camera, custom_filepath="", custom_shader=None, custom_bytecode="")
            yield Finding(
                "removed",
                "osl",
                camera.name,
                "Expected a lens, found a camera that is a program (OSL); it now looks through a plain one.",
            )
