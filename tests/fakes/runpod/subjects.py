"""What a request is about, so that a fault can look for it."""

import json

from tests.fakes.runpod.asked import Asked
from tests.fakes.runpod.faults import Subject
from tests.fakes.runpod.state import State


def subject_of(asked: Asked, state: State) -> Subject:
    """Return the pod that is asked about, or what the pod is to be that is asked for."""
    by_pod = bool(asked.caller)
    pod = state.ever.get(asked.target)
    if pod:
        return Subject(pod.place.kind, pod.place.cloud, pod.place.where, pod.name, by_pod)
    try:
        body = json.loads(asked.body) if asked.operation == "createPod" else {}
    except ValueError:
        body = {}
    if not isinstance(body, dict):
        return Subject(by_pod=by_pod)
    size = body.get("gpu") or body.get("cpu") or {}
    kind = size.get("id", "") if isinstance(size, dict) else ""
    places = body.get("dataCenterIds", [])
    where = ",".join(map(str, places)) if isinstance(places, list) else ""
    cloud = str(body.get("cloud", "SECURE"))
    return Subject(str(kind), cloud, where, str(body.get("name", "")), by_pod)
