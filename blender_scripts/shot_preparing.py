"""Prepare a shot: somebody's .blend in, one that needs nothing beside it out, and what is in it told."""

import time

import bpy

from blender_scripts.disk_caches import copy_disk_caches, missing_disk_caches
from blender_scripts.events import EventChannel
from blender_scripts.file_needs import missing_files, needed_files
from blender_scripts.findings import Finding
from blender_scripts.sanitising import sanitise
from blender_scripts.scene_facts import facts_of, odd_settings
from blender_scripts.scene_import import FORMATS, import_scene
from blender_scripts.shot_file import open_file, save_whole
from blender_scripts.shot_job import PrepareShot
from blender_scripts.trust import warnings_of_trust
from blender_scripts.unbaked import warnings_of


def prepare_shot(job: PrepareShot, channel: EventChannel) -> None:
    """Open, clean, look through and save a shot, and say what is in it.

    Raises:
        BadInput: It is none of what it should be, or a .blend of a newer Blender.
        OSError: The prepared one cannot be written.
    """
    began = time.monotonic()
    channel.send("started", blender=bpy.app.version_string)
    findings = _opened(job)
    findings += [*missing_files(job.folder), *missing_disk_caches()]
    for scene in bpy.data.scenes:
        findings += [*odd_settings(scene), *warnings_of(scene)]
    caches = copy_disk_caches(job.output)
    save_whole(job.output)
    channel.send(
        "shot_saved",
        path=str(job.output),
        seconds=time.monotonic() - began,
        written_by=FORMATS.get(job.form) or ".".join(map(str, bpy.data.version[:2])),
        active_scene=bpy.context.scene.name,
        scenes=[facts_of(scene) for scene in bpy.data.scenes],
        files=sorted(
            {*needed_files(job.folder), *(path.relative_to(job.folder).as_posix() for path in caches)}
        ),
        findings=[finding.to_json() for finding in findings],
    )


def _opened(job: PrepareShot) -> list[Finding]:
    """Open or import what a job names, and clean it unless it is trusted."""
    if job.form == "blend":
        open_file(job.source, scripts=job.trusted)
        return [*warnings_of_trust()] if job.trusted else sanitise(job.folder, keep_drivers=False)
    made_up = import_scene(job.source, job.form)
    save_whole(job.output)  # a path means something only in a file that lies somewhere
    open_file(job.output, scripts=False)
    return [*made_up, *sanitise(job.folder, keep_drivers=False)]
