"""What would go wrong with a shot, found out before a machine is paid for: pure functions of its report."""

from collections.abc import Iterable

from media.errors import BadInput
from media.job import MAX_PIXELS
from media.shot.job import LAST_FRAME, MOST_FRAMES, AnimationJob, FrameJob
from media.shot.report import Finding, SceneFacts, ShotReport

MOST_SAID = 5
LEVELS = ("error", "warning", "removed", "note")
CYCLES = "CYCLES"
DRAWN = {"BLENDER_EEVEE", "BLENDER_EEVEE_NEXT", "BLENDER_WORKBENCH"}
"""Engines that draw by OpenGL, which takes EGL where there is no screen."""
SHARE_OF_RAW = {"png": 0.5, "exr": 0.7}
"""What a rendered frame takes of its bare size as a file; of a noisy picture, nearly all."""


def preflight(
    job: AnimationJob | FrameJob, report: ShotReport, memory_bytes: int | None = None
) -> tuple[Finding, ...]:
    """Return everything that is odd about rendering `job` from a shot, errors first.

    Args:
        job: What is asked for.
        report: What Blender found in the shot.
        memory_bytes: What the machine that renders has, if that is known.
    """
    scene = report.scene(job.scene)
    if scene is None:
        names = _listed(one.name for one in report.scenes)
        return (_error("no-scene", job.scene, f"scene: expected one of {names}, found {job.scene!r}"),)
    found = [
        *(one for one in report.findings if _concerns(one, scene, report)),
        *_of_camera(job, scene),
        *_of_layers(job, scene),
        *_of_range(job, scene),
        *_of_size(job, scene),
        *_of_engine(job, scene),
        *_of_noise(job, scene),
        *_of_memory(scene, memory_bytes),
        *_estimates(job, scene),
    ]
    return tuple(sorted(found, key=lambda one: LEVELS.index(one.level)))


def expect_sound(name: str, findings: Iterable[Finding]) -> None:
    """Refuse a shot that has errors.

    Raises:
        BadInput: It has, with the first few of them in one sentence.
    """
    errors = [one.message for one in findings if one.level == "error"]
    if errors:
        more = f"; and {len(errors) - MOST_SAID} more" if len(errors) > MOST_SAID else ""
        raise BadInput(f"{name}: {'; '.join(errors[:MOST_SAID])}{more}")


def _concerns(finding: Finding, scene: SceneFacts, report: ShotReport) -> bool:
    """Return whether a finding is about the file, or about the scene that is rendered."""
    others = {one.name for one in report.scenes} - {scene.name}
    return not (finding.level == "warning" and finding.subject in others)


def _of_camera(job: AnimationJob | FrameJob, scene: SceneFacts) -> Iterable[Finding]:
    names = _listed(scene.cameras)
    if job.camera and job.camera not in scene.cameras:
        yield _error("no-camera", job.camera, f"camera: expected one of {names}, found {job.camera!r}")
    elif not job.camera and not scene.camera and not scene.camera_markers:
        there = f"there are {names}" if scene.cameras else "it has none"
        yield _error(
            "no-camera",
            scene.name,
            f"scene {scene.name}: expected an active camera, found none; name one: {there}",
        )


def _of_layers(job: AnimationJob | FrameJob, scene: SceneFacts) -> Iterable[Finding]:
    if job.view_layer and job.view_layer not in scene.view_layers:
        names = _listed(scene.view_layers)
        yield _error(
            "no-layer", job.view_layer, f"view layer: expected one of {names}, found {job.view_layer!r}"
        )
    elif not job.view_layer and not scene.used_layers:
        yield _error(
            "no-layer", scene.name, f"scene {scene.name}: expected a view layer in use, found none; name one"
        )


def _of_range(job: AnimationJob | FrameJob, scene: SceneFacts) -> Iterable[Finding]:
    numbers = numbers_of(job, scene)
    if not numbers:
        yield _error(
            "empty-range", scene.name, f"frames {numbers.start} to {numbers.stop - 1}: expected one at least"
        )
    elif numbers[0] < 0 or numbers[-1] > LAST_FRAME:
        yield _error(
            "bad-range",
            scene.name,
            f"frames: expected 0 to {LAST_FRAME}, found {numbers[0]} to {numbers[-1]}; move the animation",
        )
    elif len(numbers) > MOST_FRAMES:
        yield _error("bad-range", scene.name, f"frames: expected at most {MOST_FRAMES}, found {len(numbers)}")


