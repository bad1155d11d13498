"""Which offers answer an order: named kinds in the order given, else the cheapest first. All pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias, TypeVar

from infra.rental.errors import OrderRefused
from infra.rental.machine import Offer
from infra.runpod.models import Availability, Cloud, CpuType, DataCenterStock, GpuType
from infra.runpod.order import PodOrder
from infra.runpod.words import meant

KindT = TypeVar("KindT", GpuType, CpuType)
Priced: TypeAlias = tuple[tuple[KindT, Cloud], Decimal]

SPOT = "SPOT"
SPOT_SHARE = Decimal("0.5")
"""Of the price on demand. RunPod's spot price is known only by renting: one pays what one bids, or has
nothing; half is about what spot pods used to go for."""


def gpu_offers(
    order: PodOrder, catalog: Mapping[Cloud, Sequence[GpuType]], places: Sequence[str]
) -> list[Offer]:
    """Return what answers an order for GPUs; what the catalogue says is sold out comes last.

    Without named types, what is sold out is left out: there is enough else to try.

    Raises:
        OrderRefused: A type is unknown, no type is large enough, or all cost more than the order allows.
    """
    named = [_gpu_id(name, catalog) for name in order.gpu_types]
    priced = list(_priced_gpus(order, catalog, named))
    if not priced:
        raise OrderRefused(_too_much_asked(order))
    affordable = _under_cap(order, priced)
    if not named:
        affordable.sort(key=lambda one: one[1])
    offers = [
        (_stock(gpu.availability, gpu.data_centers, place), _offer(gpu.id, cloud, place, price))
        for (gpu, cloud), price in affordable
        for place in places
    ]
    ranked = _in_stock_first(offers, sold_out=bool(named))
    return [*(_spot(offer) for offer in ranked), *ranked] if order.legacy_spot else ranked


def cpu_offers(order: PodOrder, catalog: Sequence[CpuType], places: Sequence[str]) -> list[Offer]:
    """Return what answers an order for CPUs alone, in the order of its flavours.

    Raises:
        OrderRefused: A flavour is unknown or has not so many vCPUs, or all cost more than the order allows.
    """
    flavors = [_flavor(name, catalog) for name in order.cpu_flavors]
    fit = [one for one in flavors if one.vcpu.min <= order.vcpu_count <= one.vcpu.max]
    if not fit:
        most = max(one.vcpu.max for one in flavors)
        raise OrderRefused(
            f"{order.vcpu_count} vCPUs: expected a count that {', '.join(order.cpu_flavors)} may have, "
            f"found at most {most}; ask for fewer, or for another flavour"
        )
    priced = [((one, Cloud.SECURE), one.price.secure_per_vcpu * order.vcpu_count) for one in fit]
    offers = [
        (_stock(cpu.availability, cpu.data_centers, place), _offer(cpu.id, cloud, place, price))
        for (cpu, cloud), price in _under_cap(order, priced)
        for place in places
    ]
    return _in_stock_first(offers, sold_out=True)


def cloud_of(offer: Offer) -> Cloud:
    """Return the cloud of an offer, which for spot is the second word of its market."""
    return Cloud(offer.market.rpartition(" ")[2])


def is_spot(offer: Offer) -> bool:
    """Return whether an offer is of the old market for what may be taken away."""
    return offer.market.startswith(SPOT)


def _gpu_id(name: str, catalog: Mapping[Cloud, Sequence[GpuType]]) -> str:
    known = [gpu for gpus in catalog.values() for gpu in gpus]
    for gpu in known:
        if name in {gpu.id, gpu.name}:
            return gpu.id
    raise OrderRefused(meant("GPU type", name, (gpu.id for gpu in known)))


def _flavor(name: str, catalog: Sequence[CpuType]) -> CpuType:
    for cpu in catalog:
        if cpu.id == name:
            return cpu
    raise OrderRefused(meant("CPU flavour", name, (cpu.id for cpu in catalog)))


def _priced_gpus(
    order: PodOrder, catalog: Mapping[Cloud, Sequence[GpuType]], named: Sequence[str]
) -> Iterator[Priced[GpuType]]:
    """Yield what exists, is large enough and has a price: by type as named, then by cloud."""
    ids = dict.fromkeys(named or (gpu.id for gpus in catalog.values() for gpu in gpus))
    for gpu_id in ids:
        for cloud, gpus in catalog.items():
            gpu = next((one for one in gpus if one.id == gpu_id), None)
            if gpu is None or gpu.memory < order.min_gpu_memory_gb or not _sold_in(gpu, cloud):
                continue
            most, price = _terms(gpu, cloud)
            if price and (most is None or most >= order.gpu_count):
                yield (gpu, cloud), price * order.gpu_count


def _sold_in(gpu: GpuType, cloud: Cloud) -> bool:
    return gpu.secure if cloud is Cloud.SECURE else gpu.community


def _terms(gpu: GpuType, cloud: Cloud) -> tuple[int | None, Decimal | None]:
    if cloud is Cloud.SECURE:
        return gpu.max_count.secure, gpu.price.secure
    return gpu.max_count.community, gpu.price.community


def _under_cap(order: PodOrder, priced: Sequence[Priced[KindT]]) -> list[Priced[KindT]]:
    """Return what costs no more than the order allows. Raises `OrderRefused` if nothing does."""
    cap = order.usd_per_hour
    found = [one for one in priced if cap is None or one[1] <= cap]
    if not found:
        (kind, cloud), least = min(priced, key=lambda one: one[1])
        raise OrderRefused(
            f"highest price ${cap} an hour: expected a machine below it, found the cheapest to be {kind.id} "
            f"{cloud.value} at ${least}; allow that much, or ask for another kind"
        )
    return found


def _offer(kind: str, cloud: Cloud, place: str, price: Decimal) -> Offer:
    return Offer(
        kind=kind,
        market=cloud.value,
        place=place,
        usd_per_hour=price,
        may_vanish=cloud is Cloud.COMMUNITY,
    )


def _spot(offer: Offer) -> Offer:
    return offer.model_copy(
        update={
            "market": f"{SPOT} {offer.market}",
            "usd_per_hour": offer.usd_per_hour * SPOT_SHARE,
            "may_vanish": True,
        }
    )


def _stock(overall: str, centers: Iterable[DataCenterStock], place: str) -> str:
    """Return how many are left at a place; a data centre that is not listed has none."""
    if not place:
        return overall
    return next((one.availability for one in centers if one.id == place), Availability.NONE)


def _in_stock_first(offers: Sequence[tuple[str, Offer]], *, sold_out: bool) -> list[Offer]:
    there = [offer for stock, offer in offers if stock != Availability.NONE]
    return there + [offer for stock, offer in offers if sold_out and stock == Availability.NONE]


def _too_much_asked(order: PodOrder) -> str:
    types = ", ".join(order.gpu_types) or "any GPU type"
    return (
        f"{types}: expected {order.gpu_count} of them with {order.min_gpu_memory_gb} GB each in one machine "
        f"of {' or '.join(order.clouds)}, found none that large; ask for less, or for another type or cloud"
    )
