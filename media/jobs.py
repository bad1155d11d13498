"""Run one job from source to manifest without Prefect: for handlers, in-process callers and tests.

The flows take the same steps, each as a task that Prefect shows and retries.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from media.anew import scene_of
from media.blender_events import Event
from media.broll.build import animation_of, build_template
from media.broll.job import BrollJob
from media.captions.job import CaptionJob
from media.captions.make import make as make_captions
from media.cost import Cost
from media.deliverables import Delivered, deliver_previews, deliver_still, deliver_video
from media.footage.bring import bring
from media.footage.job import FootageJob
from media.footage.work import Make, OnFrames
from media.footage.work import manifest_of as manifest_of_footage
from media.frame_feed import FrameFeed
from media.frames import Frame
from media.geometry.prepare import prepare_geometry
from media.job import StillJob, TurntableJob
from media.kenburns import make as kenburns
from media.kenburns.job import ImagesToVideoJob
from media.manifest import Manifest, find_manifest, publish_manifest
from media.patience import retried
from media.plan import Plan, plan, video_of
from media.record import PREPARING, WHOLE, Made, manifest_of
from media.rendering import render_frames
from media.scene import Scene
from media.shot.job import AnimationJob, FrameJob
from media.shot.run import run_shot
from media.sound.job import AddAudioJob
from media.sound.make import make as lay_under
from media.source import Source, download_model
from media.tools import Tools
from media.transcode.job import TranscodeJob
from media.transcode.make import transcode

Report = Callable[[Event | Frame], None]
MAKERS: Mapping[type[FootageJob], Make] = {
    AddAudioJob: lay_under,
    CaptionJob: make_captions,
    ImagesToVideoJob: kenburns.make,
    TranscodeJob: transcode,
}
"""What makes each kind of work over footage."""
CostOf = Callable[[int], Cost | None]


def run(
    job: TurntableJob | StillJob | FrameJob | AnimationJob | BrollJob,
    tools: Tools,
    report: Report = lambda _: None,
    cost: CostOf = lambda _: None,
) -> Manifest:
    """Find or make what `job` asks for.

    Args:
        job: What is asked for.
        tools: What to work with, the store included.
        report: Hears the renderer's events, and every frame as it is committed.
        cost: Says what rented machines cost for it, from its number of frames; asked at the end, once.

    Raises:
        MediaError: Of the class that says what to do about it, after the retries which that class allows.
    """
    if isinstance(job, BrollJob):
        clip = _scene_of(job, tools)
        return run_shot(animation_of(job, clip), clip, tools, report, cost)
    began = time.monotonic()
    source = retried(lambda: download_model(job.source, tools.store, tools.access))
    if isinstance(job, FrameJob | AnimationJob):
        return run_shot(job, source, tools, report, cost)
    planned = plan(job, source, tools.blender)
    if done := retried(lambda: find_manifest(planned.result, tools.store)):
        return done
    found_missing = time.monotonic()
    geometry = retried(lambda: prepare_geometry(planned.source, tools.store, job.detail, job.conventions))
    scene = retried(lambda: scene_of(planned, geometry, tools))
    prepared = time.monotonic()
    frames, delivered = _render_and_deliver(planned, scene, tools, report)
    made = Made(geometry=geometry, scene=scene, frames=frames, delivered=delivered)
    seconds = {WHOLE: time.monotonic() - began, PREPARING: prepared - found_missing}
    manifest = manifest_of(planned, made, tools, cost(len(frames)), seconds)
    return retried(lambda: publish_manifest(manifest, tools.store))


def run_footage(
    job: FootageJob, tools: Tools, report: OnFrames = lambda *_: None, cost: CostOf = lambda _: None
) -> Manifest:
    """Find or make what a job over footage asks for.

    Args:
        job: What is asked for.
        tools: What to work with, the store included.
        report: Hears how many frames are done, and of how many.
        cost: Says what rented machines cost for it; asked at the end, once.

    Raises:
        MediaError: Of the class that says what to do about it, after the retries which that class allows.
    """
    store = tools.store
    work = bring(job, tools)
    if done := retried(lambda: find_manifest(work.result, store)):
        return done
    made = retried(lambda: MAKERS[type(work.job)](work, tools, report))
    manifest = manifest_of_footage(work, made, tools.machine, cost(1))
    return retried(lambda: publish_manifest(manifest, store))


def _scene_of(job: BrollJob, tools: Tools) -> Source:
    """Build the scene of a clip."""
    address = job.source
    own = retried(lambda: download_model(address, tools.store, tools.access)) if address else None
    return retried(lambda: build_template(job, own, tools))


def _render_and_deliver(
    planned: Plan, scene: Scene, tools: Tools, report: Report
) -> tuple[tuple[Frame, ...], tuple[Delivered, ...]]:
    job = planned.job
    with ThreadPoolExecutor(1) as encoder, FrameFeed() as feed:
        if isinstance(job, TurntableJob):
            video = encoder.submit(retried, lambda: deliver_video(planned, video_of(job), tools, feed))
        frames = retried(lambda: render_frames(planned, scene, tools, feed, report))
        if isinstance(job, TurntableJob):
            delivered = video.result()
        else:
            delivered = retried(lambda: deliver_still(planned, job.format, tools))
    return frames, (delivered, retried(lambda: deliver_previews(planned, tools)))
