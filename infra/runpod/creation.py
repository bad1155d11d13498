"""Making pods so that no two bear one name, though a request for a pod cannot be marked as a repeat."""

import logging
from collections.abc import Mapping, Sequence

from infra.rental.errors import AccountRefused, NoCapacity, NotAsked, ProviderUnavailable
from infra.rental.machine import Offer
from infra.runpod.catalog import Catalog
from infra.runpod.errors import ReplyLost
from infra.runpod.graphql import rent_spot
from infra.runpod.models import Pod, read
from infra.runpod.offers import cloud_of, is_spot
from infra.runpod.order import PodOrder
from infra.runpod.pods import PATH, Pods
from infra.runpod.request import pod_request
from infra.runpod.rest import Rest
from media.errors import MediaError

logger = logging.getLogger(__name__)

POSTS = 3
UNWANTED = "another bears its name, or it was to be ended before"
LOOK_AGAIN_S = 10.0
"""A pod may exist for a while before RunPod lists it."""


class Creation:
    """The making of one account's pods, and what it remembers of each name."""

    def __init__(self, rest: Rest, pods: Pods, catalog: Catalog) -> None:
        self._rest = rest
        self._pods = pods
        self._catalog = catalog
        self._asked: set[str] = set()  # names that may have a pod: asked for, and not refused since
        self._unsure: set[str] = set()  # names that were asked for without a word of what became of it
        self._twice: dict[str, str | None] = {}  # names asked for again, and the pod that we took for it
        self._doomed: set[str] = set()  # pods that nobody shall have, while they are listed still

    async def create(self, order: PodOrder, offer: Offer) -> Pod:
        """Return the one pod of the order's name, made now unless it was asked for before."""
        registry_id = await self._catalog.registry_id(order)
        body = pod_request(order, offer, registry_id=registry_id, base_url=self._rest.account.base_url)
        if order.name in self._asked and (found := await self._made_before(order.name)):
            return await self._kept(found, order, None)
        for _ in range(POSTS):
            self._unsure.add(order.name)
            self._asked.add(order.name)
            try:
                pod = await self._ask(order, offer, body)
            except ReplyLost as lost:
                logger.warning("pod %s: %s; looking for it", order.name, lost)
                if found := await self._made_before(order.name):
                    return await self._kept(found, order, offer)
                self._twice.setdefault(order.name, None)
            else:
                return await self._kept(pod, order, offer)
        raise ProviderUnavailable(
            f"pod {order.name}: expected RunPod to say whether it was made, found no answer {POSTS} times "
            "and no such pod; try later"
        )

    async def without_doubles(self, pods: Sequence[Pod]) -> Sequence[Pod]:
        """Return listed pods without those that nobody shall have, which are ended, again if need be."""
        for pod in pods:
            kept = self._twice.get(pod.name)
            if pod.id in self._doomed or (kept is not None and kept != pod.id):
                try:
                    await self._end(pod, UNWANTED)
                except MediaError as error:  # it will be listed again in a moment
                    logger.warning("pod %s (%s) still bills: %s", pod.id, pod.name, error)
        return [pod for pod in pods if pod.id not in self._doomed]

    async def _ask(self, order: PodOrder, offer: Offer, body: dict[str, object]) -> Pod:
        """Send the one request. Raises `ReplyLost` if nobody knows what became of it."""
        try:
            if is_spot(offer):
                return await self._rented_spot(await rent_spot(self._rest, order, offer, body))
            answer = await self._rest.post(PATH, body, rents=True)
        except ReplyLost:
            raise
        except ProviderUnavailable as error:  # never sent, or refused for the rate: nothing was made
            self._unsure.discard(order.name)
            if order.name in self._twice:  # but of what was asked for before, something may
                raise
            self._asked.discard(order.name)
            raise NotAsked(str(error)) from error
        except MediaError:
            self._unsure.discard(order.name)
            self._asked.discard(order.name)
            raise
        return _made(answer)

    async def _rented_spot(self, pod_id: str) -> Pod:
        try:
            pod = await self._pods.get(pod_id)
        except MediaError as error:
            raise ReplyLost(f"spot pod {pod_id}: it was rented, but cannot be read ({error})") from None
        if pod is None:
            raise ReplyLost(f"spot pod {pod_id}: it was rented, but RunPod does not list it yet")
        return pod

    async def _made_before(self, name: str) -> Pod | None:
        """Return the pod of a name. If its request may be under way, absent once is not absent."""
        try:
            found = await self._listed(name)
            if found is None and name in self._unsure:
                await self._rest.sleep(LOOK_AGAIN_S)
                found = await self._listed(name)
        except AccountRefused as refused:  # that refuses the look, not the pod
            raise ProviderUnavailable(f"pod {name}: whether it was made is not known: {refused}") from refused
        self._unsure.discard(name)
        return found

    async def _listed(self, name: str) -> Pod | None:
        """Return the oldest pod of a name, once the others have been ended."""
        oldest: Pod | None = None
        named = [pod for pod in await self._pods.list(name) if pod.name == name]
        for pod in sorted(named, key=lambda pod: (pod.id != self._twice.get(name), pod.created_at)):
            if oldest or pod.id in self._doomed:
                await self._end(pod, UNWANTED)
            else:
                oldest = pod
        return oldest

    async def _kept(self, pod: Pod, order: PodOrder, offer: Offer | None) -> Pod:
        """Return the pod if it is what was asked for. Else end it and raise `NoCapacity`."""
        self._unsure.discard(order.name)
        if wrong := difference(pod, order, offer):
            await self._end(pod, wrong)
            self._asked.discard(order.name)
            raise NoCapacity(f"pod {pod.id} ({order.name}): {wrong}; it was ended, another offer may do")
        if order.name in self._twice:
            self._twice[order.name] = pod.id
        return pod

    async def _end(self, pod: Pod, reason: str) -> None:
        logger.warning("pod %s (%s) is ended: %s", pod.id, pod.name, reason)
        self._doomed.add(pod.id)
        await self._pods.delete(pod.id)


def difference(pod: Pod, order: PodOrder, offer: Offer | None) -> str | None:
    """Return what differs between what was asked and what was got, or None.

    Args:
        pod: What was got.
        order: What it must answer in any case.
        offer: What it was asked as; None of one that an earlier call made, perhaps by another offer.
    """
    cap = order.usd_per_hour
    if cap is not None and pod.cost > cap:
        return f"expected at most ${cap} an hour, found ${pod.cost}"
    expected: dict[str, object] = {} if order.cpu_flavors else {"GPU count": order.gpu_count}
    found: dict[str, object] = {"GPU count": pod.gpu.count if pod.gpu else 0}
    if offer is not None:
        expected |= {"kind": offer.kind, "cloud": cloud_of(offer).value}
        found |= {"kind": pod.offer.kind, "cloud": pod.cloud, "data centre": pod.data_center_id}
    if offer is not None and offer.place and pod.data_center_id:  # not known before a host is
        expected["data centre"] = offer.place
    for what, asked in expected.items():
        if found[what] != asked:
            return f"{what}: expected {asked}, found {found[what]}"
    return None


def _made(answer: Mapping[str, object]) -> Pod:
    """Return the pod in an answer. Raises `ReplyLost` if it cannot be read: the pod exists all the same."""
    try:
        return read(Pod, answer, f"RunPod POST {PATH}")
    except ProviderUnavailable as error:
        raise ReplyLost(str(error)) from None
