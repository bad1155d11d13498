"""What is in a prepared shot: its scenes as they would render by themselves, and what is odd about it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from media.asset import Asset


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Finding(_Frozen):
    """One thing to know: an error stops the job, a warning does not, what was removed is gone."""

    level: Literal["error", "warning", "removed", "note"]
    kind: str = Field(description="What sort of thing, such as missing-texture.")
    subject: str = Field(description="The name of what it is about.")
    message: str = Field(description="What was expected, what was found, and what to do.")


class SceneFacts(_Frozen):
    """What a scene says about itself."""

    name: str
    first: int
    last: int
    step: int
    fps: str = Field(description="As num/den.")
    width: int
    height: int
    percentage: int
    engine: str
    samples: int
    denoise: bool
    transparent: bool
    cameras: tuple[str, ...]
    camera: str = Field(description="The active one, or nothing.")
    camera_markers: int = Field(description="How many markers change the camera.")
    view_layers: tuple[str, ...]
    used_layers: tuple[str, ...]
    triangles: int
    memory_bytes: int = Field(description="What rendering it may take, estimated.")
    needs_order: bool = Field(
        default=False, description="Whether each frame is made of the one before, as of simulations unbaked."
    )
    animated_seed: bool = Field(default=True, description="Whether its noise differs from frame to frame.")
    indivisible: tuple[str, ...] = Field(
        default=(), description="Why the mean of parts of its samples is not its picture."
    )
    most_divided_samples: int = Field(
        default=0, description="How many samples this Blender can divide; 0 stands for any number."
    )
    may_stop_early: bool = Field(
        default=False, description="Whether a noise threshold or a time limit may leave samples out."
    )


class ShotReport(_Frozen):
    """What Blender found in a file."""

    written_by: str = Field(description="Version of the Blender that saved it.")
    active_scene: str
    scenes: tuple[SceneFacts, ...]
    findings: tuple[Finding, ...] = ()

    def scene(self, name: str) -> SceneFacts | None:
        """Return a scene by its name, or the active one for none."""
        wanted = name or self.active_scene
        return next((one for one in self.scenes if one.name == wanted), None)


class Shot(_Frozen):
    """A prepared shot in the store: a .blend that needs nothing beside it, or a ZIP with what it needs."""

    digest: str
    asset: Asset
    report: ShotReport
    found: bool = Field(default=False, description="Whether it lay in the store already.")
