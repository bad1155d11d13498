"""Flow: the frames of a .blend, and a video of them.

By hand: `python -m flows.render_animation --job '{"source": "shot.blend", "blend": "cleaned"}' --out DIR`;
on a server: `prefect deployment run 'render-animation/local' -p job='{…}' --watch`.
"""

from prefect import flow

from flows.command_line import main
from media.frame_feed import FrameFeed
from media.manifest import Result
from media.shot.job import AnimationJob
from media.source import Source
from tasks.chunks import find_renderers, render_chunks
from tasks.code_version import expect_deployed_code
from tasks.lifeline import gives_sign_of_life
from tasks.manifest import find_manifest
from tasks.shot import (
    encode_video,
    find_frames,
    join_video,
    make_previews,
    plan_shot,
    prepare_shot,
    publish_manifest,
    render_frames,
)
from tasks.shot import result_of as result_of_job
from tasks.source import download_model


@flow(name="render-animation")
@gives_sign_of_life
def render_animation(job: AnimationJob) -> Result:
    """Render the frames of a .blend and make a video of them.

    Args:
        job: Which frames, and how.
    """
    expect_deployed_code()
    return animate(job, download_model(job.source))


def animate(job: AnimationJob, source: Source) -> Result:
    """Render the frames of a scene that is stored, and make a video of them: what flows of shots share."""
    result = result_of_job(job, source)
    if finished := find_manifest(result):
        return finished
    shot = prepare_shot(source, job)
    plan = plan_shot(job, source, shot)
    renderers = find_renderers(job)
    if renderers.deployment:
        chunked = render_chunks(plan, renderers)
        videos = (join_video(plan, plan.video, chunked.parts),) if plan.video else ()
        frames = find_frames(plan, chunked.found)
        return publish_manifest(plan, frames, (*videos, make_previews(plan)), chunked.cost)
    with FrameFeed() as feed:
        encoding = encode_video.submit(plan, plan.video, feed) if plan.video else None
        frames = render_frames(plan, feed)
        videos = (encoding.result(),) if encoding else ()
    return publish_manifest(plan, frames, (*videos, make_previews(plan)))


if __name__ == "__main__":
    main(render_animation, AnimationJob)
