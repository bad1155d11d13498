"""What pods cost: rates, meters that run by the second, and the buckets in which the bill shows them."""

import math
from dataclasses import dataclass, field
from decimal import Decimal

NOTHING = Decimal(0)
HOUR_S = 3600
MONTH_H = 720
BUCKETS_S = {"hour": HOUR_S, "day": 86400, "week": 7 * 86400, "month": 30 * 86400, "year": 365 * 86400}


@dataclass(frozen=True)
class Tariff:
    """Which of a pod's statuses cost what; the default is what RunPod's documents say, as far as they do.

    Attributes:
        compute_in: Statuses that cost the pod's price. A pod whose container restarts for ever stays RUNNING.
        disk_usd_per_gb_month: What container disk and persistent mount cost in `disk_in`.
        disk_in: Statuses that cost disk.
    """

    compute_in: frozenset[str] = frozenset({"PROVISIONING", "STARTING", "RUNNING"})
    disk_usd_per_gb_month: Decimal = Decimal("0.20")
    disk_in: frozenset[str] = frozenset({"EXITED"})


@dataclass(frozen=True)
class Rates:
    """USD an hour, by what it is for."""

    gpu: Decimal = NOTHING
    cpu: Decimal = NOTHING
    disk: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.gpu + self.cpu + self.disk

    def for_hours(self, hours: Decimal) -> "Rates":
        """Return what so many hours cost, as USD."""
        return Rates(self.gpu * hours, self.cpu * hours, self.disk * hours)

    def plus(self, other: "Rates") -> "Rates":
        """Return the sum of two."""
        return Rates(self.gpu + other.gpu, self.cpu + other.cpu, self.disk + other.disk)


FREE = Rates()


@dataclass
class Span:
    """A time at one rate. A second that has begun is paid."""

    rates: Rates
    start: float
    end: float | None = None

    def paid_until(self, now: float) -> float:
        """Return the end of the last second that is paid."""
        lasted = (now if self.end is None else self.end) - self.start
        return self.start + math.ceil(round(max(lasted, 0), 3))  # binary fractions of a second are noise


@dataclass
class Meter:
    """What one pod has cost so far."""

    spans: list[Span] = field(default_factory=list)

    @property
    def rates(self) -> Rates:
        """What it costs at present."""
        return self.spans[-1].rates if self.spans and self.spans[-1].end is None else FREE

    def turn(self, rates: Rates, now: float) -> None:
        """Go on at other rates."""
        if rates == self.rates:
            return
        if self.spans and self.spans[-1].end is None:
            self.spans[-1].end = now
        if rates.total:
            self.spans.append(Span(rates, now))

    def usd(self, now: float) -> Decimal:
        """Return everything that it has cost."""
        return self.between(-math.inf, math.inf, now).total

    def between(self, start: float, end: float, now: float) -> Rates:
        """Return what the time from `start` until `end` has cost, as USD."""
        cost = FREE
        for span in self.spans:
            seconds = min(span.paid_until(now), end) - max(span.start, start)
            if seconds > 0:
                hours = Decimal(str(round(seconds, 3))) / HOUR_S
                cost = cost.plus(span.rates.for_hours(hours))
        return cost


@dataclass(frozen=True)
class Window:
    """The buckets that a bill is asked for; months have 30 days here and years 365."""

    start: float
    end: float
    size: str

    @classmethod
    def around(cls, start: float, end: float, size: str) -> "Window":
        """Return the whole buckets that a time touches."""
        step = BUCKETS_S[size]
        return cls(math.floor(start / step) * step, math.ceil(end / step) * step, size)

    @classmethod
    def last(cls, buckets: int, now: float, size: str) -> "Window":
        """Return the last buckets, the present one included."""
        step = BUCKETS_S[size]
        end = (math.floor(now / step) + 1) * step
        return cls(end - buckets * step, end, size)

    def touched(self, start: float, end: float) -> list[tuple[float, float]]:
        """Return where each bucket begins and ends that a time touches."""
        step = BUCKETS_S[self.size]
        first = max(0, math.floor((start - self.start) / step))
        last = math.ceil((min(end, self.end) - self.start) / step)
        return [(self.start + n * step, self.start + (n + 1) * step) for n in range(first, last)]
