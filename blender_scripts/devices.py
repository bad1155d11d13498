"""Render devices: what is there, which one is asked for, and which one is really in use."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import bpy
import gpu

from blender_scripts.blender_version import set_where_known
from blender_scripts.device_wish import DeviceWish
from blender_scripts.events import EventChannel
from blender_scripts.failure import OutOfResources
from blender_scripts.ladder import CUDA, OPTIX, Rung

CPU, OPENGL = "CPU", "OPENGL"


@dataclass(frozen=True)
class Device:
    """A kind of device (OPTIX, CUDA, HIP, ONEAPI, METAL, CPU) and the name that its driver gives it."""

    type: str
    name: str

    def to_json(self) -> dict[str, str]:
        """Return the device as it stands in events."""
        return asdict(self)


def start(wish: DeviceWish, channel: EventChannel, *, denoise: bool) -> str:
    """Choose a device type, say on the channel what was asked, found and taken, and return the type.

    Raises:
        OutOfResources: A required device is missing.
    """
    scene = bpy.context.scene
    found = find_devices()
    kind = choose_type(found, wish.order, require_gpu=wish.require_gpu)
    used = activate(scene, kind)
    on_gpu = denoise and denoise_on_gpu(scene)
    channel.send(
        "started",
        blender=bpy.app.version_string,
        build=bpy.app.build_hash.decode(errors="replace"),
        asked=list(wish.order),
        found=[device.to_json() for device in found],
        used=used.to_json(),
        denoiser="OPENIMAGEDENOISE" if denoise else None,
        denoise_on_gpu=on_gpu,
    )
    return kind


def find_devices() -> tuple[Device, ...]:
    """Ask every driver for its devices. Blender never does so by itself, since unstable drivers can crash."""
    preferences = _preferences()
    preferences.refresh_devices()
    return tuple(Device(device.type, device.name) for device in preferences.devices)


def choose_type(found: Sequence[Device], order: Sequence[str], *, require_gpu: bool) -> str:
    """Return the first wished type that is there.

    Raises:
        OutOfResources: There is none, or only the CPU although a GPU is required.
    """
    there = {device.type for device in found}
    wished = [kind for kind in order if not (require_gpu and kind == CPU)]
    chosen = next((kind for kind in wished if kind in there), None)
    if chosen is None:
        names = ", ".join(f"{device.type} {device.name}" for device in found) or "no device"
        need = "a GPU" if require_gpu else "a device"
        raise OutOfResources(
            f"device: expected {need} out of {', '.join(wished) or 'no types at all'}, found {names}; "
            "render on a machine that has one, or allow the CPU"
        )
    return chosen


def spare_for(kind: str, wish: DeviceWish) -> str:
    """Return the type that is to render if the driver fails with `kind`; nothing if there is none.

    Only OptiX has one: CUDA on the same GPU, which asks far less of the driver.
    """
    there = {device.type for device in _preferences().devices}
    return CUDA if kind == OPTIX and CUDA in wish.order and CUDA in there else ""


def activate(scene: bpy.types.Scene, kind: str) -> Device:
    """Switch rendering to every device of a type and to nothing else; return what is then really in use.

    Raises:
        OutOfResources: Blender did not take the device, as happens without a word.
    """
    preferences = _preferences()
    preferences.refresh_devices()  # opening a shot resets the preferences, and there goes their list
    preferences.compute_device_type = "NONE" if kind == CPU else kind
    for device in preferences.devices:
        device.use = device.type == kind
    scene.cycles.device = CPU if kind == CPU else "GPU"
    used = device_in_use(scene)
    if used.type != kind:
        raise OutOfResources(f"device: expected {kind} to be in use, found {used.type} {used.name}")
    return used


def device_in_use(scene: bpy.types.Scene) -> Device:
    """Tell what Cycles renders on as things are set now: a GPU only if one is really switched on."""
    preferences = _preferences()
    kind = preferences.get_compute_device_type()
    names = [device.name for device in preferences.devices if device.use and device.type == kind]
    if scene.cycles.device == "GPU" and preferences.has_active_device() and names:
        return Device(kind, " + ".join(names))
    return Device(CPU, next((device.name for device in preferences.devices if device.type == CPU), CPU))


def tell_settings(scene: bpy.types.Scene, channel: EventChannel, seconds: float) -> None:
    """Say that a scene is loaded, and what renders it as it is set up now."""
    is_cycles = scene.render.engine == "CYCLES"
    cycles = scene.cycles
    denoises = is_cycles and cycles.use_denoising
    on_gpu = denoises and cycles.device == "GPU" and getattr(cycles, "denoising_use_gpu", False)
    channel.send(
        "scene_loaded",
        seconds=seconds,
        engine=scene.render.engine,
        samples=cycles.samples if is_cycles else scene.eevee.taa_render_samples,
        denoiser=cycles.denoiser if denoises else "",
        denoise_on_gpu=bool(on_gpu),
    )


def renderer_of(scene: bpy.types.Scene) -> Device:
    """Tell what renders a scene: a device of Cycles', or whatever draws for the engines that use OpenGL."""
    return (
        device_in_use(scene)
        if scene.render.engine == "CYCLES"
        else Device(OPENGL, gpu.platform.renderer_get())
    )


def denoise_on_gpu(scene: bpy.types.Scene) -> bool:
    """Put the denoiser on the GPU where the one in use can do it, and tell whether it is there."""
    able = scene.cycles.device == "GPU" and _preferences().has_oidn_gpu_devices()
    set_where_known(scene.cycles, denoising_use_gpu=able)
    return bool(able)


def rung_of(scene: bpy.types.Scene) -> Rung:
    """Return how a scene is set up to be rendered now. Only Cycles has anything to give up."""
    render, cycles = scene.render, scene.cycles
    if render.engine != "CYCLES":
        return Rung(render.engine, persistent_data=False, tile=0, denoise_on_gpu=False)
    side = max(render.resolution_x, render.resolution_y) * render.resolution_percentage // 100
    return Rung(
        device=device_in_use(scene).type,
        persistent_data=render.use_persistent_data,
        tile=min(side, cycles.tile_size) if cycles.use_auto_tile else side,
        denoise_on_gpu=cycles.use_denoising and bool(getattr(cycles, "denoising_use_gpu", False)),
    )


def stand_on(rung: Rung, scene: bpy.types.Scene) -> None:
    """Set a scene up for a rung. What the last one kept, also on the GPU, is freed first."""
    scene.render.use_persistent_data = False
    before = rung_of(scene)
    if rung.device != before.device:
        activate(scene, rung.device)
    if rung.tile != before.tile:
        scene.cycles.use_auto_tile = True
        scene.cycles.tile_size = rung.tile
    set_where_known(scene.cycles, denoising_use_gpu=rung.denoise_on_gpu)
    scene.render.use_persistent_data = rung.persistent_data


def _preferences() -> Any:  # noqa: ANN401 - an add-on's own class
    return bpy.context.preferences.addons["cycles"].preferences
