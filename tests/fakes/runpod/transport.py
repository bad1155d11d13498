"""The stand-in inside the process of its client: no sockets, and time as the cloud's clock has it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx

from tests.fakes.runpod.cloud import Cloud
from tests.fakes.runpod.logs import frames
from tests.fakes.runpod.problems import Reply

LOOK_S = 1.0  # between two looks at a log that goes on, by the cloud's clock

Sleep = Callable[[float], Awaitable[object]]


class CloudTransport(httpx.AsyncBaseTransport):
    """Carries requests to a cloud. `sleep` waits by the cloud's clock, in seconds of it."""

    def __init__(self, cloud: Cloud, sleep: Sleep | None = None) -> None:
        self._cloud = cloud
        self._sleep = sleep or self._usual_sleep

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request as the service would, its faults included."""
        reply = self._cloud.reply(
            request.method,
            request.url.path,
            dict(request.url.params),
            dict(request.headers),
            await request.aread(),
        )
        patience = request.extensions.get("timeout", {}).get("read")
        if patience is not None and reply.wait_s > patience:
            await self._sleep(patience)
            raise httpx.ReadTimeout(f"no answer within {patience} s", request=request)
        if reply.wait_s:
            await self._sleep(reply.wait_s)
        if reply.hang_up:
            raise httpx.RemoteProtocolError("server disconnected without sending a response", request=request)
        stream = _Stream(self._cloud, reply, self._sleep, patience)
        return httpx.Response(reply.status, headers=dict(reply.headers), stream=stream, request=request)

    async def _usual_sleep(self, seconds: float) -> None:
        await asyncio.sleep(self._cloud.state.timeline.clock.real_s(seconds))


class _Stream(httpx.AsyncByteStream):
    def __init__(self, cloud: Cloud, reply: Reply, sleep: Sleep, patience: float | None) -> None:
        self._cloud = cloud
        self._reply = reply
        self._sleep = sleep
        self._patience = patience

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._reply.body[: self._reply.cut_at]
        if self._reply.cut_at is not None:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
        if self._reply.follow:
            async for new in self._followed():
                yield new

    async def _followed(self) -> AsyncIterator[bytes]:
        """Yield what the log says from now on, until it is over or has said nothing for too long."""
        cloud, pod_id = self._cloud, self._reply.follow
        told, silent = self._reply.told, 0.0
        while not cloud.is_over(pod_id):
            await self._sleep(LOOK_S)
            new = cloud.logs(pod_id, after=told)
            told += len(new)
            silent = 0.0 if new else silent + LOOK_S
            if self._patience is not None and silent >= self._patience:
                raise httpx.ReadTimeout(f"nothing said within {self._patience} s")
            if said := [line for line in new if self._reply.source in {"", line.source}]:
                yield frames(said)
