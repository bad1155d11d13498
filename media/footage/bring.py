"""Bring everything that a job names into the store, some of it at a time."""

from concurrent.futures import ThreadPoolExecutor

from media.errors import BadInput, MediaError, Unavailable
from media.footage.container import Medium
from media.footage.job import FootageJob
from media.footage.source import Footage, download_footage
from media.footage.work import Work
from media.intake import NotStored
from media.patience import retried
from media.redact import redacted
from media.tools import Tools

AT_A_TIME = 8


def bring(job: FootageJob, tools: Tools) -> Work:
    """Return the job on footage that is in the store; what it can do without may be missing.

    Raises:
        MediaError: Why it cannot begin: the first reason, after the retries that its class allows.
    """

    def brought(wanted: tuple[str, Medium]) -> Footage | MediaError:
        try:
            return retried(lambda: download_footage(*wanted, tools.store, tools.access))
        except NotStored:  # which is nothing of this file's
            raise
        except (BadInput, Unavailable) as problem:
            return problem

    wanted = job.wanted
    with ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="bring") as pool:
        found = dict(zip(wanted, pool.map(brought, wanted.values()), strict=True))
    footage = {field: one for field, one in found.items() if isinstance(one, Footage)}
    for field, problem in found.items():
        if isinstance(problem, MediaError):
            left = job.without(field, redacted(str(problem))) if footage else None
            if left is None:
                raise problem
            job = left
    return Work(job, footage)
