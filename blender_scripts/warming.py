"""Have a GPU's driver compile Cycles' kernels, by a picture of a few pixels of Blender's own first scene."""

import time

import bpy

from blender_scripts import devices
from blender_scripts.events import EventChannel
from blender_scripts.job import WarmKernels

_SIDE = 16


def warm_kernels(job: WarmKernels, channel: EventChannel) -> None:
    """Render that picture and say by what, and how long it took.

    Raises:
        OutOfResources: There is no such device.
        RuntimeError: Blender reported an error.
    """
    bpy.ops.wm.read_factory_settings(use_empty=False)
    kind = devices.start(job.device, channel, denoise=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x = scene.render.resolution_y = _SIDE
    scene.cycles.samples = 1
    scene.cycles.use_denoising = True
    devices.activate(scene, kind)
    devices.denoise_on_gpu(scene)
    began = time.monotonic()
    bpy.ops.render.render()
    channel.send("warmed", device=devices.device_in_use(scene).to_json(), seconds=time.monotonic() - began)
