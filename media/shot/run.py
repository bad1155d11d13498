"""Run a job on a shot from source to manifest without Prefect; see media/jobs.py."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from media.blender_events import Event
from media.cost import Cost
from media.deliverables import Delivered, deliver_frame, deliver_previews, deliver_video
from media.frame_feed import FrameFeed
from media.frames import Frame
from media.manifest import Manifest, find_manifest, publish_manifest
from media.patience import retried
from media.shot.job import AnimationJob, FrameJob
from media.shot.plan import ShotPlan, plan_shot, result_digest
from media.shot.prepare import expect_consent, prepare_shot
from media.shot.record import shot_manifest
from media.shot.rendering import render_shot
from media.source import Source
from media.tools import Tools


def run_shot(
    job: FrameJob | AnimationJob,
    source: Source,
    tools: Tools,
    report: Callable[[Event | Frame], None],
    cost: Callable[[int], Cost | None],
) -> Manifest:
    """Find or make what `job` asks for of its source, in this process alone; see `jobs.run` for the rest."""
    result = result_digest(job, source, tools.blender)
    if done := retried(lambda: find_manifest(result, tools.store)):
        return done
    expect_consent(job, source)
    shot = retried(lambda: prepare_shot(source, tools, trusted=job.trusted, consent=job.consents))
    plan = plan_shot(job, source, shot, tools.blender)
    frames, delivered = _render_and_deliver(plan, tools, report)
    manifest = shot_manifest(plan, frames, delivered, tools, cost(len(frames)))
    return retried(lambda: publish_manifest(manifest, tools.store))


def _render_and_deliver(
    plan: ShotPlan, tools: Tools, report: Callable[[Event | Frame], None]
) -> tuple[tuple[Frame, ...], tuple[Delivered, ...]]:
    settings = plan.video
    with ThreadPoolExecutor(1) as encoder, FrameFeed() as feed:
        if settings:
            video = encoder.submit(retried, lambda: deliver_video(plan, settings, tools, feed))
        frames = retried(lambda: render_shot(plan, tools, feed, report))
        delivered = [video.result()] if settings else []
        if isinstance(plan.job, FrameJob):
            delivered.append(retried(lambda: deliver_frame(plan, tools)))
    return frames, (*delivered, retried(lambda: deliver_previews(plan, tools)))
