"""Flow: some samples of one huge picture, as a run of render-frame sends them to a machine that renders.

By hand: `python -m flows.render_samples --job @FILE`; people ask for frames (flows/render_frame.py).
"""

from prefect import flow

from media.shot.job import SamplesJob
from tasks.code_version import expect_deployed_code
from tasks.lifeline import gives_sign_of_life
from tasks.samples import render_part
from tasks.shot import plan_shot, prepare_shot, tell_rendered
from tasks.source import download_model
from tasks.workers import left_to_others


@flow(name="render-samples")
@gives_sign_of_life
def render_samples(job: SamplesJob) -> int:
    """Render some of the samples of one picture, in linear light. Returns 1, as what it renders is one.

    Args:
        job: Of which picture, and which part.
    """
    expect_deployed_code()
    if left := left_to_others(job.not_on):
        return left
    source = download_model(job.frame.source)
    shot = prepare_shot(source, job.frame)
    plan = plan_shot(job.frame, source, shot)
    return tell_rendered((render_part(plan, job.part),))
