"""Which engine renders a shot, and what that takes."""

from collections.abc import Iterable

from media.shot.job import AnimationJob, FrameJob
from media.shot.report import Finding, SceneFacts

CYCLES = "CYCLES"
DRAWN = {"BLENDER_EEVEE", "BLENDER_EEVEE_NEXT", "BLENDER_WORKBENCH"}
"""Engines that draw by OpenGL, which takes EGL where there is no screen."""


def engine_of(job: AnimationJob | FrameJob, scene: SceneFacts) -> str:
    """Return what renders, as Blender names it."""
    return CYCLES if job.engine == "cycles" else scene.engine


def findings_of_engine(job: AnimationJob | FrameJob, scene: SceneFacts) -> Iterable[Finding]:
    """Yield what is odd about the engine."""
    engine = engine_of(job, scene)
    if engine in DRAWN:
        yield Finding(
            level="warning",
            kind="engine",
            subject=scene.name,
            message=f"scene {scene.name}: its engine {engine} draws by OpenGL, which takes a GPU with EGL "
            'where it renders; say engine "cycles" to render anywhere',
        )
    elif engine != CYCLES:
        yield Finding(
            level="error",
            kind="engine",
            subject=scene.name,
            message=f"scene {scene.name}: expected the engine Cycles, EEVEE or Workbench, found {engine}, "
            'which is not here; say engine "cycles", or choose one of these in the render properties',
        )
    elif scene.engine != CYCLES and not job.samples:
        yield Finding(
            level="warning",
            kind="engine",
            subject=scene.name,
            message=f"scene {scene.name}: it was made for {scene.engine} and is rendered by Cycles with the "
            "samples that its file happens to hold; say samples",
        )
