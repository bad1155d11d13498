"""Bring a file into the store at the door, before its address is shown to anybody.

A presigned link opens a file for whoever reads it, and the parameters of a run are read by many. So whoever
takes jobs from people (command line, HTTP, serverless) stages such a source first, and gives the new name.
"""

from media.access import Access
from media.address import is_public, public_part
from media.patience import retried
from media.source import download_model, staged_address
from media.store import ObjectStore


def stage(address: str, store: ObjectStore, access: Access) -> str:
    """Store the file at a path or address, and return the address under which every job finds it.

    Raises:
        MediaError: As `download_model` says, after the retries that its class allows.
    """
    return staged_address(retried(lambda: download_model(address, store, access)))


def secret_source(job: object) -> str | None:
    """Return the source of a job as it was given, if it may hold a secret; None if it may be shown."""
    source = job.get("source") if isinstance(job, dict) else None
    return source if isinstance(source, str) and not is_public(source) else None


def with_public_source(job: dict[str, object]) -> dict[str, object]:
    """Return a job whose source may be shown, to see whether all else about it is right."""
    return job | {"source": public_part(str(job["source"]))}
