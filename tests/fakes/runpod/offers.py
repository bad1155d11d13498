"""What the operations do that are not about pods: catalogue, volumes, registries, keys."""

from functools import partial
from typing import Any

from tests.fakes.runpod.asked import Asked
from tests.fakes.runpod.bills import pod_bills
from tests.fakes.runpod.catalog import CLOUDS, Question, cpu_view, gpu_view, place_view
from tests.fakes.runpod.faults import Fault
from tests.fakes.runpod.operations import DONE, Operation
from tests.fakes.runpod.problems import NOT_FOUND, Refusal, Reply, found
from tests.fakes.runpod.rules import CREATE_REGISTRY, CREATE_VOLUME, SSH_KEYS, read
from tests.fakes.runpod.state import State


def list_gpus(state: State, asked: Asked, fault: Fault) -> Reply:
    """List kinds of GPU."""
    del fault
    asks = _question(asked)
    return found({"gpus": [gpu_view(state.catalog, gpu, asks) for gpu in state.catalog.gpus]})


def get_gpu(state: State, asked: Asked, fault: Fault) -> Reply:
    """Read one kind of GPU."""
    del fault
    gpu = state.catalog.gpu(asked.target)
    if gpu is None:
        raise Refusal(404, NOT_FOUND)
    return found(gpu_view(state.catalog, gpu, _question(asked)))


def list_cpus(state: State, asked: Asked, fault: Fault) -> Reply:
    """List flavours of CPU pods."""
    del fault
    asks = _question(asked)
    return found({"cpus": [cpu_view(state.catalog, cpu, asks) for cpu in state.catalog.cpus]})


def get_cpu(state: State, asked: Asked, fault: Fault) -> Reply:
    """Read one flavour."""
    del fault
    cpu = state.catalog.cpu(asked.target)
    if cpu is None:
        raise Refusal(404, NOT_FOUND)
    return found(cpu_view(state.catalog, cpu, _question(asked)))


def list_places(state: State, asked: Asked, fault: Fault) -> Reply:
    """List data centres."""
    del fault
    include = asked.query.get("include", "").split(",")
    regions = [one for one in asked.query.get("regions", "").split(",") if one]
    view = partial(
        place_view, state.catalog, gpus="GPU_AVAILABILITY" in include, cpus="CPU_AVAILABILITY" in include
    )
    places = [one for one in state.catalog.data_centers if not regions or one.region in regions]
    return found({"dataCenters": [view(one) for one in places]})


def get_place(state: State, asked: Asked, fault: Fault) -> Reply:
    """Read one data centre."""
    del fault
    where = state.catalog.place(asked.target)
    if where is None:
        raise Refusal(404, NOT_FOUND)
    include = asked.query.get("include", "").split(",")
    gpus, cpus = "GPU_AVAILABILITY" in include, "CPU_AVAILABILITY" in include
    return found(place_view(state.catalog, where, gpus=gpus, cpus=cpus))


def _question(asked: Asked) -> Question:
    query = asked.query
    include = query.get("include", "")
    if include not in {"", "AVAILABILITY"}:
        raise Refusal(400, "include supports AVAILABILITY only")
    if bool(include) != ("product" in query):
        raise Refusal(400, "product is required with include=AVAILABILITY, and valid only with it")
    if query.get("cloud", "SECURE") not in CLOUDS:
        raise Refusal(400, "cloud must be SECURE or COMMUNITY")
    if "cudaVersions" in query and "minCudaVersion" in query:
        raise Refusal(400, "cudaVersions and minCudaVersion are mutually exclusive")
    count = query.get("count", "1")
    if not count.isdecimal() or int(count) < 1:
        raise Refusal(400, "count must be a number from 1")
    return Question(
        include=bool(include),
        count=int(count),
        clouds=(query["cloud"],) if "cloud" in query else CLOUDS,
        countries=_words(query.get("countryCodes", "")),
        cuda=_words(query.get("cudaVersions", "")),
        cuda_from=query.get("minCudaVersion", ""),
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(",") if word)


