"""What a run may use of machines, and when it counts as stuck."""

from pydantic import BaseModel, ConfigDict, Field


class Terms(BaseModel):
    """The limits of one run and of its pool; they travel with the run, so any worker keeps to them."""

    model_config = ConfigDict(frozen=True)

    max_hours: float = Field(
        default=12.0,
        gt=0,
        le=720,
        title="Most hours of a run",
        description="Hours of machines that one run may use in all; a machine ends itself after them.",
    )
    max_usd: float = Field(
        default=25.0,
        gt=0,
        le=1_000_000,
        title="Most money of a run",
        description="US dollars that one run may cost in all.",
    )
    start_minutes: float = Field(
        default=20.0,
        gt=0,
        le=240,
        title="Start deadline",
        description="Minutes until the run must have begun on its machine, the pull of the image included; "
        "after them the machine is returned and the next offer is taken.",
    )
    wait_minutes: float = Field(
        default=60.0,
        ge=0,
        le=10_080,
        title="Wait for capacity",
        description="Minutes that a run waits while no machine can be had; after them it fails.",
    )
    steady_after: int = Field(
        default=3,
        ge=0,
        le=100,
        title="Losses before a steady machine",
        description="After so many lost machines, no more are rented that are sold as ones that may vanish.",
    )
    most_fruitless: int = Field(
        default=5,
        ge=1,
        le=100,
        title="Fruitless losses",
        description="A run fails after so many lost machines without one newly stored frame between them.",
    )
    pool_usd_per_hour: float = Field(
        default=80.0,
        gt=0,
        le=1_000_000,
        title="Pool: most money per hour",
        description="US dollars per hour that the machines of the pool may cost together; a run waits while "
        "the next machine would exceed it.",
    )
    pool_usd_per_day: float = Field(
        default=500.0,
        gt=0,
        le=1_000_000,
        title="Pool: most money per day",
        description="US dollars that the machines of the pool may cost in any 24 hours; beyond them, what "
        "runs is stopped and nothing is rented.",
    )
    proof: str = Field(
        default="",
        title="Proof of completion",
        description="Label that a run carries once its results are stored. If one is named, a run that is "
        "Completed without it goes on elsewhere.",
    )
    debug: bool = Field(
        default=False,
        title="Debug",
        description="Open SSH on the machine, and keep it for 30 minutes after a failure, inside its limits.",
    )

    def within(self, pool: "Terms") -> "Terms":
        """Return these terms, with the pool's own limits where those are stricter."""
        return self.model_copy(
            update={
                "pool_usd_per_hour": min(self.pool_usd_per_hour, pool.pool_usd_per_hour),
                "pool_usd_per_day": min(self.pool_usd_per_day, pool.pool_usd_per_day),
            }
        )