def _of_size(job: AnimationJob | FrameJob, scene: SceneFacts) -> Iterable[Finding]:
    width, height = size_of(job, scene)
    if min(width, height) < 1:
        yield _error(
            "too-small",
            scene.name,
            f"scene {scene.name}: expected a pixel at least, found {width} x {height}; say a percentage",
        )
    elif width * height > MAX_PIXELS:
        yield _error(
            "too-large",
            scene.name,
            f"scene {scene.name}: expected at most {MAX_PIXELS} pixels, found {width} x {height}; say a "
            "smaller width, height or percentage",
        )


def _of_engine(job: AnimationJob | FrameJob, scene: SceneFacts) -> Iterable[Finding]:
    engine = engine_of(job, scene)
    if engine in DRAWN:
        yield _warning(
            "engine",
            scene.name,
            f"scene {scene.name}: its engine {engine} draws by OpenGL, which takes a GPU with EGL where it "
            'renders; say engine "cycles" to render anywhere',
        )
    elif engine != CYCLES:
        yield _error(
            "engine",
            scene.name,
            f"scene {scene.name}: expected the engine Cycles, EEVEE or Workbench, found {engine}, which "
            'is not here; say engine "cycles", or choose one of these in the render properties',
        )
    elif scene.engine != CYCLES and not job.samples:
        yield _warning(
            "engine",
            scene.name,
            f"scene {scene.name}: it was made for {scene.engine} and is rendered by Cycles with the "
            "samples that its file happens to hold; say samples",
        )


def _of_noise(job: AnimationJob | FrameJob, scene: SceneFacts) -> Iterable[Finding]:
    denoised = job.denoise == "on" or (job.denoise == "scene" and scene.denoise)
    if isinstance(job, AnimationJob) and not scene.animated_seed and not denoised:
        yield _note(
            "still-noise",
            scene.name,
            f"scene {scene.name}: its noise is the same in every frame, like a dirty lens; switch on "
            "Animate Seed",
        )


def _of_memory(scene: SceneFacts, memory_bytes: int | None) -> Iterable[Finding]:
    if memory_bytes is not None and scene.memory_bytes > memory_bytes:
        yield _warning(
            "memory",
            scene.name,
            f"scene {scene.name}: rendering may take {_gb(scene.memory_bytes)} of memory, and this machine "
            f"has {_gb(memory_bytes)}; use a larger one, or smaller textures and fewer subdivisions",
        )


def _estimates(job: AnimationJob | FrameJob, scene: SceneFacts) -> Iterable[Finding]:
    width, height = size_of(job, scene)
    channels = 4 if scene.transparent or job.format == "exr" else 3
    count = len(numbers_of(job, scene))
    size = count * width * height * channels * int(job.color_depth) // 8 * SHARE_OF_RAW.get(job.format, 1)
    yield _note(
        "estimate",
        scene.name,
        f"{count} frame{'s' if count != 1 else ''} of {width} x {height}, about {_gb(int(size))} in the "
        f"store; {scene.triangles} triangles, about {_gb(scene.memory_bytes)} of memory",
    )


def engine_of(job: AnimationJob | FrameJob, scene: SceneFacts) -> str:
    """Return what renders, as Blender names it."""
    return CYCLES if job.engine == "cycles" else scene.engine


def size_of(job: AnimationJob | FrameJob, scene: SceneFacts) -> tuple[int, int]:
    """Return the width and height of the frames in pixels, as Blender rounds them."""
    percentage = job.percentage or scene.percentage
    return (job.width or scene.width) * percentage // 100, (job.height or scene.height) * percentage // 100


def numbers_of(job: AnimationJob | FrameJob, scene: SceneFacts) -> range:
    """Return the frames that a job asks for, the scene's own where it says none."""
    if isinstance(job, FrameJob):
        frame = scene.first if job.frame is None else job.frame
        return range(frame, frame + 1)
    first = scene.first if job.first is None else job.first
    last = scene.last if job.last is None else job.last
    return range(first, last + 1, job.step or max(1, scene.step))


def _error(kind: str, subject: str, message: str) -> Finding:
    return Finding(level="error", kind=kind, subject=subject, message=message)


def _warning(kind: str, subject: str, message: str) -> Finding:
    return Finding(level="warning", kind=kind, subject=subject, message=message)


def _note(kind: str, subject: str, message: str) -> Finding:
    return Finding(level="note", kind=kind, subject=subject, message=message)


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"  # noqa: PLR2004 - a tenth of a GB


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)[:20]) or "none"
