"""Flow: a b-roll clip from a template.

By hand: `python -m flows.render_broll --job '{"template": "neural_network"}' --out DIR`;
on a server: `prefect deployment run 'render-broll/local' -p job='{…}' --watch`.
"""

from prefect import flow

from flows.command_line import main
from flows.render_animation import animate
from media.broll.build import animation_of
from media.broll.job import BrollJob
from media.manifest import Result
from tasks.broll import build_template
from tasks.code_version import expect_deployed_code
from tasks.lifeline import gives_sign_of_life
from tasks.source import download_model


@flow(name="render-broll")
@gives_sign_of_life
def render_broll(job: BrollJob) -> Result:
    """Make a b-roll clip from a template.

    Args:
        job: Which template, and what is wished of it.
    """
    expect_deployed_code()
    own = download_model(job.source) if job.source else None
    scene = build_template(job, own)
    return animate(animation_of(job, scene), scene)


if __name__ == "__main__":
    main(render_broll, BrollJob)
