"""What is rented: an order, the offers that answer it, and the machine that comes of one."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class MachineState(StrEnum):
    """What the provider says of a machine; one that is gone is simply not listed."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"


class Offer(BaseModel):
    """A kind of machine, on a market, in a place, at a price.

    Attributes:
        kind: The provider's word for the machine, such as `NVIDIA GeForce RTX 4090` or `g6.xlarge`.
        market: The provider's word for the market, such as `SECURE` or `spot`.
        place: The provider's word for the place, such as `EU-RO-1`; empty if it is the provider's choice.
        usd_per_hour: What the whole machine costs.
        may_vanish: Whether it is cheaper because it may be taken away.
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    market: str = ""
    place: str = ""
    usd_per_hour: Decimal
    may_vanish: bool = False

    @property
    def where(self) -> str:
        """The offer without its price."""
        return " ".join(filter(None, (self.kind, self.market, self.place)))

    def covers(self, rented: "Offer") -> bool:
        """Tell whether what was rented may have come of this offer, which may leave the place open."""
        same = (self.kind, self.market) == (rented.kind, rented.market)
        return same and self.place in {"", rented.place}

    def __str__(self) -> str:
        return f"{self.where} at ${self.usd_per_hour} an hour"


class Order(BaseModel):
    """One machine that is wanted; a provider adds what it alone understands.

    Attributes:
        name: Exact name of the machine. `create` makes at most one of that name, however often it is called.
        command: What the machine runs, once, as an argv list.
        env: Environment of the command; shown to everybody who may read the account, so never a secret.
        secrets: Names of variables, and of the provider's secrets that they are filled with on the machine.
        until: When the machine ends itself, whatever happens to its keeper.
        usd_per_hour: Highest price that is accepted, if there is one.
        debug: Whether the machine stays, reachable, for a while after a failure.
        min_gpu_memory_gb: Memory that each of its GPUs has at least, in gigabytes as they are sold.
    """

    model_config = ConfigDict(frozen=True)

    name: str = ""
    command: tuple[str, ...] = ()
    env: dict[str, str] = Field(default_factory=dict)
    secrets: dict[str, str] = Field(default_factory=dict)
    until: datetime
    usd_per_hour: Decimal | None = None
    debug: bool = False
    min_gpu_memory_gb: int = Field(default=0, ge=0)

    def needing(self, gpu_memory_gb: int) -> Self:
        """Return the order for GPUs that have at least so much memory, however little was asked for."""
        if gpu_memory_gb <= self.min_gpu_memory_gb:
            return self
        return self.model_copy(update={"min_gpu_memory_gb": gpu_memory_gb})


class Machine(BaseModel):
    """A machine as the provider lists it.

    Attributes:
        machine_id: The provider's id.
        name: The name that it was ordered under.
        state: What the provider says of it.
        offer: What was rented, in the provider's words now, which may differ from what was asked.
        created: When it was made; billing begins here.
        running_since: When what runs on it began, or None if the provider does not say. A later time than
            before means that it was restarted.
    """

    model_config = ConfigDict(frozen=True)

    machine_id: str
    name: str
    state: MachineState
    offer: Offer
    created: datetime
    running_since: datetime | None = None
