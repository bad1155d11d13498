"""What is left of RunPod's GraphQL: ending a pod, asking for the balance, and renting spot in vain."""

import json
import re
from decimal import Decimal
from typing import Any

from tests.fakes.runpod.asked import Asked
from tests.fakes.runpod.faults import Fault
from tests.fakes.runpod.problems import DENIED, NO_POD, NO_SPOT, Refusal, Reply, found
from tests.fakes.runpod.rules import Body
from tests.fakes.runpod.state import State

NO_SUPPLY = (
    "There are no longer any instances available with the requested specifications. "
    "Please refresh and try again."
)
TOKEN = re.compile(r'\s*(?:,\s*)?("(?:[^"\\]|\\.)*"|[{}\[\]:]|\$\w+|-?\d+(?:\.\d+)?|\w+)')


def graphql(state: State, asked: Asked, fault: Fault) -> Reply:
    """Answer a query: HTTP says 200 whatever is wrong with it, as GraphQL does."""
    try:
        said = json.loads(asked.body)
        query, variables = str(said["query"]), said.get("variables") or {}
    except (ValueError, KeyError, TypeError):
        return graphql_error(
            "Something went wrong. Please try again later or contact support.", "BAD_USER_INPUT"
        )
    if "podTerminate" in query:
        return _terminate(state, asked, fault, _argument(query, "podTerminate", variables))
    if asked.caller:
        return graphql_error(DENIED, "FORBIDDEN")
    if "podRentInterruptable" in query:
        return _rent(state, _argument(query, "podRentInterruptable", variables))
    if "myself" in query:
        spend = sum((pod.meter.rates.total for pod in state.listed.values()), Decimal(0))
        me = {"clientBalance": float(state.balance()), "currentSpendPerHr": float(spend)}
        return found({"data": {"myself": me}})
    return graphql_error("the stand-in does not know this query", "GRAPHQL_VALIDATION_FAILED")


def _terminate(state: State, asked: Asked, fault: Fault, said: Body) -> Reply:
    pod_id = str(said.get("podId", ""))
    if asked.caller not in {"", pod_id}:
        return graphql_error(DENIED, "FORBIDDEN")
    try:
        pod = state.pod(pod_id)
    except Refusal:
        return graphql_error(f"{NO_POD} to terminate", "INTERNAL_SERVER_ERROR")
    if not fault.ignore:
        by = "itself" if asked.caller else "its keeper"
        state.life.terminate(pod, f"is terminated by {by}", fault.lingers_s)
    return found({"data": {"podTerminate": None}})


def _rent(state: State, said: Body) -> Reply:
    if not state.settings.spot:
        return graphql_error(NO_SPOT, "BAD_REQUEST")
    cloud = "COMMUNITY" if said.get("cloudType", "ALL") == "ALL" else said["cloudType"]
    order = {
        "name": said.get("name", ""),
        "image": said.get("imageName", ""),
        "args": said.get("dockerArgs", ""),
        "disk": said.get("containerDiskInGb", 20),
        "env": {one["key"]: one["value"] for one in said.get("env", [])},
        "gpu": {"id": said.get("gpuTypeId", ""), "count": said.get("gpuCount", 1)},
        "cloud": cloud,
        "dataCenterIds": [said["dataCenterId"]] if "dataCenterId" in said else [],
    }
    try:
        place = state.place(order)
    except Refusal:
        return graphql_error(NO_SUPPLY, "SUPPLY_CONSTRAINT")
    pod = state.make(order, place, state.settings.spot_factor)
    machine = {"podHostId": f"{pod.pod_id}-00000000"}
    told = {"id": pod.pod_id, "imageName": order["image"], "machineId": "m", "machine": machine}
    return found({"data": {"podRentInterruptable": told}})


def graphql_error(message: str, code: str) -> Reply:
    """Return a refusal as GraphQL words it, which HTTP takes for a success."""
    return found({"errors": [{"message": message, "extensions": {"code": code}}]})


def _argument(query: str, field: str, variables: Body) -> Body:
    """Return the `input` of a field, whether it stands in the query or among the variables."""
    after = query[query.index(field) + len(field) :]
    begun = re.match(r"\s*\(\s*input\s*:", after)
    if not begun:
        return {}
    tokens = [found[1] for found in TOKEN.finditer(after[begun.end() :])]
    value, _ = _value(tokens, 0, variables)
    return value if isinstance(value, dict) else {}


def _value(tokens: list[str], at: int, variables: Body) -> tuple[Any, int]:
    token = tokens[at]
    if token == "{":  # noqa: S105 - a brace
        return _object(tokens, at + 1, variables)
    if token == "[":  # noqa: S105 - a bracket
        items = []
        at += 1
        while tokens[at] != "]":
            item, at = _value(tokens, at, variables)
            items.append(item)
        return items, at + 1
    if token.startswith("$"):
        return variables.get(token[1:]), at + 1
    try:
        return json.loads(token), at + 1
    except ValueError:
        return token, at + 1  # a word of an enumeration


def _object(tokens: list[str], at: int, variables: Body) -> tuple[Body, int]:
    said: Body = {}
    while tokens[at] != "}":
        said[tokens[at]], at = _value(tokens, at + 2, variables)
    return said, at + 1
