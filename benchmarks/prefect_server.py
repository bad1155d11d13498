"""A Prefect server of our own for the length of a measurement."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

PREFECT = Path(sys.executable).with_name("prefect")
STARTS_WITHIN_S = 120.0
GRACE_S = 15.0


@contextmanager
def running_server(home: Path) -> Iterator[None]:
    """Run a server on a free port with its database in `home`; Prefect must not be imported before.

    Raises:
        TimeoutError: It did not answer within two minutes.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home.mkdir(parents=True, exist_ok=True)
    os.environ |= {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    with (home / "server.log").open("w") as log:
        command = [str(PREFECT), "server", "start", "--port", str(port)]
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api")
        os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
        yield
    finally:
        server.terminate()
        try:
            server.wait(GRACE_S)
        except subprocess.TimeoutExpired:  # Prefect takes TERM for INT, which a shell may have made it ignore
            server.kill()
            server.wait()


def empty_flow_s() -> float:
    """Return the seconds that a flow takes which does nothing."""
    from prefect import flow  # noqa: PLC0415 - Prefect reads its settings when imported

    @flow(name="empty")
    def empty() -> None:
        pass

    started = time.monotonic()
    empty()
    return time.monotonic() - started


def _wait_for(api: str) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{api}/health").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise TimeoutError(f"{api}: no Prefect server answered within {STARTS_WITHIN_S:.0f} s")
