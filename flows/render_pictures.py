"""Flow: several pictures one after the other, as a catalogue sends them to a machine that renders.

By hand: `python -m flows.render_pictures --job @FILE`; people ask for catalogues (flows/render_catalogue.py).
"""

from prefect import flow

from media.catalogue.job import PicturesJob
from tasks import batches
from tasks.code_version import expect_deployed_code
from tasks.lifeline import gives_sign_of_life


@flow(name="render-pictures")
@gives_sign_of_life
def render_pictures(job: PicturesJob) -> int:
    """Render several pictures; what became of each is told in the store. Returns how many there are.

    Args:
        job: The pictures.
    """
    expect_deployed_code()
    outcomes = batches.render_pictures(job)
    batches.tell_outcomes(job.batch, outcomes)
    return len(outcomes)
