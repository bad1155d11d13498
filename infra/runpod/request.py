"""The body of the request for a pod. All pure."""

import re
from typing import Any

from infra.rental.errors import OrderRefused
from infra.rental.machine import Offer
from infra.runpod.account import BASE_URL
from infra.runpod.offers import cloud_of
from infra.runpod.order import SSH, PodOrder
from infra.runpod.start_command import DEBUG_GRACE_S, start_command


def pod_request(
    order: PodOrder, offer: Offer, *, registry_id: str | None = None, base_url: str = BASE_URL
) -> dict[str, Any]:
    """Return the body that asks for `order` as `offer` has it.

    Nothing that matters is left to a default: without a count RunPod finds no machine at all, and clouds,
    SSH and mounts have meant different things in different versions.

    Raises:
        OrderRefused: The order has no name, or no command that a pod could run.
    """
    if not order.name:
        raise OrderRefused("order: expected a name, found none; a pod is found again by its name alone")
    entrypoint, cmd = started(order)
    body: dict[str, Any] = {
        "name": order.name,
        "image": order.image,
        "cloud": cloud_of(offer).value,
        "disk": order.disk_gb,
        "env": environment(order, base_url),
        "ports": ports(order),
        "startSsh": order.debug,
        "globalNetworking": False,
        "mounts": _mounts(order),
        "entrypoint": entrypoint,
        "cmd": cmd,
        **_machine(order, offer),
    }
    if registry_id:
        body["registry"] = registry_id
    if offer.place:
        body["dataCenterIds"] = [offer.place]
    return body


def started(order: PodOrder) -> tuple[list[str], list[str]]:
    """Return entrypoint and cmd of an order. Raises `OrderRefused`."""
    try:
        return start_command(
            order.command,
            until=int(order.until.timestamp()),
            marker=f"rendermill-ran-{re.sub(r'[^A-Za-z0-9_-]', '-', order.name)}",
            debug_grace_s=DEBUG_GRACE_S if order.debug else 0,
        )
    except ValueError as error:
        refusal = OrderRefused(f"pod {order.name}: {error}")
    raise refusal


def environment(order: PodOrder, base_url: str) -> dict[str, str]:
    """Return a pod's variables: secrets as references, which RunPod fills in on the machine alone."""
    env = {
        **order.env,
        **{name: f"{{{{ RUNPOD_SECRET_{secret} }}}}" for name, secret in order.secrets.items()},
    }
    if order.volume_id:
        env.setdefault("RENDERMILL_VOLUME", order.volume_path)
    if order.debug and order.ssh_public_key:
        env.setdefault("PUBLIC_KEY", order.ssh_public_key)
    if base_url != BASE_URL:  # the pod ends itself where it was rented
        env.setdefault("RUNPOD_API_BASE_URL", base_url)
    return env


def ports(order: PodOrder) -> list[str]:
    """Return the ports to publish; a machine for debugging is entered by SSH."""
    return list(dict.fromkeys((*order.ports, *((SSH,) if order.debug else ()))))


def _mounts(order: PodOrder) -> dict[str, Any]:
    if order.volume_id is None:
        return {}
    return {"network": [{"volumeId": order.volume_id, "path": order.volume_path}]}


def _machine(order: PodOrder, offer: Offer) -> dict[str, Any]:
    if order.cpu_flavors:
        return {"cpu": {"id": offer.kind, "vcpuCount": order.vcpu_count}}
    gpu: dict[str, Any] = {"id": offer.kind, "count": order.gpu_count}
    if order.min_cuda_version:
        gpu["minCudaVersion"] = order.min_cuda_version
    if order.min_ram_gb:
        gpu["minRamPerGpu"] = order.min_ram_gb
    if order.min_vcpus:
        gpu["minVcpuCountPerGpu"] = order.min_vcpus
    return {"gpu": gpu}
