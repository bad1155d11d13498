"""Flow: a CAD file becomes a GLB for the web and a USD master for rendering.

By hand: `python -m flows.prepare_geometry --job '{"source": "part.step"}' --out DIR`; on a server:
`prefect deployment run 'prepare-geometry/local' -p job='{"source": "/parts/part.step"}' --watch`.
"""

from prefect import flow

from flows.command_line import main
from media.job import GeometryJob
from media.manifest import Result
from tasks import geometry
from tasks.manifest import publish_geometry
from tasks.source import download_model


@flow(name="prepare-geometry")
def prepare_geometry(job: GeometryJob) -> Result:
    """Turn a CAD file into a GLB for the web and a USD master for rendering.

    Args:
        job: Which file, and how closely to follow its surfaces.
    """
    source = download_model(job.source)
    prepared = geometry.prepare_geometry(source, job.detail)
    return publish_geometry(job, source, prepared)


if __name__ == "__main__":
    main(prepare_geometry, GeometryJob)
