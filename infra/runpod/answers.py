"""What RunPod answers, by status and words.

Its words are shown, since capacity and broken rules differ in nothing else; the key is struck from them.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx

from infra.rental.errors import AccountRefused, NoCapacity, OrderRefused, ProviderUnavailable
from infra.runpod.errors import Conflict, NotThere, ReplyLost, Retired, RuleBroken
from media.errors import MediaError

NO_CAPACITY = re.compile(
    r"no longer any instances|no instances (currently )?available|SUPPLY_CONSTRAINT"
    r"|does not have the resources|not enough free gpus|no longer offered",
    re.IGNORECASE,
)
LONGEST_WORDS = 400
REFUSALS: dict[int, tuple[type[MediaError], str]] = {
    HTTPStatus.BAD_REQUEST: (OrderRefused, "change what it names"),
    HTTPStatus.UNAUTHORIZED: (AccountRefused, "set a key in RUNPOD_API_KEY that is valid and may do this"),
    HTTPStatus.PAYMENT_REQUIRED: (AccountRefused, "no credit is left, add some at RunPod under Billing"),
    HTTPStatus.FORBIDDEN: (AccountRefused, "give the key the right to do this at RunPod, or use another"),
    HTTPStatus.NOT_FOUND: (NotThere, "expected something there, found nothing"),
    HTTPStatus.CONFLICT: (Conflict, "it cannot be done in the state that this is in"),
    HTTPStatus.GONE: (Retired, "this version of the API is no more: Rendermill must be changed"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        OrderRefused,
        "shorten the command or the environment: 100 KiB may be sent",
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: (OrderRefused, "change what it names"),
}
ELSEWHERE: tuple[type[MediaError], str] = (
    ProviderUnavailable,
    "expected RunPod's API, version 2; is the address right?",
)


@dataclass(frozen=True)
class Request:
    """What was asked, as far as it decides what an answer means.

    Attributes:
        method: GET, POST or DELETE.
        path: Below the account's address.
        key: What is struck from every sentence.
        rents: Whether the request is one for a pod, where 400 and 403 speak of one offer only.
    """

    method: str
    path: str
    key: str
    rents: bool = False

    def __str__(self) -> str:
        return f"RunPod {self.method} {self.path}"

    def __repr__(self) -> str:
        return str(self)

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again when nobody knows what became of it."""
        return self.method != "POST"


@dataclass(frozen=True)
class Failure:
    """An answer that is none.

    Attributes:
        error: What to raise.
        again: Whether the same request may succeed later, and may be repeated.
        wait_s: Seconds that RunPod asks us to wait first.
    """

    error: MediaError
    again: bool = False
    wait_s: float | None = None


def failure_of(request: Request, response: httpx.Response) -> Failure:
    """Return what an answer outside 2xx means."""
    status = response.status_code
    words = words_of(response, request.key)
    said = f"{request}: RunPod answers {status}" + (f", {words}" if words else "")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Failure(
            ProviderUnavailable(f"{said}; ask less often"), again=True, wait_s=_asked_wait(response)
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return unanswered(request, f"{status}")
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN} and request.rents:
        return Failure(_offer_refused(status, words, said))
    if status == HTTPStatus.NOT_FOUND and "html" in response.headers.get("content-type", ""):
        return Failure(ProviderUnavailable(f"{said} with a page of HTML; is the address right?"))
    return Failure(_refused(request, status, said))


def unanswered(request: Request, found: str) -> Failure:
    """Return what it means that a request was sent and nobody said what became of it."""
    sentence = f"{request}: expected an answer of RunPod, found {found}; it may be down, try later"
    if request.repeatable:
        return Failure(ProviderUnavailable(sentence), again=True)
    return Failure(ReplyLost(sentence))


def unsent(request: Request, found: str) -> Failure:
    """Return what it means that RunPod could not be reached, so that nothing was done."""
    sentence = f"{request}: expected to reach RunPod, found {found}; is the network up, the address right?"
    return Failure(ProviderUnavailable(sentence), again=True)


def words_of(response: httpx.Response, key: str) -> str:
    """Return what an answer says, bounded and without the key; nothing of a page of HTML."""
    try:
        said: Any = json.loads(response.content)
    except ValueError:
        return ""
    if not isinstance(said, dict):
        return ""
    errors = said.get("errors")
    listed = [str(one) for one in errors] if isinstance(errors, list) else []
    sentences = [str(said.get("detail") or said.get("error") or ""), *listed]
    return "; ".join(filter(None, sentences)).replace(key, "***")[:LONGEST_WORDS]


def _offer_refused(status: int, words: str, said: str) -> MediaError:
    if status == HTTPStatus.FORBIDDEN:
        return NoCapacity(f"{said}; the account may not use these machines, others may do")
    if NO_CAPACITY.search(words):
        return NoCapacity(f"{said}; another GPU type, cloud or data centre may have some")
    return RuleBroken(f"{said}; if every offer ends so, the order breaks this rule: change it")


def _refused(request: Request, status: int, said: str) -> MediaError:
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}:
        if request.method == "DELETE":
            return Conflict(f"{said}; it cannot be done in the state that this is in")
        if request.method == "GET":  # we ask what the specification allows
            return ProviderUnavailable(f"{said}; the API may have changed")
    refusal, remedy = REFUSALS.get(status, ELSEWHERE)
    return refusal(f"{said}; {remedy}")


def _asked_wait(response: httpx.Response) -> float | None:
    """Return the seconds of Retry-After, which may also be a date."""
    asked = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", asked):
        return float(asked)
    try:
        return max(0.0, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
