"""When containers began, from how long their hosts say they have been up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from infra.runpod.models import Pod

SLACK = timedelta(seconds=10)
"""Uptimes are whole seconds, told late, and by a clock of their own; a restart takes longer than that."""


@dataclass(frozen=True)
class _Start:
    uptime: int
    since: datetime


class Starts:
    """What is remembered of each pod, so that only a restart moves its start.

    An uptime alone would give a start that wanders by seconds, and none while a host is slow to answer.
    """

    def __init__(self) -> None:
        self._starts: dict[str, _Start] = {}

    def since(self, pod: Pod, now: datetime) -> datetime | None:
        """Return when a pod's container began, or None if that was never told."""
        if pod.status != "RUNNING":
            if pod.status in {"EXITED", "ERROR"}:
                self._starts.pop(pod.id, None)
            return None
        known = self._starts.get(pod.id)
        uptime = pod.runtime.uptime if pod.runtime else None
        if uptime is None:
            return known.since if known else None
        since = now - timedelta(seconds=uptime)
        if known and uptime >= known.uptime and (uptime == known.uptime or since < known.since + SLACK):
            since = min(since, known.since)
        self._starts[pod.id] = _Start(uptime, since)
        return since
