"""Names of machines: whose pool, which run, which rental of it. Providers keep nothing else for us."""

import re
from dataclasses import dataclass
from uuid import UUID

OURS = "rendermill"
NAME = re.compile(rf"{OURS}-(?P<pool>[0-9a-f]{{8}})-(?P<run>[0-9a-f]{{32}})-(?P<number>[1-9][0-9]*)")


@dataclass(frozen=True)
class MachineName:
    """What the name of one of our machines says."""

    pool: str
    run_id: UUID
    number: int

    def __str__(self) -> str:
        return f"{self.pool}-{self.run_id.hex}-{self.number}"


def prefix_of(pool_id: UUID) -> str:
    """Return how the names of a pool's machines begin: no other pool or server has machines so named."""
    return f"{OURS}-{pool_id.hex[:8]}"


def read_name(name: str) -> MachineName | None:
    """Read a machine's name; returns None for a machine that is not ours, which nobody here touches."""
    match = NAME.fullmatch(name)
    if match is None:
        return None
    return MachineName(f"{OURS}-{match['pool']}", UUID(match["run"]), int(match["number"]))
