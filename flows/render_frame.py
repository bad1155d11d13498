"""Flow: one frame of a .blend.

By hand: `python -m flows.render_frame --job '{"source": "shot.blend", "blend": "cleaned", "frame": 7}' --out
DIR`; on a server: `prefect deployment run 'render-frame/local' -p job='{…}' --watch`.
"""

from prefect import flow

from flows.command_line import main
from media.frame_feed import FrameFeed
from media.manifest import Result
from media.shot.job import FrameJob
from tasks.code_version import expect_deployed_code
from tasks.dispatch import send_on
from tasks.lifeline import gives_sign_of_life
from tasks.manifest import find_manifest
from tasks.samples import render_samples
from tasks.shot import deliver_frame, make_previews, plan_shot, prepare_shot, publish_manifest, render_frames
from tasks.shot import result_of as result_of_job
from tasks.source import download_model


@flow(name="render-frame")
@gives_sign_of_life
def render_frame(job: FrameJob) -> Result:
    """Render one frame of a .blend.

    Args:
        job: Which frame, and how.
    """
    expect_deployed_code()
    source = download_model(job.source)
    result = result_of_job(job, source)
    if finished := find_manifest(result):
        return finished
    shot = prepare_shot(source, job)
    plan = plan_shot(job, source, shot)
    render_samples(plan)
    if sent := send_on(job, source, result, plan.queue):
        return sent
    frames = render_frames(plan, FrameFeed())
    return publish_manifest(plan, frames, (deliver_frame(plan), make_previews(plan)))


if __name__ == "__main__":
    main(render_frame, FrameJob)
