"""RunPod as a provider of machines: pods, by its REST API, version 2."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import httpx

from infra.rental.machine import Machine, Offer
from infra.runpod.account import RunPodAccount
from infra.runpod.catalog import Catalog
from infra.runpod.creation import Creation
from infra.runpod.logs import Logs
from infra.runpod.models import Pod, PodBill, read_all
from infra.runpod.offers import cpu_offers, gpu_offers
from infra.runpod.order import PodOrder
from infra.runpod.pods import Pods
from infra.runpod.rest import PATIENCE, Rest, Sleep, expect_list
from infra.runpod.starts import Starts
from media.errors import Retry

BILLS = "/v2/billing/pods"
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class RunPod:
    """An account at RunPod; see `infra.rental.provider.Provider` for what its methods promise.

    Keep one for as long as pods are watched: it remembers which requests went unanswered, and when each
    container began. It holds no connection between calls.
    """

    def __init__(
        self,
        account: RunPodAccount,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
        now: Clock = utc_now,
        retry: Retry = PATIENCE,
    ) -> None:
        self._rest = Rest(account, transport=transport, sleep=sleep, retry=retry)
        self._pods = Pods(self._rest)
        self._catalog = Catalog(self._rest, now)
        self._creation = Creation(self._rest, self._pods, self._catalog)
        self._logs = Logs(self._rest)
        self._starts = Starts()
        self._now = now

    def __repr__(self) -> str:
        return f"RunPod({self._rest.account.base_url!r})"

    async def offers(self, order: PodOrder) -> Sequence[Offer]:
        """Return what answers an order at present, the best first; nothing is rented.

        Raises:
            OrderRefused: It names what RunPod does not have, or allows less than the cheapest price.
        """
        places = await self._catalog.places(order)
        await self._catalog.registry_id(order)
        if order.cpu_flavors:
            return cpu_offers(order, await self._catalog.cpus(order), places)
        return gpu_offers(order, await self._catalog.gpus(order), places)

    async def create(self, order: PodOrder, offer: Offer) -> Machine:
        """Rent a pod; billing starts here, and no second pod of its name is made.

        Raises:
            RuleBroken: RunPod refuses this offer for a reason that may hold for all of them.
            NoCapacity: This offer cannot be had now, or something else was given and has been ended.
            OrderRefused: RunPod will not make such a pod.
            AccountRefused: No credit is left, or the key may not do this.
        """
        return self._machine(await self._creation.create(order, offer))

    async def machines(self, prefix: str) -> Sequence[Machine]:
        """Return all pods whose names begin with `prefix`: one request for up to a thousand."""
        pods = await self._creation.without_doubles(await self._pods.list(prefix))
        return [self._machine(pod) for pod in pods]

    async def terminate(self, machine_id: str) -> None:
        """End a pod for good; one that is gone is no error."""
        await self._pods.delete(machine_id)

    async def why_gone(self, machine_id: str) -> str | None:
        """Return that a pod is gone, with its host's last words if there are any, or None if it is there."""
        if await self._pods.get(machine_id) is not None:
            return None
        said = [line for line in await self._logs.last(machine_id, 20) if line.startswith("system: ")]
        heard = f"; its host said last: {said[-1].removeprefix('system: ')}" if said else ""
        return (
            f"pod {machine_id}: RunPod has it no more and tells no reason; it ended itself, or somebody, "
            f"a lost host or missing credit ended it{heard}"
        )

    async def logs(self, machine_id: str, lines: int = 20) -> Sequence[str]:
        """Return the last lines of a pod and of its host, whose lines begin with `system:`."""
        return await self._logs.last(machine_id, lines)

    async def bills(self, since: datetime) -> dict[str, Decimal]:
        """Return what RunPod bills for each pod since the hour of a moment, in USD by id."""
        start = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        answer = await self._rest.get(BILLS, {"startTime": start, "bucketSize": "hour"})
        bills: defaultdict[str, Decimal] = defaultdict(Decimal)
        for bill in read_all(PodBill, expect_list(answer, "records", BILLS), f"RunPod GET {BILLS}"):
            bills[bill.pod_id] += bill.total_amount
        return dict(bills)

    def _machine(self, pod: Pod) -> Machine:
        return pod.machine(self._starts.since(pod, self._now()))
