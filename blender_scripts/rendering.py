"""Render frames of a prepared scene as they are asked for, one command a line."""

import time
from collections.abc import Callable, Iterable

import bpy

from blender_scripts import devices
from blender_scripts.background import choose_background
from blender_scripts.events import EventChannel
from blender_scripts.frame_renderer import FrameRenderer, render_picture
from blender_scripts.framing import View, frame_turn
from blender_scripts.job import RenderFrames
from blender_scripts.render_settings import apply_settings
from blender_scripts.scene_file import open_scene
from blender_scripts.scene_notes import read_notes
from blender_scripts.studio import find_studio
from blender_scripts.turn import ground_height, turn_centre
from blender_scripts.warmth import COLD, WARM_SCENE


def list_devices(channel: EventChannel) -> None:
    """Say which render devices this machine has."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    found = [device.to_json() for device in devices.find_devices()]
    channel.send("devices", found=found, blender=bpy.app.version_string)


def render_frames(
    job: RenderFrames,
    channel: EventChannel,
    commands: Iterable[str],
    picture: Callable[[], None] = render_picture,
    warmth: str = COLD,
) -> None:
    """Open a job's scene and render every frame that is commanded, by `picture`, until the commands end.

    With the warmth `WARM_SCENE` the scene is open already, as the last job of its kind left it.

    Raises:
        BadInput: The scene is none of ours, or a command is none.
        OutOfResources: A required device is missing, or memory ran out even without persistent data.
    """
    if warmth != WARM_SCENE:
        bpy.ops.wm.read_factory_settings(use_empty=True)
    kind = devices.start(job.device, channel, denoise=job.settings.denoise)
    try:
        _set_up(job, kind, channel, picture, warmth).render_all(commands)
    finally:
        bpy.context.scene.render.use_persistent_data = False  # which frees what Cycles kept, also on a GPU


def _set_up(
    job: RenderFrames, kind: str, channel: EventChannel, picture: Callable[[], None], warmth: str
) -> FrameRenderer:
    """Open the scene and make everything ready that holds for all frames."""
    began = time.monotonic()
    scene = bpy.context.scene if warmth == WARM_SCENE else open_scene(job.scene)
    notes = read_notes(scene, str(job.scene))
    studio = find_studio(scene, str(job.scene))
    apply_settings(scene, job.settings)
    devices.activate(scene, kind)
    devices.denoise_on_gpu(scene)
    camera = job.camera
    view = View(
        job.settings.width,
        job.settings.height,
        camera.focal_length,
        camera.azimuth,
        camera.elevation,
        camera.axis,
    )
    centre = turn_centre(notes.points, camera.axis)
    points = notes.points - centre
    studio.set_up(centre, ground_height(points, camera.axis), view)
    finish = choose_background(scene, studio, notes.background, job.settings)
    framing = frame_turn(points, view, camera.framing)
    devices.tell_settings(scene, channel, time.monotonic() - began)

    def turn(frame: int) -> None:
        """Turn the part as it is at a frame; 1 is the first, at angle 0."""
        degrees = (frame - 1) * camera.degrees_per_frame
        studio.turn_to(degrees, view, framing.at(degrees))

    spare = devices.spare_for(kind, job.device)
    return FrameRenderer(scene, turn, channel, finish, picture, warmth, spare)