def list_volumes(state: State, asked: Asked, fault: Fault) -> Reply:
    """List network volumes."""
    del asked, fault
    return found({"networkVolumes": list(state.account.volumes.values())})


def create_volume(state: State, asked: Asked, fault: Fault) -> Reply:
    """Make a network volume in a data centre, where it stays."""
    del fault
    said = read(asked.body, CREATE_VOLUME)
    where = state.catalog.place(said["dataCenter"])
    if where is None or not where.volumes:
        raise Refusal(400, f"data center {said['dataCenter']} does not support network volumes")
    volume_id = state.new_id()
    volume = {"id": volume_id, "type": where.volumes[0], **said}
    state.account.volumes[volume_id] = volume
    return found(volume, 201)


def get_volume(state: State, asked: Asked, fault: Fault) -> Reply:
    """Read one volume."""
    del fault
    return found(_known(state.account.volumes, asked))


def delete_volume(state: State, asked: Asked, fault: Fault) -> Reply:
    """Delete a volume that no pod has mounted."""
    del fault
    _known(state.account.volumes, asked)
    if any(pod.volume_id == asked.target and pod.status != "TERMINATED" for pod in state.pods()):
        raise Refusal(400, "network volume is in use by a pod")
    del state.account.volumes[asked.target]
    return DONE


def list_registries(state: State, asked: Asked, fault: Fault) -> Reply:
    """List logins of registries."""
    del asked, fault
    return found({"registries": list(state.account.registries.values())})


def create_registry(state: State, asked: Asked, fault: Fault) -> Reply:
    """Note a login of a registry; its password is told to nobody."""
    del fault
    name = read(asked.body, CREATE_REGISTRY)["name"]
    if any(one["name"] == name for one in state.account.registries.values()):
        raise Refusal(400, f"registry {name} already exists")
    registry = {"id": state.new_id(), "name": name}
    state.account.registries[registry["id"]] = registry
    return found(registry, 201)


def get_registry(state: State, asked: Asked, fault: Fault) -> Reply:
    """Read one login."""
    del fault
    return found(_known(state.account.registries, asked))


def delete_registry(state: State, asked: Asked, fault: Fault) -> Reply:
    """Forget a login that no pod uses."""
    del fault
    _known(state.account.registries, asked)
    if any(pod.order.get("registry") == asked.target for pod in state.pods()):
        raise Refusal(400, "registry is in use by a pod")
    del state.account.registries[asked.target]
    return DONE


def _known(things: dict[str, dict[str, Any]], asked: Asked) -> dict[str, Any]:
    if asked.target not in things:
        raise Refusal(404, NOT_FOUND)
    return things[asked.target]


def get_ssh_keys(state: State, asked: Asked, fault: Fault) -> Reply:
    """Read the account's public keys."""
    del asked, fault
    return found({"keys": state.account.ssh_keys})


def put_ssh_keys(state: State, asked: Asked, fault: Fault) -> Reply:
    """Replace the account's public keys, all of them."""
    del fault
    state.account.ssh_keys = read(asked.body, SSH_KEYS)["keys"]
    return found({"keys": state.account.ssh_keys})


OFFERS: dict[str, Operation] = {
    "listGpuTypes": list_gpus,
    "getGpuType": get_gpu,
    "listCpuTypes": list_cpus,
    "getCpuType": get_cpu,
    "listDataCenters": list_places,
    "getDataCenter": get_place,
    "listNetworkVolumes": list_volumes,
    "createNetworkVolume": create_volume,
    "getNetworkVolume": get_volume,
    "deleteNetworkVolume": delete_volume,
    "listRegistries": list_registries,
    "createRegistry": create_registry,
    "getRegistry": get_registry,
    "deleteRegistry": delete_registry,
    "getSshKeys": get_ssh_keys,
    "updateSshKeys": put_ssh_keys,
    "listPodBilling": pod_bills,
}
