"""Where an order goes: the one machine that fits it, or the sentence that there is none."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.fakes.runpod.catalog import Catalog, Gpu, version
from tests.fakes.runpod.pods import Place
from tests.fakes.runpod.problems import INVALID, NO_CAPACITY, Refusal
from tests.fakes.runpod.settings import Settings


def place_for(order: dict[str, Any], catalog: Catalog, settings: Settings, pinned: str | None) -> Place:
    """Return where an order is put; `pinned` is the data centre of its network volume.

    Raises:
        Refusal: There is no machine for it.
    """
    cloud = order.get("cloud", "SECURE")
    if "cpu" in order:
        return _cpu_place(order, catalog, cloud, pinned)
    asked = order["gpu"]
    gpu = catalog.gpu(asked["id"])
    if gpu is None and settings.unknown_gpu == 422:
        raise Refusal(422, INVALID, (f"$.gpu.id: unknown GPU type '{asked['id']}'",))
    price = gpu.price(cloud) if gpu else None
    if gpu is None or price is None or ("count" not in asked and settings.needs_count):
        raise Refusal(400, NO_CAPACITY)
    count = asked.get("count", 1)
    cuda = _cuda(gpu, asked)
    if cuda is None or count > gpu.most or not _is_large_enough(gpu, asked):
        raise Refusal(400, NO_CAPACITY)
    for where in _places(order, catalog, pinned):
        if catalog.free(gpu.gpu_id, cloud, where) >= count:
            sizes = (gpu.vcpus * count, gpu.ram * count)
            return Place(gpu.gpu_id, count, *sizes, cloud, where, cuda, price * count)
    raise Refusal(400, NO_CAPACITY)


def _cpu_place(order: dict[str, Any], catalog: Catalog, cloud: str, pinned: str | None) -> Place:
    asked = order["cpu"]
    cpu = catalog.cpu(asked["id"])
    vcpus = asked["vcpuCount"]
    if cpu is None or cloud != "SECURE" or vcpus > cpu.most:
        raise Refusal(400, NO_CAPACITY)
    for where in _places(order, catalog, pinned):
        if catalog.free(cpu.cpu_id, cloud, where) >= 1:
            sizes = (vcpus, vcpus * cpu.ram_per_vcpu)
            return Place(cpu.cpu_id, 0, *sizes, cloud, where, None, cpu.usd_per_vcpu * Decimal(vcpus))
    raise Refusal(400, NO_CAPACITY)


def _places(order: dict[str, Any], catalog: Catalog, pinned: str | None) -> Iterator[str]:
    """Yield the data centres that the order allows; its list is kept to, and so is its volume's place."""
    wanted = order.get("dataCenterIds") or [where.place for where in catalog.data_centers]
    for where in wanted:
        if catalog.place(where) and pinned in {None, where}:
            yield where


def _cuda(gpu: Gpu, asked: dict[str, Any]) -> str | None:
    """Return the version of the host that is found, the highest that is allowed."""
    allowed = asked.get("allowedCudaVersions") or gpu.cuda
    least = version(asked.get("minCudaVersion", "0.0"))
    fit = [one for one in gpu.cuda if one in allowed and version(one) >= least]
    return max(fit, key=version, default=None)


def _is_large_enough(gpu: Gpu, asked: dict[str, Any]) -> bool:
    ram, vcpus = int(asked.get("minRamPerGpu", 0)), int(asked.get("minVcpuCountPerGpu", 0))
    return gpu.ram >= ram and gpu.vcpus >= vcpus
