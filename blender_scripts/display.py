"""Find out whether engines that draw by OpenGL, as EEVEE does, can draw here without a screen."""

import bpy
import gpu

from blender_scripts.events import EventChannel

_SIDE = 4


def find_display(channel: EventChannel) -> None:
    """Draw the smallest picture and say what drew it. Where nothing can, Blender ends this process.

    Raises:
        RuntimeError: Blender reported an error.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.render.resolution_x = scene.render.resolution_y = _SIDE
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(camera)
    scene.camera = camera
    bpy.ops.render.render()
    channel.send("display", blender=bpy.app.version_string, renderer=gpu.platform.renderer_get())
