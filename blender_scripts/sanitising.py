"""Make an untrusted .blend harmless: what runs programs or reaches outside its folder is taken out.

Opening without scripts is not enough: Freestyle's modules run all the same, and nodes read and write files. A
list of what is bad is never complete, so this is one of two walls; the other is a process without network,
secrets or folders but its own, which also holds what Blender reads while it opens the file.
"""

from pathlib import Path

from blender_scripts.findings import Finding
from blender_scripts.node_cleaning import remove_nodes, turn_off_shader_programs
from blender_scripts.outside_files import remove_outside_blocks, remove_outside_libraries
from blender_scripts.outside_paths import clear_outside_paths, neutralise_outputs
from blender_scripts.scene_code import remove_code
from blender_scripts.scene_folder import SceneFolder
from blender_scripts.simulations import keep_simulations_home
from blender_scripts.strip_cleaning import remove_strips


def sanitise(scene_folder: Path, *, keep_drivers: bool) -> list[Finding]:
    """Take out of the open file what may do harm, before anything of it is evaluated or rendered.

    The file has to be open without scripts. What it reads from its own folder stays, libraries too: what was
    taken out of those comes back when the file is opened again, even from a sanitised copy, so every process
    that opens it sanitises it.

    Args:
        scene_folder: The folder that holds the .blend and all that it may read.
        keep_drivers: Leave drivers that need Python, for templates that are trusted.

    Returns:
        One finding of level "removed" for each thing that was taken out, in the order in which it was.
    """
    folder = SceneFolder(scene_folder)
    neutralise_outputs()
    return [
        *remove_outside_libraries(folder),  # first, since much may go with them
        *remove_code(scene_folder, keep_drivers=keep_drivers),
        *remove_nodes(),
        *turn_off_shader_programs(),
        *remove_strips(),
        *remove_outside_blocks(folder),
        *keep_simulations_home(folder),
        *clear_outside_paths(folder),
    ]
