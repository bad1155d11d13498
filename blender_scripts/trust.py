"""What a trusted scene does that people may not expect: warnings, since nothing is taken out of it."""

from collections.abc import Iterator

import bpy

from blender_scripts.data_blocks import node_trees
from blender_scripts.findings import Finding

_PATHS = ("base_path", "directory")  # of a File Output node, until and from 5.0


def warnings_of_trust() -> Iterator[Finding]:
    """Yield a warning for what the open file runs, or writes besides its frames."""
    for text in bpy.data.texts:
        if text.use_module:
            yield Finding(
                "warning",
                "runs-programs",
                text.name,
                f"text {text.name}: it runs as Python whenever the file is opened, since the file is trusted",
            )
    for owner, tree in node_trees():
        for node in tree.nodes:
            if node.bl_idname == "CompositorNodeOutputFile" and not node.mute:
                path = next((getattr(node, name) for name in _PATHS if hasattr(node, name)), "")
                yield Finding(
                    "warning",
                    "output-node",
                    owner,
                    f"{owner}: its node {node.name} writes to {path or 'its folder'}, where it renders, and "
                    "nobody fetches that; take what you need as passes of multilayer EXR frames",
                )
    for scene in bpy.data.scenes:
        if scene.render.engine == "CYCLES" and scene.cycles.shading_system:
            yield Finding(
                "warning",
                "osl",
                scene.name,
                f"scene {scene.name}: it uses Open Shading Language, which of GPUs only OptiX can render",
            )
