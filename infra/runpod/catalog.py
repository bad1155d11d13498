"""What RunPod offers at present, and what of an account an order may name."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.rental.errors import OrderRefused
from infra.runpod.models import Cloud, CpuType, DataCenter, GpuType, Registry, Volume, read_all
from infra.runpod.order import PodOrder
from infra.runpod.rest import Rest, expect_list
from infra.runpod.words import meant
from media.errors import MediaError

GPUS = "/v2/catalog/gpus"
CPUS = "/v2/catalog/cpus"
DATA_CENTERS = "/v2/catalog/datacenters"
VOLUMES = "/v2/network-volumes"
REGISTRIES = "/v2/registries"
FRESH = timedelta(seconds=30)
"""How long what can be had counts as known: hundreds of runs that begin together ask once, not each."""
REFUSED = timedelta(seconds=5)
"""The same of a refusal: while the key is wrong, each of these runs would hear it again, at our expense."""


class Catalog:
    """What can be had; asking rents nothing."""

    def __init__(self, rest: Rest, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._rest = rest
        self._now = now
        self._known: dict[tuple[object, ...], tuple[datetime, dict[str, Any]]] = {}
        self._refused: dict[tuple[object, ...], tuple[datetime, MediaError]] = {}
        self._asking: defaultdict[tuple[object, ...], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._registry_ids: dict[str, str] = {}

    async def gpus(self, order: PodOrder) -> Mapping[Cloud, Sequence[GpuType]]:
        """Return all GPU types, with how many are left for the order, by cloud."""
        found: dict[Cloud, Sequence[GpuType]] = {}
        for cloud in dict.fromkeys(order.clouds):
            asked: dict[str, str | int] = {
                "include": "AVAILABILITY",
                "product": "POD",
                "count": order.gpu_count,
                "cloud": cloud.value,
            }
            if order.min_cuda_version:
                asked["minCudaVersion"] = order.min_cuda_version
            answer = await self._recent(GPUS, asked)
            found[cloud] = read_all(GpuType, expect_list(answer, "gpus", GPUS), f"RunPod GET {GPUS}")
        return found

    async def cpus(self, order: PodOrder) -> Sequence[CpuType]:
        """Return all CPU flavours, with how many are left for the order."""
        asked: dict[str, str | int] = {
            "include": "AVAILABILITY",
            "product": "POD",
            "vcpuCount": order.vcpu_count,
        }
        answer = await self._recent(CPUS, asked)
        return read_all(CpuType, expect_list(answer, "cpus", CPUS), f"RunPod GET {CPUS}")

    async def places(self, order: PodOrder) -> Sequence[str]:
        """Return the data centres to try, the best first; one empty name if RunPod is to choose.

        Raises:
            OrderRefused: One does not exist, or the volume does not, or it lies elsewhere.
        """
        if order.data_centers:
            answer = await self._recent(DATA_CENTERS)
            listed = expect_list(answer, "dataCenters", DATA_CENTERS)
            known = [one.id for one in read_all(DataCenter, listed, f"RunPod GET {DATA_CENTERS}")]
            for place in order.data_centers:
                if place not in known:
                    raise OrderRefused(meant("data centre", place, known))
        if order.volume_id is None:
            return order.data_centers or ("",)
        home = await self._home(order.volume_id)
        if order.data_centers and home not in order.data_centers:
            raise OrderRefused(
                f"network volume {order.volume_id}: expected it in {', '.join(order.data_centers)}, "
                f"found it in {home}, where alone it can be seen; order there, or leave the volume out"
            )
        return (home,)

    async def registry_id(self, order: PodOrder) -> str | None:
        """Return the id of the credentials that the order names, if it names some. Raises `OrderRefused`."""
        if order.registry is None or order.registry in self._registry_ids:
            return self._registry_ids.get(order.registry or "")
        answer = await self._rest.get(REGISTRIES)
        listed = expect_list(answer, "registries", REGISTRIES)
        found = read_all(Registry, listed, f"RunPod GET {REGISTRIES}")
        for registry in found:
            if order.registry in {registry.id, registry.name}:
                self._registry_ids[order.registry] = registry.id
                return registry.id
        names = [registry.name or registry.id for registry in found]
        raise OrderRefused(meant("registry credentials", order.registry, names))

    async def _home(self, volume_id: str) -> str:
        answer = await self._rest.get(VOLUMES)
        listed = expect_list(answer, "networkVolumes", VOLUMES)
        volumes = read_all(Volume, listed, f"RunPod GET {VOLUMES}")
        for volume in volumes:
            if volume.id == volume_id:
                return volume.data_center
        raise OrderRefused(meant("network volume", volume_id, [volume.id for volume in volumes]))

    async def _recent(self, path: str, asked: Mapping[str, str | int] | None = None) -> dict[str, Any]:
        """Return what a path holds or held a moment ago; of many who ask at once, one does."""
        key = (path, *sorted((asked or {}).items()))
        async with self._asking[key]:
            moment, answer = self._known.get(key, (None, {}))
            if moment is None or self._now() - moment >= FRESH:
                answer = await self._asked(path, asked, key)
                self._known[key] = (self._now(), answer)
            return answer

    async def _asked(
        self, path: str, asked: Mapping[str, str | int] | None, key: tuple[object, ...]
    ) -> dict[str, Any]:
        """Return what a path holds now, or the refusal of a moment ago."""
        refused = self._refused.get(key)
        if refused and self._now() - refused[0] < REFUSED:
            raise refused[1].with_traceback(None)
        try:
            return await self._rest.get(path, asked)
        except MediaError as error:
            self._refused[key] = (self._now(), error)
            raise
