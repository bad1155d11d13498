"""Task: delete from the store what no finished job needs."""

from collections.abc import Sequence
from datetime import UTC, datetime

from prefect.artifacts import create_table_artifact

from blocks.stores import open_store
from media import prune
from media.mark import time_of
from media.prune import PruneJob
from media.tally import Row
from tasks.artifacts import readable_size
from tasks.media_task import media_task


@media_task
def prune_store(job: PruneJob) -> Sequence[Row]:
    """Take one pass through the store, and show what lies there and what became of it."""
    store = open_store()
    rows = prune.prune(job, store, datetime.now(UTC) if job.dry_run else time_of(store))
    create_table_artifact(
        table=[_shown(row) for row in rows] or [{"what": "nothing"}],
        key="store",
        description="What would become of the store (dry run)" if job.dry_run else "What became of the store",
    )
    return rows


def _shown(row: Row) -> dict[str, str | int]:
    return {
        "what": row.kind,
        "fate": row.fate,
        "objects": row.objects,
        "size": readable_size(row.size),
        "oldest": f"{row.oldest:%Y-%m-%d %H:%M}" if row.oldest else "",
    }
