"""Name everything that a job will make."""

from blocks.tools import open_tools
from media import plan
from media.job import StillJob, TurntableJob
from media.source import Source


def plan_job(job: TurntableJob | StillJob, source: Source) -> plan.Plan:
    """Return the digests of a job's geometry, scene, frames and result."""
    return plan.plan(job, source, open_tools().blender)
