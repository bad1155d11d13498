"""Flow: delete from the store what no finished job needs.

By hand: `python -m flows.prune_store` tells what would go, and
`python -m flows.prune_store --job '{"dry_run": false}'`, twice, a day apart, has it go; on a server:
`prefect deployment run 'prune-store/local' -p job='{"dry_run": false}'`.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from prefect import flow
from prefect.settings import temporary_settings

from flows.command_line import SERVER, read_job
from media.errors import MediaError
from media.prune import PruneJob
from media.tally import Row
from tasks import prune
from tasks.code_version import expect_deployed_code

AS_USUAL = PruneJob()


@flow(name="prune-store")
def prune_store(job: PruneJob = AS_USUAL) -> Sequence[Row]:
    """Delete from the store what no finished job needs, in two passes a day apart: mark, then delete.

    Args:
        job: What may go; a dry run unless it says otherwise.
    """
    expect_deployed_code()
    return prune.prune_store(job)


def main(argv: Sequence[str] | None = None) -> None:
    """Prune as the command line says, and print what became of it; exits with 1 and a sentence on failure."""
    parser = argparse.ArgumentParser(prog="python -m flows.prune_store", description=prune_store.__doc__)
    parser.add_argument("--job", default="{}", help="the job as JSON, or @FILE to read it from a file")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    try:
        job = read_job(parser.parse_args(argv).job, PruneJob)
        with temporary_settings(set_defaults=SERVER):
            rows = prune_store(job)
    except MediaError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    sys.stdout.write(_line("fate", "what", "objects", "bytes", "oldest"))
    for row in rows:
        oldest = f"{row.oldest:%Y-%m-%d}" if row.oldest else ""
        sys.stdout.write(_line(row.fate, row.kind, row.objects, row.size, oldest))


def _line(fate: str, kind: str, objects: int | str, size: int | str, oldest: str) -> str:
    return f"{fate:16}  {kind:18}  {objects:>9}  {size:>15}  {oldest}".rstrip() + "\n"


if __name__ == "__main__":
    main()
