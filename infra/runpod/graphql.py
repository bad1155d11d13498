"""Spot pods by the older API, which RunPod is taking away; off unless an order asks for it."""

import json
from decimal import Decimal
from typing import Any

from infra.rental.errors import AccountRefused, NoCapacity
from infra.rental.machine import Offer
from infra.runpod.answers import LONGEST_WORDS, NO_CAPACITY
from infra.runpod.errors import NotThere, ReplyLost, Retired, RuleBroken
from infra.runpod.order import PodOrder
from infra.runpod.rest import Rest

PATH = "/graphql"
RENT = """mutation ($input: PodRentInterruptableInput!) { podRentInterruptable(input: $input) { id } }"""


async def rent_spot(rest: Rest, order: PodOrder, offer: Offer, body: dict[str, Any]) -> str:
    """Rent a spot pod and return its id, bidding what the offer says.

    Raises:
        NoCapacity: None can be had at that bid, or spot pods are no more.
        ReplyLost: Nobody knows whether it was rented.
    """
    asked = {"query": RENT, "variables": {"input": _terms(order, offer, body)}}
    try:
        answer = await rest.post(PATH, asked, rents=True)
    except (NotThere, Retired) as gone:
        raise NoCapacity(
            f"spot {offer}: RunPod's older API is no more ({gone}); another offer may do"
        ) from None
    if errors := answer.get("errors"):
        key = rest.account.api_key.get_secret_value()
        raise _refusal(json.dumps(errors).replace(key, "***")[:LONGEST_WORDS], offer)
    pod = (answer.get("data") or {}).get("podRentInterruptable")
    if not isinstance(pod, dict) or not pod.get("id"):
        raise ReplyLost(
            f"spot pod {order.name}: expected its id, RunPod's answer has none; look for its name"
        )
    return str(pod["id"])


def _terms(order: PodOrder, offer: Offer, body: dict[str, Any]) -> dict[str, Any]:
    """Return the older API's words for a request; `dockerArgs` holds entrypoint and cmd as JSON."""
    start = json.dumps({"entrypoint": body["entrypoint"], "cmd": body["cmd"]})
    optional = {
        "dataCenterId": offer.place or None,
        "networkVolumeId": order.volume_id,
        "volumeMountPath": order.volume_path if order.volume_id else None,
        "containerRegistryAuthId": body.get("registry"),
        "minCudaVersion": order.min_cuda_version,
        "minMemoryInGb": order.min_ram_gb,
        "minVcpuCount": order.min_vcpus,
    }
    return {
        "bidPerGpu": float((offer.usd_per_hour / order.gpu_count).quantize(Decimal("0.001"))),
        "cloudType": body["cloud"],
        "gpuTypeId": offer.kind,
        "gpuCount": order.gpu_count,
        "name": order.name,
        "imageName": order.image,
        "dockerArgs": start,
        "containerDiskInGb": order.disk_gb,
        "volumeInGb": 0,
        "ports": ",".join(body["ports"]),
        "env": [{"key": key, "value": value} for key, value in body["env"].items()],
        "startSsh": order.debug,
        "terminateAfter": order.until.isoformat(),
        **{key: value for key, value in optional.items() if value is not None},
    }


def _refusal(words: str, offer: Offer) -> Exception:
    said = f"spot {offer}: RunPod's older API answers {words}"
    if NO_CAPACITY.search(words):
        return NoCapacity(f"{said}; another offer may do")
    if "unauthorized" in words.lower():
        return AccountRefused(f"{said}; set a key in RUNPOD_API_KEY that is valid and may rent")
    return RuleBroken(f"{said}; leave legacy_spot out if it stays so")
