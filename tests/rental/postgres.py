"""A PostgreSQL server of our own on loopback, from Debian's package, for the length of a test."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from pwd import getpwnam

PROGRAMS = Path("/usr/lib/postgresql")
MISSING = (
    "PostgreSQL: expected initdb on PATH or below /usr/lib/postgresql, found none; "
    "run: apt-get update && apt-get install -y --no-install-recommends postgresql"
)
UNPRIVILEGED = ("postgres", "nobody")
STARTS_WITHIN_S = 30
GRACE_S = 15.0
# A test's server need not survive the machine.
CAREFREE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresMissing(RuntimeError):
    """No PostgreSQL is installed."""


@contextmanager
def postgres() -> Iterator[str]:
    """Provide an empty database; yields its address, as Prefect's server takes it.

    Raises:
        PostgresMissing: PostgreSQL is not installed.
    """
    programs = _programs()
    user = next(filter(_is_known, UNPRIVILEGED)) if os.geteuid() == 0 else None  # it refuses to run as root
    password = secrets.token_hex(16)
    # Not below pytest's folder, which another user does not enter.
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "password").write_text(password)
        if user:
            for path in (folder, folder / "password"):
                shutil.chown(path, user)
        _make(programs, folder, user)
        with _running(programs, folder, user) as port:
            yield f"postgresql+asyncpg://rendermill:{password}@127.0.0.1:{port}/postgres"


def _programs() -> Path:
    """Return the folder of the newest PostgreSQL's programs, which Debian keeps off PATH."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent  # perhaps a link, beside which the other programs are not
    versions = [path for path in PROGRAMS.glob("*/bin") if (path / "initdb").exists()]
    if not versions:
        raise PostgresMissing(MISSING)
    return max(versions, key=lambda path: float(path.parent.name))


def _is_known(user: str) -> bool:
    try:
        getpwnam(user)
    except KeyError:
        return False
    return True


def _make(programs: Path, folder: Path, user: str | None) -> None:
    argv = [str(programs / "initdb"), "--pgdata", str(folder / "data"), "--username", "rendermill"]
    argv += ["--pwfile", str(folder / "password"), "--auth", "scram-sha-256", "--encoding", "UTF8"]
    argv += ["--no-locale", "--no-sync"]
    done = subprocess.run(argv, user=user, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def _running(programs: Path, folder: Path, user: str | None) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    settings = CAREFREE | {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "200",
    }
    argv = [str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(argv, user=user, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_until_ready(programs, port, server, folder / "log")
        yield port
    finally:
        server.send_signal(signal.SIGINT)  # SIGTERM would wait for its clients
        try:
            server.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)  # which its own children hear of, as they would not of SIGKILL
            server.wait(GRACE_S)


def _wait_until_ready(programs: Path, port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    asks = [str(programs / "pg_isready"), "--host", "127.0.0.1", "--port", str(port), "--quiet"]
    for _ in range(STARTS_WITHIN_S * 5):
        if subprocess.run(asks, check=False).returncode == 0:
            return
        assert server.poll() is None, log.read_text()
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.2)
    raise AssertionError(f"PostgreSQL: no answer within {STARTS_WITHIN_S} s: {log.read_text()}")
