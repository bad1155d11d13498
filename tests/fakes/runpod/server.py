"""The stand-in on a port of this machine, for clients and pods that are real processes."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.fakes.runpod.cloud import Cloud
from tests.fakes.runpod.console import SIM, command
from tests.fakes.runpod.logs import frames
from tests.fakes.runpod.problems import Reply, found

TICK_S = 0.02  # how late a container's end or a status may be noticed
LARGEST_READ = 1_000_000


class Server:
    """A cloud that is served; `address` is what a client takes for https://api.runpod.io."""

    def __init__(self, cloud: Cloud, address: str) -> None:
        self.cloud = cloud
        self.address = address
        self._ended = threading.Event()

    def keep_time(self) -> None:
        """Let time pass for the cloud until the end."""
        while not self._ended.wait(TICK_S):
            self.cloud.tick()

    def stand_still(self, seconds: float) -> None:
        """Wait by the cloud's clock, but not beyond the end."""
        if seconds:
            self._ended.wait(self.cloud.state.timeline.clock.real_s(seconds))

    def end(self) -> None:
        """Let nobody wait any more."""
        self._ended.set()

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._ended.is_set()


@contextmanager
def served(cloud: Cloud, port: int = 0) -> Iterator[Server]:
    """Serve a cloud on loopback until the block ends; its pods end with it."""
    http = ThreadingHTTPServer(("127.0.0.1", port), BaseHTTPRequestHandler)
    http.daemon_threads = True
    server = Server(cloud, f"http://127.0.0.1:{http.server_port}")
    http.RequestHandlerClass = type("Handler", (_Handler,), {"runpod": server})
    threads = [
        threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True),
        threading.Thread(target=server.keep_time, daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield server
    finally:
        server.end()
        http.shutdown()
        http.server_close()
        for thread in threads:
            thread.join()
        cloud.end()


class _Handler(BaseHTTPRequestHandler):
    runpod: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(min(size, LARGEST_READ))
        path, query = unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
        if path.startswith(SIM):
            reply = found({"said": command(self.runpod.cloud, path.removeprefix(SIM).replace("/", " "))})
        else:
            reply = self.runpod.cloud.reply(self.command, path, query, dict(self.headers.items()), body)
        self.runpod.stand_still(reply.wait_s)
        if reply.hang_up or size > LARGEST_READ:
            self._hang_up()
            if reply.hang_up:
                return
        with suppress(ConnectionError):  # who waited too long has gone
            self._send(reply)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - http.server's names

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.follow:
            self.send_header("Connection", "keep-alive")
            self.close_connection = True  # which that header has denied
        else:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: reply.cut_at])
        if reply.cut_at is not None:
            self._hang_up()
        elif reply.follow:
            self._follow(reply)

    def _follow(self, reply: Reply) -> None:
        """Tell what a pod's log says from now on, until it is over or nobody listens."""
        cloud = self.runpod.cloud
        told = reply.told
        while not self.runpod.is_over and not cloud.is_over(reply.follow):
            new = cloud.logs(reply.follow, after=told)
            told += len(new)
            if said := [line for line in new if reply.source in {"", line.source}]:
                self.wfile.write(frames(said))
            self.connection.settimeout(TICK_S)
            with suppress(TimeoutError):
                if not self.connection.recv(1):
                    return
            self.connection.settimeout(None)

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Stay silent."""
