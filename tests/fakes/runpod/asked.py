"""A request as the stand-in reads it: which operation of RunPod's description it is, and about what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tests.fakes.runpod.problems import NOT_FOUND, Refusal

# Operation ids by path and method, as RunPod's description of REST v2 has them; `{id}` may hold anything
# but a slash.
OPERATIONS = {
    "/v2/pods": {"GET": "listPods", "POST": "createPod"},
    "/v2/pods/{id}": {"GET": "getPod", "PATCH": "updatePod", "DELETE": "deletePod"},
    "/v2/pods/{id}/action": {"POST": "podAction"},
    "/v2/pods/{id}/logs": {"GET": "getPodLogs"},
    "/v2/catalog/gpus": {"GET": "listGpuTypes"},
    "/v2/catalog/gpus/{id}": {"GET": "getGpuType"},
    "/v2/catalog/cpus": {"GET": "listCpuTypes"},
    "/v2/catalog/cpus/{id}": {"GET": "getCpuType"},
    "/v2/catalog/datacenters": {"GET": "listDataCenters"},
    "/v2/catalog/datacenters/{id}": {"GET": "getDataCenter"},
    "/v2/network-volumes": {"GET": "listNetworkVolumes", "POST": "createNetworkVolume"},
    "/v2/network-volumes/{id}": {"GET": "getNetworkVolume", "DELETE": "deleteNetworkVolume"},
    "/v2/registries": {"GET": "listRegistries", "POST": "createRegistry"},
    "/v2/registries/{id}": {"GET": "getRegistry", "DELETE": "deleteRegistry"},
    "/v2/billing/pods": {"GET": "listPodBilling"},
    "/v2/account/ssh-keys": {"GET": "getSshKeys", "PUT": "updateSshKeys"},
    "/graphql": {"POST": "graphql"},
}
V1 = "v1"


@dataclass(frozen=True)
class Asked:
    """One request; names of headers are in lower case.

    Attributes:
        operation: RunPod's name for what is asked, such as `createPod`.
        target: The id in the path, or nothing.
        caller: The pod that asks with its own key, or nothing.
        moment: When, by the cloud's clock.
    """

    operation: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    target: str = ""
    caller: str = ""
    moment: float = 0.0


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("^" + path.replace("{id}", "(?P<id>[^/]+)") + "$")


PATTERNS = {_pattern(path): methods for path, methods in OPERATIONS.items()}


def operation_of(method: str, path: str) -> tuple[str, str]:
    """Return the operation and the id in the path.

    Raises:
        Refusal: There is no such path, or not with this method.
    """
    if path == "/v1" or path.startswith("/v1/"):
        return V1, ""
    for pattern, methods in PATTERNS.items():
        if found := pattern.match(path):
            if method not in methods:
                allow = {"Allow": ", ".join(methods)}
                raise Refusal(405, f"method {method} is not supported here", headers=allow)
            return methods[method], found.groupdict().get("id", "")
    raise Refusal(404, NOT_FOUND)
