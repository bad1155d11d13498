"""The last lines of a pod's logs: of the container and of its host, as far as they can be had."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing

import httpx

from infra.runpod.pods import path_of
from infra.runpod.rest import Rest

logger = logging.getLogger(__name__)

MOST_BYTES = 1024 * 1024
MOST_SECONDS = 8.0
SILENCE_S = 2.0
"""The stream stays open for lines to come; once it is silent, all that was said has been sent."""
LONGEST_TAIL = 5000


class Logs:
    """The logs of one account's pods."""

    def __init__(
        self, rest: Rest, *, most_seconds: float = MOST_SECONDS, silence_s: float = SILENCE_S
    ) -> None:
        self._rest = rest
        self._most_seconds = most_seconds
        self._silence_s = silence_s

    async def last(self, pod_id: str, lines: int) -> Sequence[str]:
        """Return the last lines, oldest first; the host's begin with `system:`. Never raises."""
        if lines < 1:
            return []
        found: dict[str, tuple[str, str]] = {}
        try:
            async with asyncio.timeout(self._most_seconds), aclosing(self._events(pod_id, lines)) as events:
                async for identity, moment, line in events:
                    found[identity] = (moment, line)
        except (TimeoutError, httpx.HTTPError, ValueError) as error:
            logger.debug("logs of pod %s end: %s", pod_id, type(error).__name__)
        key = self._rest.account.api_key.get_secret_value()
        ordered = sorted(found.values(), key=lambda one: one[0])
        return [line.replace(key, "***") for _, line in deque(ordered, maxlen=lines)]

    async def _events(self, pod_id: str, lines: int) -> AsyncGenerator[tuple[str, str, str], None]:
        """Yield identity, time and text of each line; one that is sent twice has one identity."""
        timeout = httpx.Timeout(self._silence_s, connect=self._most_seconds)
        params = {"tail": min(lines, LONGEST_TAIL)}
        async with (
            self._rest.client(timeout) as client,
            client.stream("GET", f"{path_of(pod_id)}/logs", params=params) as response,
        ):
            if not response.is_success:
                return
            identity = ""
            async for text in _bounded_lines(response):
                name, _, value = text.partition(":")
                if name == "id":
                    identity = value.strip()
                elif name == "data" and (event := _event(value)):
                    yield (identity + event[1], *event)
                    identity = ""


async def _bounded_lines(response: httpx.Response) -> AsyncIterator[str]:
    """Yield whole lines of the first `MOST_BYTES`; a line that is cut off is none."""
    rest, size = b"", 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.decode(errors="replace").rstrip("\r")
        if size > MOST_BYTES:
            return


def _event(value: str) -> tuple[str, str] | None:
    """Return time and text of one event, or None of what is none."""
    try:
        said = json.loads(value)
    except ValueError:
        return None
    if not isinstance(said, dict) or not isinstance(said.get("line"), str):
        return None
    line = said["line"].rstrip("\n")
    return str(said.get("ts", "")), f"system: {line}" if said.get("source") == "system" else line
