"""What a request's body must be: first its shape (422, naming each fault), then rules across fields (400)."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.runpod.problems import INVALID, Refusal

LARGEST_BODY = 102_400
CUDA = re.compile(r"^\d+\.\d+$")
SSH_KEY = re.compile(r"^(ssh|ecdsa|sk)-[^\s]+ [^\s]+([ \t][^\n\r]*)?$")

Check = Callable[[object, str], Iterator[str]]
Body = dict[str, Any]


def text(shortest: int = 0, like: re.Pattern[str] | None = None) -> Check:
    """Return a check for a string."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"{at}: got {_kind(value)}, want string"
        elif len(value) < shortest:
            yield f"{at}: minLength: got {len(value)}, want {shortest}"
        elif like and not like.search(value):
            yield f"{at}: '{value}' does not match pattern '{like.pattern}'"

    return check


def whole(least: int, most: int | None = None) -> Check:
    """Return a check for an integer."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"{at}: got {_kind(value)}, want integer"
        elif value < least:
            yield f"{at}: minimum: got {value}, want {least}"
        elif most is not None and value > most:
            yield f"{at}: maximum: got {value}, want {most}"

    return check


def word(*allowed: str) -> Check:
    """Return a check for one of some words."""

    def check(value: object, at: str) -> Iterator[str]:
        if value not in allowed:
            yield f"{at}: value must be one of {', '.join(repr(one) for one in allowed)}"

    return check


def flag(value: object, at: str) -> Iterator[str]:
    """Check a truth value."""
    if not isinstance(value, bool):
        yield f"{at}: got {_kind(value)}, want boolean"


def many(check: Check, most: int | None = None) -> Check:
    """Return a check for a list."""

    def check_all(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{at}: got {_kind(value)}, want array"
            return
        if most is not None and len(value) > most:
            yield f"{at}: maxItems: got {len(value)}, want {most}"
        for number, one in enumerate(value):
            yield from check(one, f"{at}[{number}]")

    return check_all


def texts_by_name(value: object, at: str) -> Iterator[str]:
    """Check a map of strings."""
    if not isinstance(value, dict):
        yield f"{at}: got {_kind(value)}, want object"
        return
    for name, one in value.items():
        yield from text()(one, f"{at}.{name}")


def or_null(check: Check) -> Check:
    """Return a check that lets null pass."""
    return lambda value, at: iter(()) if value is None else check(value, at)


@dataclass(frozen=True)
class Fields:
    """A check for an object that may have these fields and no others."""

    known: Mapping[str, Check]
    required: tuple[str, ...] = field(default=())

    def __call__(self, value: object, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{at}: got {_kind(value)}, want object"
            return
        for name in self.required:
            if name not in value:
                yield f"{at}: missing property '{name}'"
        for name, one in value.items():
            if name in self.known:
                yield from self.known[name](one, f"{at}.{name}")
            else:
                yield f"{at}: additional properties '{name}' not allowed"


MOUNTS = Fields(
    {
        "persistent": Fields({"size": whole(10), "path": text()}, ("size", "path")),
        "network": many(Fields({"volumeId": text(), "path": text()}, ("volumeId", "path")), most=1),
    }
)
CONTAINER: dict[str, Check] = {
    "image": text(),
    "args": text(),
    "entrypoint": many(text()),
    "cmd": many(text()),
    "disk": whole(1),
    "env": texts_by_name,
    "ports": many(text()),
    "registry": or_null(text()),
}
GPU = Fields(
    {
        "id": text(),
        "count": whole(1),
        "allowedCudaVersions": many(text(like=CUDA)),
        "minCudaVersion": text(like=CUDA),
        "minRamPerGpu": whole(1),
        "minVcpuCountPerGpu": whole(1),
    },
    ("id",),
)
CREATE_POD = Fields(
    {
        **CONTAINER,
        "name": text(1),
        "cloud": word("SECURE", "COMMUNITY"),
        "gpu": GPU,
        "cpu": Fields({"id": text(1), "vcpuCount": whole(2)}, ("id", "vcpuCount")),
        "dataCenterIds": many(text()),
        "mounts": MOUNTS,
        "globalNetworking": flag,
        "startJupyter": flag,
        "startSsh": flag,
        "templateId": text(1),
    },
    ("name",),
)
UPDATE_POD = Fields(
    {
        **CONTAINER,
        "name": text(1),
        "locked": flag,
        "mounts": MOUNTS,
        "globalNetworking": flag,
        "templateId": text(1),
    }
)
POD_ACTION = Fields({"action": word("start", "stop", "restart", "terminate")}, ("action",))
CREATE_VOLUME = Fields(
    {
        "name": text(1),
        "size": whole(10, 4096),
        "dataCenter": text(1),
        "type": word("STANDARD", "HIGH_PERFORMANCE"),
    },
    ("name", "size", "dataCenter"),
)
CREATE_REGISTRY = Fields(
    {"name": text(1), "username": text(), "password": text()}, ("name", "username", "password")
)
SSH_KEYS = Fields({"keys": many(text(like=SSH_KEY))}, ("keys",))


def read(body: bytes, shape: Fields) -> Body:
    """Return a body that has a shape.

    Raises:
        Refusal: It is too large, no JSON, or of another shape.
    """
    if len(body) > LARGEST_BODY:
        raise Refusal(413, f"request body exceeds {LARGEST_BODY} bytes")
    try:
        said = json.loads(body)
    except ValueError as error:
        raise Refusal(400, "request body is not valid JSON") from error
    if wrong := tuple(shape(said, "$")):
        raise Refusal(422, INVALID, wrong)
    return said  # type: ignore[no-any-return] # a JSON object, as the shape has said


def read_pod(body: bytes, most_env: int) -> Body:
    """Return the body of a pod's creation, which keeps the rules across fields too."""
    said = read(body, CREATE_POD)
    if "image" not in said and "templateId" not in said:
        raise Refusal(422, INVALID, ("$: missing property 'image'",))
    for detail in _broken(said, most_env):
        raise Refusal(400, detail)
    return said


def _broken(said: Body, most_env: int) -> Iterator[str]:
    if ("gpu" in said) == ("cpu" in said):
        yield "exactly one of gpu or cpu must be set"
    gpu, mounts = said.get("gpu", {}), said.get("mounts", {})
    if gpu.get("allowedCudaVersions") and "minCudaVersion" in gpu:
        yield "allowedCudaVersions and minCudaVersion are mutually exclusive"
    if "persistent" in mounts and "network" in mounts:
        yield "mounts.persistent and mounts.network are mutually exclusive"
    if "persistent" in mounts and "cpu" in said:
        yield "mounts.persistent is not supported on CPU pods"
    vcpus = said.get("cpu", {}).get("vcpuCount", 2)
    if vcpus & (vcpus - 1):
        yield "cpu.vcpuCount must be a power of two"
    if len(said.get("env", {})) > most_env:
        yield f"a pod may have at most {most_env} environment variables"


def _kind(value: object) -> str:
    names = {bool: "boolean", str: "string", int: "number", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "null")
