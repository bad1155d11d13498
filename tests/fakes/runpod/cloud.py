"""RunPod without a network: an object that answers requests, and what may be done behind their back."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from http import HTTPStatus

from tests.fakes.runpod.account import ACCOUNT_KEY
from tests.fakes.runpod.asked import V1, Asked, operation_of
from tests.fakes.runpod.clock import Clock, RealClock
from tests.fakes.runpod.faults import NO_FAULT, Case, Chance, Fault, Script
from tests.fakes.runpod.graphql import graphql, graphql_error
from tests.fakes.runpod.logs import Line
from tests.fakes.runpod.offers import OFFERS
from tests.fakes.runpod.operations import PODS, Operation
from tests.fakes.runpod.pods import Pod
from tests.fakes.runpod.problems import Refusal, Reply, html
from tests.fakes.runpod.rules import Body
from tests.fakes.runpod.settings import Settings
from tests.fakes.runpod.state import MakeBody, State, no_body
from tests.fakes.runpod.subjects import subject_of
from tests.fakes.runpod.timeline import Timeline

OPERATIONS: dict[str, Operation] = {**PODS, **OFFERS, "graphql": graphql}
GONE = "REST v1 is no longer served; use https://api.runpod.io/v2"


class NoReply(Exception):
    """The connection ends without a word."""


class Cloud:
    """A stand-in for RunPod's cloud. It does nothing by itself: time passes when it is asked something.

    Attributes:
        state: Everything that it knows.
        asked: Every request that came to a path of ours.
        befell: What befell those that something befell.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        settings: Settings | None = None,
        *,
        make_body: MakeBody = no_body,
        chance: Chance | None = None,
        tell: Callable[[Pod, str], None] = lambda _pod, _what: None,
    ) -> None:
        self.state = State(
            settings or Settings(),
            Timeline(clock or RealClock()),
            Script(chance or Chance()),
            make_body,
            tell,
        )
        self.asked: list[Asked] = []
        self.befell: list[tuple[Asked, Fault]] = []
        self._answered = 0
        self._lock = threading.RLock()

    @property
    def key(self) -> str:
        """The account's key, which opens nothing."""
        return ACCOUNT_KEY

    @property
    def ever(self) -> dict[str, Pod]:
        """All pods ever made, by id."""
        return self.state.ever

    @property
    def alive(self) -> list[Pod]:
        """Pods that are not terminated, the oldest first."""
        with self._lock:
            self.tick()
            return [pod for pod in self.ever.values() if pod.status != "TERMINATED"]

    def answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes = b"",
    ) -> tuple[int, dict[str, str], bytes]:
        """Answer a request at once; a stream is what it says now.

        Raises:
            NoReply: A fault lets the connection end.
        """
        reply = self.reply(method, path, query, headers, body)
        if reply.hang_up:
            raise NoReply(f"{method} {path}")
        return reply.status, dict(reply.headers), reply.body[: reply.cut_at]

    def reply(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes = b"",
    ) -> Reply:
        """Answer a request, and say how the answer is to travel."""
        known = {name.lower(): value for name, value in headers.items()}
        with self._lock:
            self.tick()
            self._answered += 1
            told = {"x-request-id": f"{self.state.settings.seed:08x}-{self._answered:012x}"}
            asked = Asked("unknown", method, path, dict(query), known, body, moment=self.state.now)
            try:
                reply = self._admitted(asked, told)
            except Refusal as refusal:
                reply = refusal.reply()
        return replace(reply, headers={**reply.headers, **told})

    def _admitted(self, asked: Asked, told: dict[str, str]) -> Reply:
        state, now = self.state, self.state.now
        operation, target = operation_of(asked.method, asked.path)
        asked = replace(asked, operation=operation, target=target)
        self.asked.append(asked)
        if operation == V1:
            raise Refusal(410, GONE)
        query = asked.query if operation == "graphql" else {}
        caller = state.account.caller(asked.headers, query, now)
        asked = replace(asked, caller=caller)
        self.asked[-1] = asked
        if not caller:
            try:
                state.limits.spend(now)
            finally:
                told |= state.limits.headers(now)
        fault = state.script.fault(operation, subject_of(asked, state))
        if fault is not NO_FAULT:
            self.befell.append((asked, fault))
        return self._befallen(asked, fault)

    def _befallen(self, asked: Asked, fault: Fault) -> Reply:
        now = self.state.now
        if fault.drop:
            return Reply(0, hang_up=True)
        if fault.revoke_s:
            self.revoke_key(fault.revoke_s)
            raise Refusal(401, "invalid bearer token")
        if fault.exhaust:
            self.state.limits.exhaust(fault.exhaust, now)
            self.state.limits.spend(now)
        if fault.answer is None and fault.html is None:
            reply = self._served(asked, fault)
        else:
            if fault.after_all:
                self._served(asked, fault)
            reply = _said(asked, fault)
        return replace(reply, wait_s=fault.wait_s, hang_up=fault.lose_reply, cut_at=fault.cut_at)

    def _served(self, asked: Asked, fault: Fault) -> Reply:
        if asked.operation != "graphql":
            self.state.account.allow(asked.caller, asked.operation, asked.target)
        try:
            return OPERATIONS[asked.operation](self.state, asked, fault)
        except Refusal as refusal:
            return refusal.reply()

    def tick(self) -> None:
        """Let happen what is due, and notice which containers have ended."""
        with self._lock:
            self.state.timeline.catch_up()
            for pod in self.state.listed.values():
                self.state.life.look(pod)

    @property
    def next_due(self) -> float | None:
        """When something is to happen next, by the clock; None if nothing is planned."""
        return self.state.timeline.next_due

    def befall(self, *cases: Case) -> None:
        """Add faults of requests and fates of pods to the script."""
        with self._lock:
            self.state.script.add(*cases)

    def count(self) -> Counter[str]:
        """Return how many requests of each operation came."""
        with self._lock:
            return Counter(asked.operation for asked in self.asked)

    def bill(self) -> dict[str, Decimal]:
        """Return what each pod ever made has cost so far, in USD, exactly."""
        with self._lock:
            self.tick()
            return {pod_id: pod.meter.usd(self.state.now) for pod_id, pod in self.ever.items()}

    def balance(self) -> Decimal:
        """Return the credit that is left, in USD."""
        with self._lock:
            self.tick()
            return self.state.balance()

    def logs(self, pod_id: str, source: str = "", after: int = 0) -> list[Line]:
        """Return the lines of a pod behind a number."""
        return self.ever[pod_id].log.after(after, source)

    def is_over(self, pod_id: str) -> bool:
        """Whether a pod's log says nothing more."""
        with self._lock:
            self.tick()
            return self.ever[pod_id].gone

    def create(self, body: Body) -> Pod:
        """Make a pod from behind, without rules, faults or a request."""
        with self._lock:
            self.tick()
            return self.state.make(body, self.state.place(body))

    def lose_host(self, pod_id: str, *, gone: bool = True) -> None:
        """Take a pod's host away: 404 afterwards, or else EXITED."""
        with self._at(pod_id) as pod:
            self.state.life.lose(pod, gone=gone)

    def delete_in_console(self, pod_id: str) -> None:
        """Terminate a pod as its owner might, in the browser."""
        with self._at(pod_id) as pod:
            self.state.life.terminate(pod, "is deleted in the console")

    def restart_container(self, pod_id: str) -> None:
        """Restart a pod's container; what it wrote is still there."""
        with self._at(pod_id) as pod:
            self.state.life.restart(pod)

    def preempt(self, pod_id: str, notice_s: float = 5.0) -> None:
        """Take a pod back: SIGTERM, so many seconds, SIGKILL, gone."""
        with self._at(pod_id) as pod:
            self.state.life.preempt(pod, notice_s)

    def hang(self, pod_id: str) -> None:
        """Let all that runs on a pod stand still."""
        with self._at(pod_id) as pod:
            self.state.life.hang(pod)

    def exit_container(self, pod_id: str, code: int = 0) -> None:
        """Let the process of a pod without body exit."""
        with self._at(pod_id) as pod:
            pod.body.code = code  # type: ignore[attr-defined] # only a pod without body has one to set
        self.tick()

    def empty_balance(self) -> None:
        """Use up the credit: pods with a network volume stop, the others end."""
        with self._lock:
            self.tick()
            self.state.credit -= self.state.balance()
            self.state.empty()

    def pay_in(self, usd: Decimal) -> None:
        """Give the account more credit."""
        with self._lock:
            self.state.credit += usd

    def revoke_key(self, seconds: float) -> None:
        """Let the account's key be unknown for a time."""
        with self._lock:
            self.state.account.revoked_until = self.state.now + seconds

    def end(self) -> None:
        """End all pods with all their processes."""
        with self._lock:
            for pod in self.ever.values():
                pod.body.kill()
                pod.leaving = True

    @contextmanager
    def _at(self, pod_id: str) -> Iterator[Pod]:
        """Hold a pod still."""
        with self._lock:
            self.tick()
            yield self.ever[pod_id]


def _said(asked: Asked, fault: Fault) -> Reply:
    if fault.html is not None:
        return html(fault.html)
    if fault.answer is None:
        raise ValueError("a fault that answers must say what")
    if asked.operation == "graphql" and fault.answer[0] == HTTPStatus.OK:
        return graphql_error(fault.answer[1], "INTERNAL_SERVER_ERROR")
    wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return Refusal(*fault.answer, errors=fault.errors, headers=wait).reply()
