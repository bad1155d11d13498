"""How many frames a job has, how large and how fast: what it says, and the scene where it says nothing."""

from fractions import Fraction

from media.shot.job import AnimationJob, FrameJob
from media.shot.report import SceneFacts


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


def rate_of(job: AnimationJob, scene: SceneFacts) -> Fraction:
    """Return the frames a second of a video, which plays as fast with frames left out as with all."""
    return Fraction(job.fps or scene.fps) / numbers_of(job, scene).step
