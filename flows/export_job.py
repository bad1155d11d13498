"""Flow: the files of a finished job, under names for people, in a folder.

By hand: `python -m flows.export_job --job '{"result": "DIGEST", "folder": "out"}'`, into any folder; on a
server: `prefect deployment run 'export-job/local' -p job='{"result": "DIGEST", "folder": "bearing"}'`, into
one below RENDERMILL_EXPORTS.
"""

from prefect import flow

from flows.command_line import main
from media.export import ExportJob
from media.manifest import Result
from tasks.code_version import expect_deployed_code
from tasks.export import write_outputs


@flow(name="export-job")
def export_job(job: ExportJob) -> Result:
    """Write the files of a finished job into a folder, under names for people.

    Args:
        job: Which job, and which folder.
    """
    expect_deployed_code()
    return write_outputs(job)


if __name__ == "__main__":
    main(export_job, ExportJob, out=False)
