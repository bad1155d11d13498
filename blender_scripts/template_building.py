"""Build the scene of a template and save it: from there on it is a shot like any other."""

import time
from pathlib import Path

import bpy

from blender_scripts.broll.named_clip import set_clip
from blender_scripts.broll.named_parameters import set_named_parameters
from blender_scripts.broll.palette import palette
from blender_scripts.broll.picture import set_up_render
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.title import add_title
from blender_scripts.events import EventChannel
from blender_scripts.failure import BadInput, ToolFailed
from blender_scripts.shot_file import open_file, save_whole
from blender_scripts.template_job import BuildTemplate
from blender_scripts.templates import template_called


def build_template(job: BuildTemplate, channel: EventChannel) -> None:
    """Build, check and save.

    Raises:
        BadInput: There is no such template, it does not take these parameters, or the .blend has no camera.
        ToolFailed: The template made no camera.
    """
    began = time.monotonic()
    channel.send("started", blender=bpy.app.version_string)
    stage = _built(job) if job.blend is None else _opened(job, job.blend)
    if job.title is not None:
        add_title(stage, job.title)
    stage.scene.frame_set(1)
    save_whole(job.output)
    channel.send("template_built", path=str(job.output), seconds=time.monotonic() - began)


def _built(job: BuildTemplate) -> Stage:
    """Have the template's module build its scene from nothing."""
    build = template_called(job.template)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.name = "clip"
    stage = _stage(job)
    stage.scene.frame_start, stage.scene.frame_end = 1, job.frames
    set_up_render(stage)
    build(stage)
    job.parameters.refuse_others()
    if stage.scene.camera is None:
        raise ToolFailed(f"the template {job.template}: expected it to add a camera, found none")
    return stage


def _opened(job: BuildTemplate, blend: Path) -> Stage:
    """Open a .blend, which is trusted, and set what it lets be set."""
    open_file(blend, scripts=True)
    stage = _stage(job)
    if stage.scene.camera is None:
        raise BadInput(
            f"{blend.name}: expected a camera in its scene {stage.scene.name!r}, found none; make one the "
            "scene's camera and send the file again"
        )
    set_clip(stage)
    set_named_parameters(stage.scene, stage.parameters)
    return stage


def _stage(job: BuildTemplate) -> Stage:
    """Return the open scene as a stage of the job's size and rate."""
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = job.fps, job.fps_base
    scene.render.resolution_x, scene.render.resolution_y = job.width, job.height
    scene.render.resolution_percentage = 100
    return Stage(
        scene=scene,
        frames=job.frames,
        fps=job.fps / job.fps_base,
        aspect=job.width / job.height,
        loop=job.loop,
        seed=job.seed,
        palette=palette(job.palette),
        parameters=job.parameters,
    )
