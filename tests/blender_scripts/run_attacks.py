"""Make the evil .blends, or open and render each, and say what it did. Run inside Blender by the tests.

Arguments: what to do and a folder. `make` makes them; `open` opens them as untrusted, without scripts;
`trust` opens with scripts; `sanitise` opens without, sanitises, renders, and then trusts what is left;
`keep` sanitises without removing drivers.
"""

import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import bpy
import numpy as np

from blender_scripts.events import EventChannel
from blender_scripts.sanitising import sanitise
from tests.blender_scripts import evil_blends, evil_files
from tests.blender_scripts.attack_stage import Stage, empty_scene
from tests.blender_scripts.folder_watch import FolderWatch

BY_CODE = (
    evil_blends.registered_text,
    evil_blends.frame_handler,
    evil_blends.load_handler,
    evil_blends.driver_on_an_object,
    evil_blends.driver_on_a_shape_key,
    evil_blends.driver_on_a_material,
    evil_blends.driver_on_the_world,
    evil_blends.driver_in_a_node_group,
    evil_blends.freestyle_module,
    evil_blends.file_output,
    evil_blends.file_output_in_groups,
    evil_blends.import_text,
    evil_blends.import_text_in_a_group,
    evil_blends.shader_program,
    evil_blends.lens_program,
)
BY_FILES = (
    evil_files.picture,
    evil_files.picture_by_dots,
    evil_files.picture_by_backslashes,
    evil_files.picture_by_link,
    evil_files.picture_of_tiles,
    evil_files.library,
    evil_files.mesh_cache,
    evil_files.alembic_cache,
    evil_files.usd_cache,
    evil_files.usd_cache_that_refers,
    evil_files.volume,
    evil_files.image_strip,
    evil_files.image_strip_in_a_meta,
    evil_files.film_that_is_a_playlist,
    evil_files.font,
    evil_files.lamp_profile,
    evil_files.picture_of_a_library,
    evil_files.clip_and_sound,
    evil_files.baked_nodes,
    evil_files.scene_strip,
    evil_files.disk_cache,
    evil_files.linked_cache,
    evil_files.fluid_cache,
)
HARMLESS = (
    evil_files.sheet_inside,
    evil_files.library_inside,
    evil_files.packed_picture,
    evil_files.lamp_inside,
)


def known(name: str) -> bool:
    """Tell whether this Blender has what an attack needs: before 4.5 it had neither."""
    if name.startswith("import text"):
        return hasattr(bpy.types, "GeometryNodeImportText")
    return name != "lens program" or "custom_filepath" in bpy.types.Camera.bl_rna.properties


def make(stage: Stage, attack) -> None:
    stage.lay_out()
    attack(stage)
    bpy.ops.wm.save_as_mainfile(filepath=str(stage.blend), compress=False, relative_remap=False)
    empty_scene()
    shutil.rmtree(stage.canary)  # making an attack may set it off
    stage.canary.mkdir()


def attacked(stage: Stage, *, scripts: bool) -> dict:
    with FolderWatch(stage.ours) as watch:
        opened(stage.blend, scripts=scripts)
        # A fluid has written by now, and its solver may end the process when the file is rendered.
        green = 0.0 if bpy.data.objects.get("fluid") else rendered(stage)
    return {"opened": watch.opened, "green": green, "written": written(stage)}


def defended(stage: Stage) -> dict:
    with FolderWatch(stage.ours) as opening:
        opened(stage.blend, scripts=False)
    early = written(stage)
    with FolderWatch(stage.ours) as watch:
        found = sanitise(stage.sent, keep_drivers=False)
        green = rendered(stage)
        values = {thing.name: list(thing.matrix_world.translation) for thing in bpy.data.objects}
        left = [
            path for path in bpy.utils.blend_paths(absolute=True) if path and not inside(path, stage.sent)
        ]
        bpy.ops.wm.save_as_mainfile(filepath=str(stage.sent / "clean.blend"), compress=False)
        if not bpy.data.libraries:  # a library is as evil as before when it is read again
            opened(stage.sent / "clean.blend", scripts=True)
            rendered(stage)
    return {
        "opened_early": opening.opened,
        "written_early": early,
        "opened": watch.opened,
        "green": green,
        "written": written(stage),
        "left": left,
        "values": values,
        "texts": len(bpy.data.texts),
        "findings": [asdict(finding) for finding in found],
    }


def kept(stage: Stage) -> dict:
    opened(stage.blend, scripts=False)
    found = sanitise(stage.sent, keep_drivers=True)
    drivers = sum(len(thing.animation_data.drivers) for thing in bpy.data.objects if thing.animation_data)
    return {"drivers": drivers, "findings": [asdict(finding) for finding in found]}


def inside(path: str, folder: Path) -> bool:
    return Path(path.replace("\\", "/")).resolve().is_relative_to(folder.resolve())


def opened(path: Path, *, scripts: bool) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(path), use_scripts=scripts, load_ui=False)


def rendered(stage: Stage) -> float:
    """Render frame 5 and return how green it is: 1 where nothing but the secret shows."""
    scene = bpy.context.scene
    scene.frame_set(5)
    scene.render.filepath = str(stage.root / "frame.png")
    scene.render.image_settings.file_format = "PNG"
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(scene.render.filepath, check_existing=False)
    pixels = np.array(image.pixels[:]).reshape(-1, 4)
    bpy.data.images.remove(image)
    Path(scene.render.filepath).unlink()
    return float(np.mean((pixels[:, 1] > 0.5) & (pixels[:, 0] < 0.5) & (pixels[:, 2] < 0.5)))


def written(stage: Stage) -> list[str]:
    """Return what lies in the folder that has to stay empty, and empty it."""
    names = sorted(str(path.relative_to(stage.canary)) for path in stage.canary.rglob("*"))
    shutil.rmtree(stage.canary)
    stage.canary.mkdir()
    return names


def main(task: str, folder: str) -> None:
    channel = EventChannel()
    for attack in (*BY_CODE, *HARMLESS, *BY_FILES):
        name = attack.__name__.replace("_", " ")
        stage = Stage(Path(folder) / attack.__name__)
        if not known(name):
            continue
        if task == "make":
            make(stage, attack)
        elif task == "sanitise":
            channel.send("attack", name=name, **defended(stage))
        elif task == "keep" and attack is evil_blends.driver_on_an_object:
            channel.send("attack", name=name, **kept(stage))
        elif task in ("open", "trust"):
            channel.send("attack", name=name, **attacked(stage, scripts=task == "trust"))


if __name__ == "__main__":
    main(*sys.argv[-2:])
    sys.stdout.flush()
    os._exit(0)
