"""Tasks: open a .blend with care, look through it, and render it."""

from collections.abc import Sequence

from blocks.tools import open_tools
from media import deliverables
from media.cost import Cost
from media.deliverables import Delivered, deliver_previews, deliver_video
from media.frame_feed import FrameFeed
from media.frames import Frame, all_committed
from media.machine import memory_bytes
from media.manifest import Result
from media.proof import find_proofs
from media.shot import plan, prepare, rendering, segments
from media.shot.job import AnimationJob, FrameJob
from media.shot.plan import ShotPlan
from media.shot.preflight import preflight
from media.shot.record import shot_manifest
from media.shot.report import Shot
from media.source import Source
from media.video.settings import VideoSettings
from tasks.artifacts import show_previews
from tasks.dispatch import is_on_control
from tasks.manifest import published
from tasks.media_task import media_task
from tasks.progress import encode_progress, frame_progress
from tasks.proofs import show_proofs
from tasks.rented import cost_so_far, tell_manifest, telling_its_needs
from tasks.shot_artifacts import show_preflight


@media_task
def prepare_shot(source: Source, job: AnimationJob | FrameJob) -> Shot:
    """Find or make the .blend that needs nothing beside it, opened as carefully as the job says."""
    prepare.expect_consent(job, source)
    return prepare.prepare_shot(source, open_tools(), trusted=job.trusted, consent=job.consents)


@media_task
def plan_shot(job: AnimationJob | FrameJob, source: Source, shot: Shot) -> ShotPlan:
    """Show what the preflight found, and name everything that the job will make."""
    memory = None if is_on_control() else memory_bytes()
    show_preflight(preflight(job, shot.report, memory), source.name, shot.digest)
    return plan.plan_shot(job, source, shot, open_tools().blender, memory)


def result_of(job: AnimationJob | FrameJob, source: Source) -> str:
    """Return the digest that names a job's manifest: known before its source is opened."""
    return plan.result_digest(job, source, open_tools().blender)


@media_task
def render_frames(plan: ShotPlan, feed: FrameFeed, *, shared: bool = False) -> tuple[Frame, ...]:
    """Render and commit the missing frames, telling `feed` of each one; `shared` with other runs."""
    tools = open_tools()
    with frame_progress(plan) as report, telling_its_needs():
        frames = rendering.render_shot(plan, tools, feed, report, shared=shared)
    if shared:  # else the run that asked for them shows all
        proofs = find_proofs(plan.render, plan.numbers, tools.store)
        show_proofs(proofs, plan.numbers, f"{plan.result[:12]}-{plan.numbers[0]}")
    return frames


def tell_rendered(frames: Sequence[Frame]) -> int:
    """Tell who rented this machine, if anybody did, where its work lies; returns how many frames that is."""
    tell_manifest(open_tools().store.uri(frames[-1].key))
    return len(frames)


@media_task
def find_frames(plan: ShotPlan, found: frozenset[int]) -> tuple[Frame, ...]:
    """Read how frames were made that others have rendered for this job, but for those that were `found`.

    Raises:
        ToolFailed: Not all of them are there any more.
    """
    frames = all_committed(plan, open_tools().store)
    return tuple(frame.model_copy(update={"found": frame.number in found}) for frame in frames)


@media_task
def encode_segment(plan: ShotPlan, settings: VideoSettings, feed: FrameFeed) -> bool:
    """Encode frames as a part of the video while they are rendered."""
    return segments.encode_segment(plan, settings, open_tools(), feed)


@media_task
def join_video(plan: ShotPlan, settings: VideoSettings, parts: Sequence[ShotPlan]) -> Delivered:
    """Join the parts of the video."""
    return segments.deliver_joined(plan, settings, parts, open_tools())


@media_task
def encode_video(plan: ShotPlan, settings: VideoSettings, feed: FrameFeed) -> Delivered:
    """Encode frames while they are rendered."""
    with encode_progress(plan) as report:
        return deliver_video(plan, settings, open_tools(), feed, report)


@media_task
def deliver_frame(plan: ShotPlan) -> Delivered:
    """Deliver the frame as a picture."""
    return deliverables.deliver_frame(plan, open_tools())


@media_task
def make_previews(plan: ShotPlan) -> Delivered:
    """Make poster and contact sheet, and show them on the run's page."""
    tools = open_tools()
    previews = deliver_previews(plan, tools)
    show_previews(previews.outputs, plan.result, plan.source.name, tools.store)
    return previews


@media_task
def publish_manifest(
    plan: ShotPlan, frames: Sequence[Frame], delivered: Sequence[Delivered], cost: Cost | None = None
) -> Result:
    """Write the manifest, last and once, and show on the run's page what was made.

    Args:
        plan: Of the job.
        frames: All of them.
        delivered: What was made of them.
        cost: Of the machines that rendered elsewhere, if any did.
    """
    tools = open_tools()
    manifest = shot_manifest(plan, frames, delivered, tools, cost or cost_so_far(len(frames)))
    return published(manifest, tools.store)
