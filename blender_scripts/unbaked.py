"""Simulations that nobody baked: each of their frames is made of the one before."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from blender_scripts.data_blocks import tree_and_groups
from blender_scripts.findings import Finding

_CACHED = {"CLOTH": "cloth", "SOFT_BODY": "soft body"}
_SIMULATION_ZONE = "GeometryNodeSimulationOutput"


@dataclass(frozen=True)
class Unbaked:
    """A simulation: whose it is, what it is, and the frame that it begins with."""

    owner: str
    what: str
    first: int


def unbaked(scene: bpy.types.Scene) -> list[Unbaked]:
    """Return the simulations that show in a scene and are calculated anew whenever it is opened."""
    found = list(_rigid_bodies(scene))
    for thing in scene.objects:
        if not thing.hide_render:
            for modifier in thing.modifiers:
                found += _of_modifier(scene, thing, modifier)
    return found


def warnings_of(scene: bpy.types.Scene) -> list[Finding]:
    """Return a warning for every simulation that is not baked."""
    return [
        Finding(
            "warning",
            "unbaked-simulation",
            scene.name,
            f"scene {scene.name}: expected the {one.what} of {one.owner} to be baked, found that it is not; "
            f"every run calculates it from frame {one.first} on, so bake it to save that time",
        )
        for one in unbaked(scene)
    ]


def step_through(
    scene: bpy.types.Scene, pose: Callable[[int], None], beat: Callable[[int], None]
) -> Callable[[int], None]:
    """Return a `pose` that goes through the frames before the one wanted, if the scene needs that.

    A simulation that is asked for frame 40 before it had the others would show what it was at first.

    Args:
        scene: The open scene.
        pose: Brings it to a frame.
        beat: Is told of every frame on the way, since many of them may take long.
    """
    simulations = unbaked(scene)
    if not simulations:
        return pose
    _show_as_rendered(scene)
    first = min(one.first for one in simulations)
    reached = None

    def stepped(frame: int) -> None:
        nonlocal reached
        start = first if reached is None or reached >= frame else reached + 1
        for earlier in range(start, frame):
            scene.frame_set(earlier)
            beat(frame)
        pose(frame)
        reached = frame

    return stepped


def _show_as_rendered(scene: bpy.types.Scene) -> None:
    """Let simulated things be in the viewport what they are in a render: only what it shows is stepped."""
    for thing in scene.objects:
        modifiers = list(thing.modifiers) if not thing.hide_render else []
        if any(any(_of_modifier(scene, thing, modifier)) for modifier in modifiers):
            thing.hide_viewport = False
            for modifier in modifiers:
                modifier.show_viewport = modifier.show_render
                if modifier.type in {"SUBSURF", "MULTIRES"}:  # a cache is of so many points and of no others
                    modifier.levels = modifier.render_levels


def _rigid_bodies(scene: bpy.types.Scene) -> Iterator[Unbaked]:
    world = scene.rigidbody_world
    if world and world.enabled and world.collection and world.collection.objects:
        yield from _unless_baked(scene.name, "rigid bodies", world.point_cache)


def _of_modifier(scene: bpy.types.Scene, thing: bpy.types.Object, modifier: Any) -> Iterator[Unbaked]:  # noqa: ANN401 - any modifier
    if not modifier.show_render:
        return
    if modifier.type in _CACHED:
        yield from _unless_baked(thing.name, _CACHED[modifier.type], modifier.point_cache)
    elif modifier.type == "PARTICLE_SYSTEM" and _moves(modifier.particle_system):
        yield from _unless_baked(thing.name, "particles", modifier.particle_system.point_cache)
    elif modifier.type == "DYNAMIC_PAINT" and modifier.canvas_settings:
        for surface in modifier.canvas_settings.canvas_surfaces:
            if surface.is_active:
                yield from _unless_baked(thing.name, "dynamic paint", surface.point_cache)
    elif modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN" and modifier.domain_settings:
        domain = modifier.domain_settings
        if domain.cache_type == "REPLAY" or not domain.has_cache_baked_data:
            yield Unbaked(thing.name, "fluid", domain.cache_frame_start)
    elif modifier.type == "NODES" and _has_zone(modifier.node_group) and not _bakes(thing, modifier):
        yield Unbaked(thing.name, "simulation zone", scene.frame_start)


def _unless_baked(owner: str, what: str, cache: bpy.types.PointCache) -> Iterator[Unbaked]:
    if not (cache.is_baked or cache.use_external):
        yield Unbaked(owner, what, cache.frame_start)


def _moves(system: bpy.types.ParticleSystem) -> bool:
    if system.settings.type == "HAIR":
        return bool(system.use_hair_dynamics)
    return system.settings.physics_type not in {"NO", "KEYED"}


def _has_zone(tree: bpy.types.NodeTree | None) -> bool:
    return tree is not None and any(
        node.bl_idname == _SIMULATION_ZONE for one in tree_and_groups(tree) for node in one.nodes
    )


def _bakes(thing: bpy.types.Object, modifier: Any) -> bool:  # noqa: ANN401 - a modifier that some versions lack parts of
    """Tell whether a simulation zone's bake lies in its folder; one inside the file cannot be seen."""
    path = getattr(modifier, "bake_directory", "") or getattr(modifier, "simulation_bake_directory", "")
    folder = Path(bpy.path.abspath(path, library=thing.library)) if path else None
    return folder is not None and folder.is_dir() and any(folder.rglob("*.json"))
