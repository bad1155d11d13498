"""What REST v2 promises about its answers, as data: the tests hold the stand-in to it.

A shape is a type, a tuple of alternatives, a list of one shape, a set of allowed words, or an `Object`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

Shape = object


@dataclass(frozen=True)
class Object:
    """A JSON object: what it must have, and what it may have besides."""

    required: dict[str, Shape] = field(default_factory=dict)
    optional: dict[str, Shape] = field(default_factory=dict)


NOTHING = type(None)
NUMBER = (int, float)
STATUSES = {"PROVISIONING", "STARTING", "RUNNING", "EXITED", "ERROR", "TERMINATED"}
ACTIONS = {"start", "stop", "restart", "terminate"}
CLOUDS = {"SECURE", "COMMUNITY"}
LEVELS = {"NONE", "LOW", "MEDIUM", "HIGH"}
SOURCES = {"container", "system"}
VOLUME_TYPES = {"STANDARD", "HIGH_PERFORMANCE"}
REGIONS = {
    "NORTH_AMERICA",
    "SOUTH_AMERICA",
    "EUROPE",
    "ASIA",
    "MIDDLE_EAST",
    "AFRICA",
    "OCEANIA",
    "ANTARCTICA",
    "UNKNOWN",
}
# Which moves a pod in a status allows; every other is answered with 409.
MOVES = {
    "PROVISIONING": ("stop", "terminate"),
    "STARTING": ("stop", "terminate"),
    "RUNNING": ("stop", "restart", "terminate"),
    "EXITED": ("start", "terminate"),
    "ERROR": ("start", "terminate"),
    "TERMINATED": (),
}

ERROR = Object({"title": str, "status": int, "detail": str}, {"errors": [str]})
MOUNTS = Object(
    {},
    {
        "persistent": Object({"size": int, "path": str}),
        "network": [Object({"volumeId": str, "path": str})],
    },
)
ENDPOINT = Object({"host": str, "port": int, "username": str, "command": str})
UTIL = Object({}, {"util": int})
RUNTIME = Object(
    {},
    {
        "uptime": int,
        "gpus": [Object({}, {"util": int, "memoryUtil": int})],
        "cpu": UTIL,
        "memory": UTIL,
        "ports": [Object({}, {"private": int, "public": (int, NOTHING), "type": str, "ip": (str, NOTHING)})],
    },
)
POD = Object(
    {
        "id": str,
        "name": str,
        "status": STATUSES,
        "actions": [ACTIONS],
        "image": str,
        "args": str,
        "disk": int,
        "mounts": MOUNTS,
        "ports": [str],
        "env": dict,
        "registry": (str, NOTHING),
        "cloud": CLOUDS,
        "dataCenterId": (str, NOTHING),
        "cudaVersion": (str, NOTHING),
        "ssh": Object({"proxy": (ENDPOINT, NOTHING), "direct": (ENDPOINT, NOTHING)}),
        "template": (str, NOTHING),
        "cost": NUMBER,
        "locked": bool,
        "runtime": (RUNTIME, NOTHING),
        "createdAt": str,
        "startedAt": (str, NOTHING),
        "globalNetworking": Object({"enabled": bool}, {"ip": str, "internalDns": str}),
    },
    {
        "gpu": Object({"id": str}, {"count": int, "vcpuCount": int, "memory": int}),
        "cpu": Object({"id": str, "vcpuCount": int, "memory": int}),
        "entrypoint": [str],
        "cmd": [str],
    },
)
PODS = Object({"pods": [POD]}, {"pagination": Object({"hasNextPage": bool}, {"nextCursor": (str, NOTHING)})})
AVAILABILITY = Object({"id": str, "name": str, "availability": LEVELS})
GPU = Object(
    {
        "id": str,
        "name": str,
        "pool": (str, NOTHING),
        "manufacturer": {"NVIDIA", "AMD", "UNKNOWN"},
        "memory": int,
        "secure": bool,
        "community": bool,
        "price": Object({"secure": NUMBER, "community": NUMBER}, {"serverless": NUMBER}),
        "maxCount": Object({"secure": int, "community": int}),
    },
    {
        "availability": LEVELS,
        "dataCenters": [AVAILABILITY],
        "cudaVersions": [Object({"version": str, "available": bool})],
    },
)
GPUS = Object({"gpus": [GPU]})
CPU = Object(
    {
        "id": str,
        "name": str,
        "group": str,
        "vcpu": Object({"min": int, "max": int}),
        "ramGbPerVcpu": NUMBER,
        "price": Object({"securePerVcpu": NUMBER, "serverlessPerVcpu": NUMBER}),
    },
    {"availability": LEVELS, "dataCenters": [AVAILABILITY]},
)
CPUS = Object({"cpus": [CPU]})
DATA_CENTER = Object(
    {
        "id": str,
        "name": str,
        "region": REGIONS,
        "networkVolumeTypes": [VOLUME_TYPES],
        "compliance": [str],
        "globalNetwork": bool,
    },
    {"gpuAvailability": [AVAILABILITY], "cpuAvailability": [AVAILABILITY]},
)
DATA_CENTERS = Object({"dataCenters": [DATA_CENTER]})
VOLUME = Object({"id": str, "name": str, "size": int, "dataCenter": str, "type": VOLUME_TYPES})
VOLUMES = Object({"networkVolumes": [VOLUME]})
REGISTRIES = Object({"registries": [Object({"id": str, "name": str})]})
SSH_KEYS = Object({"keys": [str]})
AMOUNTS: dict[str, Shape] = {
    "totalAmount": NUMBER,
    "gpuAmount": NUMBER,
    "cpuAmount": NUMBER,
    "diskAmount": NUMBER,
}
BILLING = Object(
    {
        "records": [Object({"startTime": str, "endTime": str, "podId": str, **AMOUNTS})],
        "metadata": Object(
            {
                "query": Object(
                    {
                        "startTime": str,
                        "endTime": str,
                        "bucketSize": {"hour", "day", "week", "month", "year"},
                    },
                    {"podId": (str, NOTHING)},
                ),
                "recordCount": int,
                "uniquePodCount": int,
                "totals": Object(AMOUNTS),
            }
        ),
    }
)
LOG_LINE = Object({"ts": str, "source": SOURCES, "line": str})


def wrong_in(value: object, shape: Shape, at: str = "$") -> Iterator[str]:
    """Yield a sentence for each place where a value of JSON has not the shape that it should have."""
    if isinstance(shape, Object):
        yield from _wrong_in_object(value, shape, at)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{at} is {value!r}, not a list"
            return
        for number, item in enumerate(value):
            yield from wrong_in(item, shape[0], f"{at}[{number}]")
    elif isinstance(shape, set):
        if value not in shape:
            yield f"{at} is {value!r}, none of {sorted(shape)}"
    elif isinstance(shape, tuple):
        if all(any(wrong_in(value, kind, at)) for kind in shape):
            yield f"{at} is {value!r}, which is none of what it may be"
    elif not isinstance(shape, type) or not isinstance(value, shape) or (shape is int and value is True):
        yield f"{at} is {value!r}, not {shape}"


def _wrong_in_object(value: object, shape: Object, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at} is {value!r}, not an object"
        return
    for name in shape.required.keys() - value.keys():
        yield f"{at}.{name} is missing"
    known = shape.required | shape.optional
    for name, part in value.items():
        if name in known:
            yield from wrong_in(part, known[name], f"{at}.{name}")
        else:
            yield f"{at}.{name} is unknown"
