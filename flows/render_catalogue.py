"""Flow: everything that an order list asks for, as far as it is not there already.

By hand: `python -m flows.render_catalogue --job '{"orders": "catalogue.csv"}' --out DIR`; on a server:
`prefect deployment run 'render-catalogue/local' -p job='{"orders": "/parts/catalogue.csv"}' --watch`.
"""

from prefect import flow

from flows.command_line import main
from media.catalogue.job import CatalogueJob
from media.manifest import Result
from tasks.catalogue import assess_catalogue, forecast_catalogue, publish_catalogue
from tasks.code_version import expect_deployed_code
from tasks.lifeline import gives_sign_of_life
from tasks.sending import expect_renderers, render_missing, render_pilots


@flow(name="render-catalogue")
@gives_sign_of_life
def render_catalogue(job: CatalogueJob) -> Result:
    """Render many products, several pictures each, at the price of what changed.

    Args:
        job: Which order list.
    """
    expect_deployed_code()
    expect_renderers(job)
    catalogue = assess_catalogue(job)
    if job.dry_run:
        return forecast_catalogue(job, catalogue, render_pilots(catalogue, job))
    outcomes = render_missing(catalogue, job)
    return publish_catalogue(job, catalogue, outcomes)


if __name__ == "__main__":
    main(render_catalogue, CatalogueJob)
