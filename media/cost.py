"""What rented machines cost that a job was made on."""

from decimal import ROUND_HALF_UP, Decimal

from pydantic import BaseModel, ConfigDict, Field

MICRO = Decimal("0.000001")


class MachineCost(BaseModel):
    """One machine: what it was, how long it was rented, and what for."""

    model_config = ConfigDict(frozen=True)

    offer: str = Field(description="The provider's words for kind, market and place.")
    seconds: float
    usd: Decimal


class Cost(BaseModel):
    """What a run had cost when its manifest was written, lost machines included, in US dollars."""

    model_config = ConfigDict(frozen=True)

    usd: Decimal
    usd_per_frame: Decimal | None = Field(default=None, description="Over all frames of the job.")
    machines: tuple[MachineCost, ...] = ()


def cost_of(machines: tuple[MachineCost, ...], frames: int) -> Cost:
    """Return what `machines` cost together and per frame."""
    usd = sum((machine.usd for machine in machines), Decimal(0))
    return Cost(usd=usd, usd_per_frame=to_micro(usd / frames) if frames else None, machines=machines)


def to_micro(usd: Decimal) -> Decimal:
    """Return an amount to the millionth of a dollar."""
    return usd.quantize(MICRO, ROUND_HALF_UP)
