"""What can be rented: kinds of GPU and CPU, data centres, how many are free where. All of it is made up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

CLOUDS = ("SECURE", "COMMUNITY")
PLENTY = 10_000
HIGH, MEDIUM = 8, 4  # free machines from which on the catalogue says so


@dataclass(frozen=True)
class Gpu:
    """A kind of GPU; prices are USD an hour for one, None where a cloud has none."""

    gpu_id: str
    name: str
    pool: str | None
    memory: int
    secure: Decimal | None
    community: Decimal | None
    most: int = 8
    vcpus: int = 16
    ram: int = 62
    cuda: tuple[str, ...] = ("12.4", "12.8", "13.0")

    def price(self, cloud: str) -> Decimal | None:
        """Return what one costs in a cloud."""
        return self.secure if cloud == "SECURE" else self.community


@dataclass(frozen=True)
class Cpu:
    """A flavour of CPU pod; only the secure cloud has them."""

    cpu_id: str
    name: str
    group: str
    usd_per_vcpu: Decimal
    ram_per_vcpu: int
    most: int = 32


@dataclass(frozen=True)
class DataCenter:
    """A place; `country` is what `countryCodes` filters by."""

    place: str
    name: str
    region: str
    country: str
    volumes: tuple[str, ...] = ("STANDARD",)


GPUS = (
    Gpu("NVIDIA GeForce RTX 4090", "RTX 4090", "ADA_24", 24, Decimal("0.69"), Decimal("0.34")),
    Gpu("NVIDIA GeForce RTX 3090", "RTX 3090", "AMPERE_24", 24, Decimal("0.46"), Decimal("0.22")),
    Gpu("NVIDIA RTX A4000", "RTX A4000", "AMPERE_16", 16, Decimal("0.25"), Decimal("0.17"), vcpus=8, ram=31),
    Gpu("NVIDIA L4", "L4", "AMPERE_24", 24, Decimal("0.39"), None, vcpus=12, ram=50),
    Gpu("NVIDIA A40", "A40", "AMPERE_48", 48, Decimal("0.40"), None, vcpus=9, ram=48),
    Gpu("NVIDIA L40S", "L40S", "ADA_48_PRO", 48, Decimal("0.86"), Decimal("0.79"), ram=94),
    Gpu("NVIDIA H100 80GB HBM3", "H100 SXM", "ADA_80_PRO", 80, Decimal("2.69"), Decimal("2.59"), ram=125),
)
CPUS = (
    Cpu("cpu3c", "Compute-Optimized", "cpu3", Decimal("0.03"), 2),
    Cpu("cpu5g", "General Purpose", "cpu5", Decimal("0.04"), 4),
)
DATA_CENTERS = (
    DataCenter("EU-RO-1", "EU Romania 1", "EUROPE", "RO", ("STANDARD", "HIGH_PERFORMANCE")),
    DataCenter("EU-SE-1", "EU Sweden 1", "EUROPE", "SE"),
    DataCenter("US-KS-2", "US Kansas 2", "NORTH_AMERICA", "US"),
    DataCenter("US-TX-3", "US Texas 3", "NORTH_AMERICA", "US", ()),
)


def level(free: int) -> str:
    """Return the catalogue's word for so many."""
    if free <= 0:
        return "NONE"
    return "HIGH" if free >= HIGH else "MEDIUM" if free >= MEDIUM else "LOW"


def version(text: str) -> tuple[int, ...]:
    """Return a CUDA version so that it compares by number: 12.11 is above 12.2."""
    return tuple(int(part) for part in text.split("."))


@dataclass
class Catalog:
    """What there is, and what is left of it; a stock counts GPUs, or CPU pods."""

    gpus: Sequence[Gpu] = GPUS
    cpus: Sequence[Cpu] = CPUS
    data_centers: Sequence[DataCenter] = DATA_CENTERS
    _free: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def stock(self, free: int, kind: str = "", cloud: str = "", place: str = "") -> None:
        """Say how many are free; what is not named stands for all of its sort."""
        for one in [gpu.gpu_id for gpu in self.gpus] + [cpu.cpu_id for cpu in self.cpus]:
            for where in self.data_centers:
                for tier in CLOUDS:
                    if kind in {"", one} and cloud in {"", tier} and place in {"", where.place}:
                        self._free[one, tier, where.place] = free

    def free(self, kind: str, cloud: str, place: str) -> int:
        """Return how many are free."""
        return self._free.get((kind, cloud, place), PLENTY)

    def take(self, kind: str, cloud: str, place: str, count: int) -> None:
        """Take some; a negative count gives back."""
        self._free[kind, cloud, place] = self.free(kind, cloud, place) - count

    def gpu(self, gpu_id: str) -> Gpu | None:
        """Return the GPU of an id."""
        return next((gpu for gpu in self.gpus if gpu.gpu_id == gpu_id), None)

    def cpu(self, cpu_id: str) -> Cpu | None:
        """Return the flavour of an id."""
        return next((cpu for cpu in self.cpus if cpu.cpu_id == cpu_id), None)

    def place(self, name: str) -> DataCenter | None:
        """Return the data centre of an id."""
        return next((where for where in self.data_centers if where.place == name), None)


