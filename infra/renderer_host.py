"""Start a renderer host: `python -m infra.renderer_host -- COMMAND`, or alone with `--socket PATH`.

With a command, the host is started beside it, again if it is killed, and ends with it: this process becomes
the command, and finds the socket in RENDERMILL_HOST, as do its children. Alone, the host ends when it had no
job for a while.
"""

import argparse
import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from platformdirs import user_cache_path

from media.errors import BadInput
from media.renderer_host.server import RendererHost
from media.renderer_host.socket_file import listening_at
from media.renderer_host.supervisor import REFUSED, watched
from media.renderer_host.warm_blender import Terms
from media.workspace import workspace

VARIABLE = "RENDERMILL_HOST"
READY = "ready\n"
ROOT = Path(__file__).resolve().parents[1]


def serve(path: Path, terms: Terms, keeper: int | None) -> None:
    """Serve at `path` for as long as the process of this number lives, or until idle for too long.

    Where another host serves already, this one waits to take over from it.

    Raises:
        BadInput: There can be no socket.
    """
    life = None if keeper is None else watched(keeper)
    with listening_at(path, life, _say_ready) as listening, workspace() as folder:
        if listening:
            _say_ready()
            logging.getLogger(__name__).info("listening at %s", path)
            RendererHost(listening, folder, terms).serve(life)


def start_beside(command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Start a host that ends with this process and become `command`; exits if that cannot be.

    A command does not look after children that it does not know of, so a supervisor starts the host.
    """
    path = environment.get(VARIABLE) or str(_usual_socket())
    argv = [sys.executable, "-m", "infra.renderer_host", "--socket", path]
    supervisor = [sys.executable, "-m", "media.renderer_host.supervisor", str(os.getpid()), *argv]
    host = subprocess.Popen(
        supervisor,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=ROOT,
    )
    assert host.stdout is not None  # noqa: S101 - opened as a pipe
    if host.stdout.readline() != READY:
        sys.stderr.write("renderer host: none was started; every job starts a Blender of its own\n")
    try:
        os.execvpe(command[0], list(command), {**environment, VARIABLE: path})  # noqa: S606 - an argv list
    except OSError as error:
        sys.exit(f"{command[0]}: expected a command that can be run, found none ({error.strerror})")


def _usual_socket() -> Path:
    """Return a place that only this user can write to, and that machines which share a home do not."""
    return user_cache_path("rendermill") / f"host-{socket.gethostname()}" / "socket"


def _say_ready() -> None:
    """Tell who started this host that jobs can come; whether it still listens does not matter."""
    with contextlib.suppress(OSError):
        sys.stdout.write(READY)
        sys.stdout.flush()


def main(argv: Sequence[str]) -> None:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m infra.renderer_host", description=__doc__.split("\n")[0])
    parser.add_argument("--socket", type=Path, help="where to listen")
    parser.add_argument("--keeper", type=int, help="number of the process to end with")
    parser.add_argument(
        "--idle", type=float, default=Terms.idle_s, help="seconds without a job before the end"
    )
    parser.add_argument("command", nargs="*", help="what to start a host beside")
    asked = parser.parse_args(argv)
    if asked.command:
        start_beside(asked.command, os.environ)
    if asked.socket is None:
        parser.error("expected --socket, or a command after --")
    logging.basicConfig(level=logging.INFO, format="renderer host: %(message)s")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        serve(asked.socket.expanduser().absolute(), Terms(idle_s=asked.idle), asked.keeper)
    except BadInput as error:
        sys.stderr.write(f"renderer host: {error}\n")
        sys.exit(REFUSED)


if __name__ == "__main__":
    main(sys.argv[1:])
