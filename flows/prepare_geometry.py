"""Flow: a CAD file becomes a GLB for the web and a USD master for rendering.

By hand: `python -m flows.prepare_geometry --job '{"source": "part.step"}' --out DIR`; on a server:
`prefect deployment run 'prepare-geometry/local' -p job='{"source": "/parts/part.step"}' --watch`.
"""

from prefect import flow

from flows.command_line import main
from media.job import GeometryJob
from media.manifest import Result
from media.record import geometry_result
from tasks import geometry
from tasks.code_version import expect_deployed_code
from tasks.dispatch import send_on
from tasks.lifeline import gives_sign_of_life
from tasks.manifest import find_manifest, publish_geometry
from tasks.source import download_model


@flow(name="prepare-geometry")
@gives_sign_of_life
def prepare_geometry(job: GeometryJob) -> Result:
    """Turn a CAD file into a GLB for the web and a USD master for rendering.

    Args:
        job: Which file, and how closely to follow its surfaces.
    """
    expect_deployed_code()
    source = download_model(job.source)
    result = geometry_result(source, job)
    if done := find_manifest(result) or send_on(job, source, result):
        return done
    prepared = geometry.prepare_geometry(source, job)
    return publish_geometry(job, source, prepared)


if __name__ == "__main__":
    main(prepare_geometry, GeometryJob)
