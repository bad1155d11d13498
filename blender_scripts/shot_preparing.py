"""Prepare a shot: somebody's .blend in, one that needs nothing beside it out, and what is in it told."""

import time

import bpy

from blender_scripts.events import EventChannel
from blender_scripts.file_needs import missing_files, needed_files
from blender_scripts.sanitising import sanitise
from blender_scripts.scene_facts import facts_of, odd_settings
from blender_scripts.shot_file import open_file, save_whole
from blender_scripts.shot_job import PrepareShot


def prepare_shot(job: PrepareShot, channel: EventChannel) -> None:
    """Open, clean, look through and save a shot, and say what is in it.

    Raises:
        BadInput: It is no .blend, or one of a newer Blender.
        OSError: The prepared one cannot be written.
    """
    began = time.monotonic()
    channel.send("started", blender=bpy.app.version_string)
    open_file(job.source, scripts=job.trusted)
    findings = sanitise(job.folder, keep_drivers=job.trusted) if not job.trusted else []
    findings += missing_files(job.folder)
    for scene in bpy.data.scenes:
        findings += odd_settings(scene)
    save_whole(job.output)
    channel.send(
        "shot_saved",
        path=str(job.output),
        seconds=time.monotonic() - began,
        written_by=".".join(map(str, bpy.data.version[:2])),
        active_scene=bpy.context.scene.name,
        scenes=[facts_of(scene) for scene in bpy.data.scenes],
        files=needed_files(job.folder),
        findings=[finding.to_json() for finding in findings],
    )
