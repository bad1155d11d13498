"""What a provider of machines must be able to do; the rest of renting is the same for all of them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeVar

from infra.rental.machine import Machine, Offer, Order

OrderT_contra = TypeVar("OrderT_contra", bound=Order, contravariant=True)


class Provider(Protocol[OrderT_contra]):
    """An account with somebody who rents machines.

    Every method may raise `ProviderUnavailable` when the provider does not answer, or answers that it cannot
    now, and `AccountRefused` when it does not accept the account. Neither says anything about a machine.
    """

    async def offers(self, order: OrderT_contra) -> Sequence[Offer]:
        """Return what answers an order at present, the best first, with prices; possibly nothing.

        Raises:
            OrderRefused: Nothing could ever answer it: what it asks for does not exist, or its highest price
                is below every price.
        """
        ...

    async def create(self, order: OrderT_contra, offer: Offer) -> Machine:
        """Rent a machine; billing starts here.

        At most one machine of the order's name exists afterwards, even if a reply was lost on the way. Who
        orders takes a new name for each machine, also after a restart.

        Raises:
            NoCapacity: This offer cannot be had now, or is refused (`OfferRefused`); another may do.
            OrderRefused: The provider will not make such a machine, whenever it is asked.
            AccountRefused: No credit is left, or the key may not do this.
        """
        ...

    async def machines(self, prefix: str) -> Sequence[Machine]:
        """Return all machines whose name begins with `prefix`, in one request however many there are."""
        ...

    async def terminate(self, machine_id: str) -> None:
        """Have a machine end and stop billing, at least once it is accepted; one that is gone is no error."""
        ...

    async def why_gone(self, machine_id: str) -> str | None:
        """Return why a machine is gone, as far as the provider tells, or None if it is still there."""
        ...

    async def logs(self, machine_id: str, lines: int = 20) -> Sequence[str]:
        """Return the last lines that a machine and what runs on it said; nothing if they cannot be had."""
        ...

    async def bills(self, since: datetime) -> dict[str, Decimal]:
        """Return what the provider bills for each machine since a moment, in USD by id; may lag an hour."""
        ...
