"""Flow: a CAD file or 3D scene becomes a video of the part turning around.

By hand: `python -m flows.render_turntable --job '{"source": "part.step"}' --out DIR`; on a server:
`prefect deployment run 'render-turntable/local' -p job='{"source": "/parts/part.step"}' --watch`.
"""

from prefect import flow

from flows.command_line import main
from media.frame_feed import FrameFeed
from media.job import TurntableJob
from media.manifest import Result
from media.record import Made
from tasks.code_version import expect_deployed_code
from tasks.deliverables import encode_video, make_previews
from tasks.dispatch import send_on
from tasks.frames import render_frames
from tasks.geometry import prepare_geometry
from tasks.lifeline import gives_sign_of_life
from tasks.manifest import find_manifest, publish_manifest
from tasks.plan import plan_job
from tasks.scene import prepare_scene
from tasks.source import download_model


@flow(name="render-turntable")
@gives_sign_of_life
def render_turntable(job: TurntableJob) -> Result:
    """Render a part turning once around, as a video that loops without a seam.

    Args:
        job: What to render and how.
    """
    expect_deployed_code()
    source = download_model(job.source)
    plan = plan_job(job, source)
    if result := find_manifest(plan.result) or send_on(job, source, plan.result):
        return result
    geometry = prepare_geometry(source, job)
    scene = prepare_scene(plan, geometry)
    with FrameFeed() as feed:
        encoding = encode_video.submit(plan, job, feed)
        frames = render_frames(plan, scene, feed)
        video = encoding.result()
    previews = make_previews(plan)
    made = Made(geometry=geometry, scene=scene, frames=frames, delivered=(video, previews))
    return publish_manifest(plan, made)


if __name__ == "__main__":
    main(render_turntable, TurntableJob)
