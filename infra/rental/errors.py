"""What can go wrong with renting, by what the caller should do about it.

MediaError
├── BadInput
│   ├── OrderRefused         no such machine will ever be made: the order must be changed
│   └── AccountRefused       no credit, or a key that may not do this: a person must act
└── Unavailable
    ├── NoCapacity           this offer cannot be had now: the next one may
    │   ├── OfferRefused     for another reason than want of machines: if all are, it is the order
    │   └── PoolIsFull       for what the pool's machines may cost together: one of them will end
    ├── ProviderUnavailable  the provider is away: nothing is known, so nothing is concluded
    │   └── NotAsked         ... but that it did not hear of an order, so that nothing came of it
    ├── OrchestratorUnavailable  the same of the one who keeps the runs
    └── Postponed            no machine for now: the run is to be asked for again later
"""

from datetime import datetime

from media.errors import BadInput, Unavailable


class OrderRefused(BadInput):
    """The provider will not make such a machine, whenever it is asked."""


class AccountRefused(BadInput):
    """The provider refuses the account: no credit, a wrong key, or no right to do this."""


class NoCapacity(Unavailable):
    """An offer cannot be had now; another may."""


class OfferRefused(NoCapacity):
    """An offer is refused for another reason than want of machines; if all are, the order is at fault."""


class PoolIsFull(NoCapacity):
    """An offer would exceed what the machines of the pool may cost together; one of them will end."""


class ProviderUnavailable(Unavailable):
    """The provider does not answer, or answers that it cannot now; what it rents may go on meanwhile."""


class NotAsked(ProviderUnavailable):
    """An order did not reach the provider, or it would not listen: no machine came of it."""


class OrchestratorUnavailable(Unavailable):
    """The orchestrator does not answer; its runs may go on meanwhile."""


class Postponed(Unavailable):
    """No machine can be had for now."""

    def __init__(self, message: str, until: datetime) -> None:
        super().__init__(message)
        self.until = until
