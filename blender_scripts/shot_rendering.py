"""Render frames of a shot as its own settings say, but for what the job overrules."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import bpy

from blender_scripts import devices
from blender_scripts.display_picture import write_display
from blender_scripts.events import EventChannel
from blender_scripts.failure import BadInput
from blender_scripts.frame_renderer import FrameRenderer
from blender_scripts.sanitising import sanitise
from blender_scripts.shot_file import open_file
from blender_scripts.shot_job import Choice, ChosenShot, RenderShot, ShotSettings
from blender_scripts.shot_settings import apply_shot_settings
from blender_scripts.subset_settings import render_some_samples
from blender_scripts.unbaked import step_through
from blender_scripts.warmth import COLD

_SECONDS_BETWEEN_BEATS = 10.0


def render_shot(job: RenderShot, channel: EventChannel, commands: Iterable[str]) -> None:
    """Open a shot and render every frame that is commanded, until the commands end.

    Raises:
        BadInput: The shot lacks what is chosen of it, or a command is none.
        OutOfResources: A required device is missing, or memory ran out even without persistent data.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    shot = job.shot
    kind = devices.start(shot.device, channel, denoise=shot.settings.denoise != "off")
    began = time.monotonic()
    scene = open_shot(shot)
    if job.subset:
        render_some_samples(scene, job.subset)
    devices.activate(scene, kind)
    devices.denoise_on_gpu(scene)
    devices.tell_settings(scene, channel, time.monotonic() - began)
    pose = step_through(scene, _pose_of(scene, shot.choice), _heartbeat(channel))
    finish, picture = finish_of(scene, shot.settings), picture_of(scene)
    spare = devices.spare_for(kind, shot.device)
    renderer = FrameRenderer(scene, pose, channel, finish, picture, COLD, spare)
    renderer.render_all(commands)


def open_shot(shot: ChosenShot) -> bpy.types.Scene:
    """Open a prepared shot and return what is chosen of it, its settings overruled.

    What is not trusted is cleaned again, as what libraries bring comes each time.

    Raises:
        BadInput: Blender cannot read it, or it lacks what is chosen.
    """
    open_file(shot.scene, scripts=shot.trusted)
    if not shot.trusted:
        sanitise(shot.folder, keep_drivers=False)
    scene = _chosen_scene(shot.choice)
    apply_shot_settings(scene, shot.settings)
    return scene


def _heartbeat(channel: EventChannel) -> Callable[[int], None]:
    """Return what says, now and then, that the frames before one are on their way."""
    said = time.monotonic()

    def beat(frame: int) -> None:
        nonlocal said
        if time.monotonic() - said > _SECONDS_BETWEEN_BEATS:
            said = time.monotonic()
            channel.send("frame_started", frame=frame)

    return beat


def _chosen_scene(choice: Choice) -> bpy.types.Scene:
    """Return the scene of a choice, with its view layer alone switched on.

    Raises:
        BadInput: There is no such scene, layer or camera.
    """
    scene = _named("scene", choice.scene, bpy.data.scenes) if choice.scene else bpy.context.scene
    if choice.view_layer:
        _named("view layer", choice.view_layer, scene.view_layers)
        for layer in scene.view_layers:
            layer.use = layer.name == choice.view_layer
    if choice.camera:
        scene.camera = _named("camera", choice.camera, _cameras(scene))
    return scene


def _cameras(scene: bpy.types.Scene) -> dict[str, bpy.types.Object]:
    return {thing.name: thing for thing in scene.objects if thing.type == "CAMERA"}


def _named(what: str, name: str, those: "bpy.types.bpy_prop_collection | dict[str, bpy.types.Object]"):  # type: ignore[no-untyped-def]  # noqa: ANN202 - any data-block
    if name in those:
        return those[name]
    there = ", ".join(sorted(those.keys())[:20]) or "none"
    raise BadInput(f"{what}: expected one of {there}, found {name!r:.60}")


def _pose_of(scene: bpy.types.Scene, choice: Choice) -> Callable[[int], None]:
    """Return what brings the scene to a frame; its markers change the camera there, unless one is chosen."""
    if choice.camera:  # Blender follows markers by itself, whenever the frame changes
        for marker in [marker for marker in scene.timeline_markers if marker.camera]:
            scene.timeline_markers.remove(marker)
    pose: Callable[[int], None] = scene.frame_set
    return pose


def finish_of(scene: bpy.types.Scene, settings: ShotSettings) -> Callable[[Path], None]:
    """Return what is done to every written frame."""

    def finish(frame: Path) -> None:
        if settings.display:
            write_display(scene, frame)

    return finish


def picture_of(scene: bpy.types.Scene) -> Callable[[], None]:
    """Return what renders a scene into its own file."""

    def picture() -> None:
        bpy.ops.render.render(write_still=True, scene=scene.name)

    return picture
