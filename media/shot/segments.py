"""The video of an animation in parts: each encoded where its frames were rendered, joined at the end."""

import logging
from collections.abc import Sequence
from contextlib import suppress

from media.deliverables import Delivered, deliver_video, stored_video
from media.digest import digest_of
from media.errors import ToolFailed
from media.frame_display import shown
from media.frame_feed import FrameFeed
from media.shot.plan import ShotPlan
from media.store import AlreadyExists, Missing
from media.store.keys import key_for
from media.store.touch import kept
from media.tools import Tools
from media.video.encode import VideoEncoder, encode_video
from media.video.join import join_videos
from media.video.settings import VideoSettings
from media.workspace import workspace

logger = logging.getLogger(__name__)

RECIPE = 1


def segment_key(plan: ShotPlan, settings: VideoSettings) -> str:
    """Return the key of the video of a plan's frames."""
    digest = digest_of(
        {
            "stage": "segment",
            "recipe": RECIPE,
            "render": plan.render,
            "frames": list(plan.numbers),
            "video": settings.identity,
        }
    )
    return key_for("segments", digest, f"segment{settings.suffix}")


def has_segment(plan: ShotPlan, settings: VideoSettings, tools: Tools) -> bool:
    """Return whether the video of a plan's frames is stored; if so, it counts as used."""
    return kept(tools.store.stat(segment_key(plan, settings)), tools.store)


def encode_segment(plan: ShotPlan, settings: VideoSettings, tools: Tools, feed: FrameFeed) -> bool:
    """Find or encode the video of a plan's frames as `feed` tells of them; returns whether it was found.

    Raises:
        Abandoned: The renderer ended without all frames.
        OutOfResources, ToolFailed: The disk is full, or ffmpeg failed.
    """
    key = segment_key(plan, settings)
    if has_segment(plan, settings, tools):
        return True
    with feed.reading(), workspace() as folder:
        video = encode_video(
            lambda: (shown(plan, number, tools.store) for number in feed.numbers(plan.numbers)),
            settings,
            VideoEncoder.found(settings, tools.ffmpeg, folder),
            folder=folder,
        )
        with suppress(AlreadyExists):  # another's is as good
            tools.store.put(key, video.path, write_once=True)
    return False


def deliver_joined(
    plan: ShotPlan, settings: VideoSettings, parts: Sequence[ShotPlan], tools: Tools
) -> Delivered:
    """Join the segments of all parts of a plan; if that cannot be, encode all of its frames at once."""
    try:
        with workspace() as folder:
            for number, part in enumerate(parts):
                path = folder / f"part{number}{settings.suffix}"
                tools.store.fetch(segment_key(part, settings), path)
            paths = [folder / f"part{number}{settings.suffix}" for number in range(len(parts))]
            counts = [len(part.numbers) for part in parts]
            joined = join_videos(paths, counts, settings, tools.ffmpeg, folder)
            output = stored_video(joined, plan, tools.store)
            how = f"{len(parts)} parts, each encoded beside its frames, joined without encoding anew"
            return Delivered(outputs=(output,), encoder="segments", encoder_reason=how)
    except (Missing, ToolFailed) as error:
        logger.warning("the segments cannot be joined (%s); encoding all frames at once", error)
    with FrameFeed() as feed:
        for number in plan.numbers:
            feed.committed(number)
        return deliver_video(plan, settings, tools, feed)
