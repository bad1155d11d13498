"""What would go wrong with a shot, found out before a machine is paid for: pure functions of its report."""

from collections.abc import Iterable

from media.codec import CODINGS, Codec
from media.errors import BadInput
from media.frame_list import MOST_FRAMES
from media.frame_rate import parse_frame_rate
from media.frame_spec import MAX_SIDE
from media.job import MAX_PIXELS
from media.shot.engine import findings_of_engine
from media.shot.estimate import estimates, findings_of_memory, findings_of_noise
from media.shot.extent import numbers_of, rate_of, size_of
from media.shot.job import LAST_FRAME, AnimationJob, FrameJob
from media.shot.report import Finding, SceneFacts, ShotReport
from media.shot.split import samples_of, why_whole
from media.webp import LARGEST_SIDE

MOST_SAID = 5
LEVELS = ("error", "warning", "removed", "note")


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
        *findings_of_engine(job, scene),
        *_of_format(job, scene),
        *(_of_video(job.video, scene, job) if isinstance(job, AnimationJob) and job.video != "none" else ()),
        *_of_split(job, scene),
        *findings_of_noise(job, scene),
        *findings_of_memory(job, scene, memory_bytes),
        *estimates(job, scene),
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
    elif max(width, height) > MAX_SIDE:
        yield _error(
            "too-large",
            scene.name,
            f"scene {scene.name}: expected at most {MAX_SIDE} pixels a side, found {width} x {height}; say a "
            "smaller width, height or percentage",
        )


def _of_format(job: AnimationJob | FrameJob, scene: SceneFacts) -> Iterable[Finding]:
    width, height = size_of(job, scene)
    if job.format == "webp" and max(width, height) > LARGEST_SIDE:
        yield _error(
            "size",
            scene.name,
            f"webp: expected at most {LARGEST_SIDE} pixels a side, found {width} x {height}; choose png",
        )


def _of_video(codec: Codec, scene: SceneFacts, job: AnimationJob) -> Iterable[Finding]:
    width, height = size_of(job, scene)
    if min(width, height) < CODINGS[codec].least:
        yield _error(
            "size",
            scene.name,
            f"{codec}: expected {CODINGS[codec].least} pixels a side at least, found {width} x {height}; "
            "choose another video",
        )
    try:
        parse_frame_rate(str(rate_of(job, scene)))
    except ValueError as problem:
        yield _error("rate", scene.name, f"video: {problem}; say another fps or step, or no video")
    if scene.transparent and codec != "prores":
        yield Finding(
            level="warning",
            kind="transparent",
            subject=scene.name,
            message=f"scene {scene.name}: its frames are transparent, which {codec} cannot be; the video "
            "shows white behind them; choose prores to keep the transparency",
        )


def _of_split(job: AnimationJob | FrameJob, scene: SceneFacts) -> Iterable[Finding]:
    if not isinstance(job, FrameJob) or job.split == 1:
        return
    if reason := why_whole(job, scene):
        message = f"scene {scene.name}: its samples cannot be divided, as {reason}; it is rendered whole"
        yield Finding(level="warning", kind="indivisible", subject=scene.name, message=message)
    elif scene.may_stop_early:
        message = (
            f"scene {scene.name}: it has a noise threshold or a time limit, which parts of a picture cannot "
            f"keep to; all {samples_of(job, scene)} samples are taken"
        )
        yield Finding(level="warning", kind="all-samples", subject=scene.name, message=message)


def _error(kind: str, subject: str, message: str) -> Finding:
    return Finding(level="error", kind=kind, subject=subject, message=message)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)[:20]) or "none"
