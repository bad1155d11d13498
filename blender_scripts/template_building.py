"""Build the scene of a template and save it: from there on it is a shot like any other."""

import time

import bpy

from blender_scripts.broll.palette import palette
from blender_scripts.broll.picture import set_up_render
from blender_scripts.broll.stage import Stage
from blender_scripts.broll.title import add_title
from blender_scripts.events import EventChannel
from blender_scripts.failure import ToolFailed
from blender_scripts.shot_file import save_whole
from blender_scripts.template_job import BuildTemplate
from blender_scripts.templates import template_called


def build_template(job: BuildTemplate, channel: EventChannel) -> None:
    """Build, check and save.

    Raises:
        BadInput: There is no such template, or it does not take these parameters.
        ToolFailed: The template made no camera.
    """
    began = time.monotonic()
    channel.send("started", blender=bpy.app.version_string)
    build = template_called(job.template)
    stage = _empty_stage(job)
    set_up_render(stage)
    build(stage)
    job.parameters.refuse_others()
    if stage.scene.camera is None:
        raise ToolFailed(f"the template {job.template}: expected it to add a camera, found none")
    if job.title is not None:
        add_title(stage, job.title)
    stage.scene.frame_set(1)
    save_whole(job.output)
    channel.send("template_built", path=str(job.output), seconds=time.monotonic() - began)


def _empty_stage(job: BuildTemplate) -> Stage:
    """Return a stage with nothing on it."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.name = "clip"
    scene.frame_start, scene.frame_end = 1, job.frames
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
