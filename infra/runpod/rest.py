"""RunPod's REST API, version 2: one request at a time, repeated where that is safe."""

import asyncio
import functools
import json
import random
import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from infra.rental.errors import ProviderUnavailable
from infra.runpod.account import RunPodAccount
from infra.runpod.answers import Failure, Request, failure_of, unanswered, unsent
from infra.runpod.errors import NotThere
from infra.runpod.pace import KEPT_FROM_ASKING_AFTER_ONE, KEPT_FROM_RENTING, Pace
from media.errors import Retry

Sleep = Callable[[float], Awaitable[object]]

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
PATIENCE = Retry(times=4, wait_s=1.0, jitter=1.0)
LONGEST_WAIT_S = 60.0
"""What Retry-After may ask of us; whoever asks for more, as when an hour's requests are used up, is asked
again by the next tick or the next try of a run."""
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Rest:
    """A client for one account. It opens a connection per request, so any event loop may use it.

    Attributes:
        account: Who asks, and where.
        sleep: How it waits before it asks again.
    """

    def __init__(
        self,
        account: RunPodAccount,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
        retry: Retry = PATIENCE,
    ) -> None:
        self.account = account
        self.sleep = sleep
        self._transport = transport
        self._retry = retry
        self._pace = Pace(lambda: asyncio.get_running_loop().time())

    async def get(self, path: str, params: Mapping[str, str | int] | None = None) -> dict[str, Any]:
        """Return what a path holds that always exists. Raises `AccountRefused`, `ProviderUnavailable`."""
        try:
            return await self._call(self._request("GET", path), params=params)
        except NotThere:
            missing = ProviderUnavailable(
                f"RunPod GET {path}: expected it to exist, found 404; is the address right?"
            )
        raise missing

    async def find(self, path: str) -> dict[str, Any] | None:
        """Return what a path holds, or None if there is no such thing; told at once if it must wait."""
        request = self._request("GET", path)
        if wait := self._pace.wait_s(KEPT_FROM_ASKING_AFTER_ONE):
            raise _too_often(request, wait)
        try:
            return await self._call(request)
        except NotThere:
            return None

    async def post(self, path: str, body: Mapping[str, Any], *, rents: bool = False) -> dict[str, Any]:
        """Have something made, once.

        Raises:
            ReplyLost: Nobody knows whether it was made.
            NoCapacity: With `rents`, there is none of it now.
            OrderRefused: It will never be made.
        """
        return await self._call(self._request("POST", path, rents=rents), body=body)

    async def delete(self, path: str) -> None:
        """Have something end. Raises `NotThere`, `Conflict`, `AccountRefused`, `ProviderUnavailable`."""
        await self._call(self._request("DELETE", path))

    def client(self, timeout: httpx.Timeout = TIMEOUT) -> httpx.AsyncClient:
        """Return a client that speaks for the account; close it."""
        return httpx.AsyncClient(
            base_url=self.account.base_url,
            headers={"Authorization": f"Bearer {self.account.api_key.get_secret_value()}"},
            timeout=timeout,
            transport=self._transport,
            verify=_trusted() if self.account.base_url.startswith("https:") else False,
        )

    def _request(self, method: str, path: str, *, rents: bool = False) -> Request:
        return Request(method, path, self.account.api_key.get_secret_value(), rents=rents)

    async def _call(
        self,
        request: Request,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        attempt = 0
        while True:
            if request.rents:
                await self._wait_our_turn(request)
            attempt += 1
            answer = await self._once(request, params, body)
            if not isinstance(answer, Failure):
                return answer
            wait = self._retry.wait_before(attempt)
            if not answer.again or wait is None or (answer.wait_s or 0) > LONGEST_WAIT_S:
                raise answer.error
            await self.sleep(_bounded(answer.wait_s, wait))

    async def _wait_our_turn(self, request: Request) -> None:
        """Let those go first who look after machines that are there. Raises `ProviderUnavailable`."""
        waited = 0.0
        while wait := self._pace.wait_s(KEPT_FROM_RENTING):
            if waited + wait > LONGEST_WAIT_S:  # others who waited as long may have been quicker, again
                raise _too_often(request, wait)
            waited += wait
            await self.sleep(wait + random.uniform(0, 1))  # noqa: S311 - no secret

    async def _once(
        self, request: Request, params: Mapping[str, str | int] | None, body: Mapping[str, Any] | None
    ) -> dict[str, Any] | Failure:
        self._pace.sent()
        try:
            async with self.client() as client:
                response = await client.request(request.method, request.path, params=params, json=body)
        except NEVER_SENT as error:
            return unsent(request, type(error).__name__)
        except httpx.HTTPError as error:
            return unanswered(request, type(error).__name__)
        self._pace.told(response.headers)
        return _content(request, response) if response.is_success else failure_of(request, response)


def _content(request: Request, response: httpx.Response) -> dict[str, Any] | Failure:
    """Return the object in an answer; an empty one for an empty answer, which a delete has."""
    if not response.content.strip():
        return {}
    try:
        content = json.loads(response.content)
    except ValueError:
        content = None
    if isinstance(content, dict):
        return content
    return unanswered(request, f"{response.status_code} without a JSON object")


def _too_often(request: Request, wait_s: float) -> ProviderUnavailable:
    return ProviderUnavailable(
        f"{request}: RunPod is asked as often as it allows; what can wait is asked again in {wait_s:.0f} s"
    )


def _bounded(asked_s: float | None, wait_s: float) -> float:
    """Return the wait before another attempt: what RunPod asks, if it is bearable, and never all at once."""
    if asked_s is None:
        return min(wait_s, LONGEST_WAIT_S)
    return min(asked_s, LONGEST_WAIT_S) + random.uniform(0, 1)  # noqa: S311 - no secret


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Return whom TLS trusts; reading it takes longer than a request, so it is read once."""
    return httpx.create_ssl_context()


def expect_list(content: Mapping[str, Any], name: str, path: str) -> list[dict[str, Any]]:
    """Return the list of objects that an answer holds under a name. Raises `ProviderUnavailable`."""
    found = content.get(name)
    if not isinstance(found, list):
        raise ProviderUnavailable(
            f"RunPod GET {path}: expected a list named {name}, found {type(found).__name__}; "
            "is the address RunPod's API, version 2?"
        )
    return [one for one in found if isinstance(one, dict)]
