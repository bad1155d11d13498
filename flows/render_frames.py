"""Flow: some frames of an animation, as a run of render-animation sends them to a machine that renders.

By hand: `python -m flows.render_frames --job @FILE`; people ask for animations (flows/render_animation.py).
"""

from prefect import flow

from media.frame_feed import FrameFeed
from media.frame_list import numbers_in
from media.shot.job import FramesJob
from tasks.code_version import expect_deployed_code
from tasks.lifeline import gives_sign_of_life
from tasks.shot import encode_segment, plan_shot, prepare_shot, tell_rendered
from tasks.shot import render_frames as render
from tasks.source import download_model
from tasks.workers import left_to_others


@flow(name="render-frames")
@gives_sign_of_life
def render_frames(job: FramesJob) -> int:
    """Render some frames of an animation, and encode them as a part of its video. Returns how many there are.

    Args:
        job: Which frames.
    """
    expect_deployed_code()
    if left := left_to_others(job.not_on):
        return left
    source = download_model(job.animation.source)
    shot = prepare_shot(source, job.animation)
    chunk = plan_shot(job.animation, source, shot).only(numbers_in(job.frames))
    with FrameFeed() as feed:
        encoding = encode_segment.submit(chunk, chunk.video, feed) if job.segment and chunk.video else None
        frames = render(chunk, feed, shared=True)
        if encoding:
            encoding.result()
    return tell_rendered(frames)