@dataclass(frozen=True)
class Question:
    """What a listing asks about availability; without `include` it is not told at all."""

    include: bool = False
    count: int = 1
    clouds: tuple[str, ...] = CLOUDS
    countries: tuple[str, ...] = ()
    cuda: tuple[str, ...] = ()
    cuda_from: str = ""

    def places(self, catalog: Catalog) -> Iterator[DataCenter]:
        """Yield the places that it asks about."""
        for where in catalog.data_centers:
            if not self.countries or where.country in self.countries:
                yield where

    def left(self, catalog: Catalog, kind: str, where: DataCenter) -> int:
        """Return how many pods of its size could be made of a kind in a place."""
        return sum(catalog.free(kind, cloud, where.place) // self.count for cloud in self.clouds)

    def fits(self, gpu: Gpu) -> bool:
        """Whether hosts of a GPU can have what is asked."""
        if self.cuda and not set(self.cuda) & set(gpu.cuda):
            return False
        if self.cuda_from and max(map(version, gpu.cuda)) < version(self.cuda_from):
            return False
        return self.count <= gpu.most and any(gpu.price(cloud) is not None for cloud in self.clouds)


def gpu_view(catalog: Catalog, gpu: Gpu, asks: Question) -> dict[str, object]:
    """Return a GPU as the API tells it."""
    price = {"secure": float(gpu.secure or 0), "community": float(gpu.community or 0)}
    most = {
        "secure": gpu.most if gpu.secure is not None else 0,
        "community": gpu.most if gpu.community is not None else 0,
    }
    told: dict[str, object] = {
        "id": gpu.gpu_id,
        "name": gpu.name,
        "pool": gpu.pool,
        "manufacturer": "NVIDIA",
        "memory": gpu.memory,
        "secure": gpu.secure is not None,
        "community": gpu.community is not None,
        "price": price,
        "maxCount": most,
    }
    if asks.include:
        told |= _availability(catalog, gpu.gpu_id, asks, fits=asks.fits(gpu), sold=_sold_in(gpu, asks))
        some = told["availability"] != "NONE"
        told["cudaVersions"] = [{"version": one, "available": some} for one in gpu.cuda]
    return told


def cpu_view(catalog: Catalog, cpu: Cpu, asks: Question) -> dict[str, object]:
    """Return a flavour as the API tells it."""
    told: dict[str, object] = {
        "id": cpu.cpu_id,
        "name": cpu.name,
        "group": cpu.group,
        "vcpu": {"min": 2, "max": cpu.most},
        "ramGbPerVcpu": cpu.ram_per_vcpu,
        "price": {
            "securePerVcpu": float(cpu.usd_per_vcpu),
            "serverlessPerVcpu": float(cpu.usd_per_vcpu * 2),
        },
    }
    if asks.include:
        told |= _availability(catalog, cpu.cpu_id, asks, fits=True, sold=("SECURE",))
    return told


def place_view(catalog: Catalog, where: DataCenter, *, gpus: bool, cpus: bool) -> dict[str, object]:
    """Return a data centre as the API tells it."""
    told: dict[str, object] = {
        "id": where.place,
        "name": where.name,
        "region": where.region,
        "networkVolumeTypes": list(where.volumes),
        "compliance": [],
        "globalNetwork": True,
    }
    asks = Question(include=True)
    if gpus:
        told["gpuAvailability"] = [
            {
                "id": gpu.gpu_id,
                "name": gpu.name,
                "availability": level(asks.left(catalog, gpu.gpu_id, where)),
            }
            for gpu in catalog.gpus
        ]
    if cpus:
        told["cpuAvailability"] = [
            {
                "id": cpu.cpu_id,
                "name": cpu.name,
                "availability": level(asks.left(catalog, cpu.cpu_id, where)),
            }
            for cpu in catalog.cpus
        ]
    return told


def _sold_in(gpu: Gpu, asks: Question) -> tuple[str, ...]:
    return tuple(cloud for cloud in asks.clouds if gpu.price(cloud) is not None)


def _availability(
    catalog: Catalog, kind: str, asks: Question, *, fits: bool, sold: tuple[str, ...]
) -> dict[str, object]:
    asks = Question(count=asks.count, clouds=sold, countries=asks.countries)
    left = {where: asks.left(catalog, kind, where) if fits else 0 for where in asks.places(catalog)}
    there = [
        {"id": where.place, "name": where.name, "availability": level(free)}
        for where, free in left.items()
        if free > 0
    ]
    told: dict[str, object] = {"availability": level(sum(left.values()))}
    return told | ({"dataCenters": there} if there else {})
