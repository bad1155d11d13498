"""What each operation on pods does."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from tests.fakes.runpod.asked import Asked
from tests.fakes.runpod.clock import moment_of
from tests.fakes.runpod.facts import MOVES
from tests.fakes.runpod.faults import Fault
from tests.fakes.runpod.logs import MOST_BACK, USUAL_BACK, Cursor, Line, frames
from tests.fakes.runpod.pods import Pod
from tests.fakes.runpod.problems import JSON, NO_FREE_GPUS, Refusal, Reply, found
from tests.fakes.runpod.rules import POD_ACTION, UPDATE_POD, read, read_pod
from tests.fakes.runpod.state import State

DONE = Reply(204)
STREAM = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache",
    "X-Accel-Buffering": "no",
}


def list_pods(state: State, asked: Asked, fault: Fault) -> Reply:
    """List pods, a page at a time; what else the query asks for is ignored, as the service does."""
    del fault
    limit = _number(asked, "limit", state.settings.page_size, 1, state.settings.page_size)
    after = _read_cursor(asked.query.get("cursor", ""))
    pods = [pod for pod in state.pods() if pod.number > after]
    page, now = pods[:limit], state.now
    more = len(pods) > limit
    pagination: dict[str, Any] = {"hasNextPage": more}
    if more:
        pagination["nextCursor"] = base64.urlsafe_b64encode(f"pod:{page[-1].number}".encode()).decode()
    pods_text = ",".join(pod.text(now) for pod in page)
    body = f'{{"pods":[{pods_text}],"pagination":{json.dumps(pagination)}}}'
    return Reply(200, body.encode(), JSON)


def create_pod(state: State, asked: Asked, fault: Fault) -> Reply:
    """Make a pod."""
    order = read_pod(asked.body, state.settings.most_env)
    place = state.place(order)
    if fault.other_gpu:
        place = replace(place, kind=fault.other_gpu)
    pod = state.make(order, place, fault.usd_factor)
    pod.unlisted_until = state.now + fault.unlisted_s
    return found(pod.view(state.now), 201)


def get_pod(state: State, asked: Asked, fault: Fault) -> Reply:
    """Read one pod."""
    del fault
    return found(state.pod(asked.target).view(state.now))


def update_pod(state: State, asked: Asked, fault: Fault) -> Reply:
    """Rename, lock or unlock a pod; what would change its container is refused here."""
    del fault
    pod = state.pod(asked.target)
    changes = read(asked.body, UPDATE_POD)
    if beyond := changes.keys() - {"name", "locked"}:
        raise Refusal(409, f"the stand-in does not change {', '.join(sorted(beyond))} of a pod")
    pod.name = changes.get("name", pod.name)
    pod.locked = changes.get("locked", pod.locked)
    return found(pod.view(state.now))


def delete_pod(state: State, asked: Asked, fault: Fault) -> Reply:
    """Terminate a pod."""
    pod = state.pod(asked.target)
    by = "itself" if asked.caller else "its keeper"
    end = partial(state.life.terminate, pod, f"is terminated by {by}", fault.lingers_s)
    if fault.later_s:
        state.timeline.plan(fault.later_s, end)
    elif not fault.ignore:
        end()
    return DONE


def pod_action(state: State, asked: Asked, fault: Fault) -> Reply:
    """Start, stop, restart or terminate a pod."""
    pod = state.pod(asked.target)
    action = read(asked.body, POD_ACTION)["action"]
    if action not in MOVES[pod.status]:
        raise Refusal(409, f"action {action} is not valid for a pod that is {pod.status}")
    if pod.locked and action in {"stop", "restart"}:
        raise Refusal(409, "pod is locked")
    if action == "terminate":
        return delete_pod(state, asked, fault)
    if not fault.ignore:
        _move(state, pod, action)
    return found(pod.view(state.now))


def pod_logs(state: State, asked: Asked, fault: Fault) -> Reply:
    """Tell a pod's log; the stream goes on where the connection can."""
    pod = state.pod(asked.target)
    source = asked.query.get("source", "")
    if source not in {"", "container", "system"}:
        raise Refusal(400, f"source must be container or system, not {source}")
    there = pod.log.lines()
    lines = _asked_for([line for line in there if source in {"", line.source}], asked)
    lines = [*lines[-fault.replay :], *lines] if fault.replay else lines
    body = frames(lines[::-1] if fault.shuffle else lines)
    told = there[-1].number if there else 0
    return Reply(200, body, STREAM, follow=pod.pod_id, source=source, told=told)


def _move(state: State, pod: Pod, action: str) -> None:
    if action == "stop":
        state.life.stop(pod)
    elif action == "restart":
        state.life.restart(pod)
    else:
        place = pod.place
        if state.catalog.free(place.kind, place.cloud, place.where) < (place.count or 1):
            raise Refusal(400, NO_FREE_GPUS)
        state.life.start(pod)


def _asked_for(lines: list[Line], asked: Asked) -> list[Line]:
    """Return the lines behind a cursor, or the last ones."""
    try:
        if "last-event-id" in asked.headers:
            cursor = Cursor.read(asked.headers["last-event-id"])
        elif "since" in asked.query:
            cursor = Cursor(moment_of(asked.query["since"]))
        else:
            tail = _number(asked, "tail", USUAL_BACK, 0, MOST_BACK)
            return lines[-tail:] if tail else []
    except ValueError as error:
        raise Refusal(400, f"not a time of RFC 3339: {error}") from error
    return [line for line in lines if not cursor.passed(line)]


def _number(asked: Asked, name: str, usual: int, least: int, most: int) -> int:
    text = asked.query.get(name, str(usual))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise Refusal(400, f"{name} must be a number from {least} to {most}, not {text}")
    return int(text)


def _read_cursor(text: str) -> int:
    if not text:
        return 0
    try:
        return int(base64.urlsafe_b64decode(text).decode().removeprefix("pod:"))
    except ValueError as error:
        raise Refusal(400, "cursor is not one of ours") from error


Operation = Callable[[State, Asked, Fault], Reply]
PODS: dict[str, Operation] = {
    "listPods": list_pods,
    "createPod": create_pod,
    "getPod": get_pod,
    "updatePod": update_pod,
    "deletePod": delete_pod,
    "podAction": pod_action,
    "getPodLogs": pod_logs,
}
