"""What a template is given to build with."""

import random
from dataclasses import dataclass

import bpy

from blender_scripts.broll.palette import Palette
from blender_scripts.fields import Fields


@dataclass(frozen=True)
class Stage:
    """An empty scene, and what is wished of it.

    Attributes:
        scene: Where everything goes; its frames are 1 to `frames`, its size and rate are set.
        frames: How many frames the clip has.
        fps: Frames a second.
        aspect: Width over height of the picture.
        loop: Whether the last frame is to be followed by the first without a seam.
        seed: What everything that is left to chance comes from.
        palette: What things are coloured with.
        parameters: The template's own, all of them; read each once.
    """

    scene: bpy.types.Scene
    frames: int
    fps: float
    aspect: float
    loop: bool
    seed: int
    palette: Palette
    parameters: Fields

    @property
    def seconds(self) -> float:
        """Length of the clip."""
        return self.frames / self.fps

    def chance(self, purpose: str) -> random.Random:
        """Return a source of chance of its own for a purpose, so that one more choice changes no other."""
        return random.Random(f"{self.seed} {purpose}")  # noqa: S311 - pictures, no secrets

    def moment(self, frame: int) -> float:
        """Return how far into the clip a frame is: 0 at the first, 1 at the last, in a loop just after it."""
        return (frame - 1) / max(self.frames if self.loop else self.frames - 1, 1)

    def whole_turns(self, a_second: float) -> int:
        """Return how often something turns over the clip, at about so many turns a second: once at least."""
        return max(round(a_second * self.seconds), 1)

    def add(
        self, name: str, data: bpy.types.ID | None, parent: bpy.types.Object | None = None
    ) -> bpy.types.Object:
        """Put a thing into the scene; without data, an empty."""
        thing = bpy.data.objects.new(name, data)
        thing.parent = parent
        self.scene.collection.objects.link(thing)
        return thing
