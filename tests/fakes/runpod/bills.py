"""What `GET /v2/billing/pods` tells: what pods cost, bucket by bucket."""

import math
from collections.abc import Iterator
from functools import reduce
from operator import itemgetter
from typing import Any

from tests.fakes.runpod.asked import Asked
from tests.fakes.runpod.billing import BUCKETS_S, FREE, Rates, Window
from tests.fakes.runpod.clock import moment_of, text_of
from tests.fakes.runpod.faults import Fault
from tests.fakes.runpod.pods import Pod
from tests.fakes.runpod.problems import Refusal, Reply, found
from tests.fakes.runpod.state import State

USUAL_DAYS = 30


def pod_bills(state: State, asked: Asked, fault: Fault) -> Reply:
    """Tell what pods cost, bucket by bucket."""
    window, now = _window(asked, state.now), state.now
    only = asked.query.get("podId")
    until = now - fault.late_s if fault.late_s else math.inf
    costs: list[tuple[float, float, str, Rates]] = []
    for pod in state.ever.values():
        if only in {None, pod.pod_id}:
            costs += [(*bucket, pod.pod_id, cost) for bucket, cost in _costs(pod, window, now, until)]
    costs.sort(key=itemgetter(0))
    records = [{**_span(start, end), "podId": one, **_amounts(cost)} for start, end, one, cost in costs]
    totals = reduce(Rates.plus, (cost for *_, cost in costs), FREE)
    query = {**_span(window.start, window.end), "bucketSize": window.size, "podId": only}
    metadata = {
        "query": query,
        "recordCount": len(records),
        "uniquePodCount": len({record["podId"] for record in records}),
        "totals": _amounts(totals),
    }
    return found({"records": records, "metadata": metadata})


def _costs(pod: Pod, window: Window, now: float, until: float) -> Iterator[tuple[tuple[float, float], Rates]]:
    """Yield what a pod has cost in each bucket that it has touched and that ended by `until`."""
    spans = pod.meter.spans
    if not spans:
        return
    for start, end in window.touched(spans[0].start, spans[-1].paid_until(now)):
        cost = pod.meter.between(start, end, now)
        if cost.total and end <= until:
            yield (start, end), cost


def _window(asked: Asked, now: float) -> Window:
    query = asked.query
    size = query.get("bucketSize", "day")
    if size not in BUCKETS_S:
        raise Refusal(400, f"bucketSize must be one of {', '.join(BUCKETS_S)}")
    if "lastN" in query:
        if "startTime" in query or "endTime" in query or not query["lastN"].isdecimal():
            raise Refusal(400, "lastN is a number, and stands without startTime and endTime")
        return Window.last(int(query["lastN"]), now, size)
    try:
        start = moment_of(query["startTime"]) if "startTime" in query else now - USUAL_DAYS * 86400
        end = moment_of(query["endTime"]) if "endTime" in query else now
    except ValueError as error:
        raise Refusal(400, f"not a time of RFC 3339: {error}") from error
    return Window.around(start, end, size)


def _span(start: float, end: float) -> dict[str, Any]:
    return {"startTime": text_of(start), "endTime": text_of(end)}


def _amounts(cost: Rates) -> dict[str, float]:
    return {
        "totalAmount": float(cost.total),
        "gpuAmount": float(cost.gpu),
        "cpuAmount": float(cost.cpu),
        "diskAmount": float(cost.disk),
    }
