"""A Docker engine: the one that is reachable, or one of our own that ends with the block.

Ours needs neither a bridge nor a firewall nor an overlay, which many sandboxes refuse, and no registry: its
base image is made by debootstrap. Containers share the host's network.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.flows.served import eventually, process
from tests.processes import descendants, is_alive, wait_until_gone

BASE = "rendermill-test-base:bookworm"
PACKAGES = ("docker.io", "debootstrap")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
BUILD_S = 1800.0


def lacking() -> str:
    """Return what to do before an engine can be had here, or nothing if one can."""
    if shutil.which("docker") and answers(os.environ):
        return ""
    wanted = {"docker.io": "dockerd", "debootstrap": "debootstrap"}
    missing = [package for package, command in wanted.items() if shutil.which(command) is None]
    if missing:
        line = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(missing)}"
        return f"no Docker engine answers, and none can be started; run as root: {line}"
    return "" if os.geteuid() == 0 else "no Docker engine answers, and only root can start one"


def docker(env: dict[str, str], *argv: str, within_s: float = 120.0) -> str:
    """Run a docker command to its end; returns what it printed."""
    ended = subprocess.run(
        ["docker", *argv],  # noqa: S607 - whichever is installed
        env=env,
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )
    assert ended.returncode == 0, f"docker {argv[0]}: {ended.stdout[-2000:]}{ended.stderr[-2000:]}"
    return ended.stdout.strip()


def answers(env: os._Environ[str] | dict[str, str]) -> bool:
    """Tell whether the engine that `env` names answers."""
    asked = subprocess.run(
        ["docker", "info", "--format", "{{.ServerVersion}}"],  # noqa: S607 - the same
        env=dict(env),
        capture_output=True,
        timeout=30,
        check=False,
    )
    return asked.returncode == 0


@contextmanager
def engine() -> Iterator[dict[str, str]]:
    """Provide an engine; yields the environment of those who use it."""
    if answers(os.environ):
        yield dict(os.environ)
        return
    folder = Path(tempfile.mkdtemp(prefix="rmdocker-"))  # a socket's path may have 107 characters
    env = dict(os.environ) | {"DOCKER_HOST": f"unix://{folder}/docker.sock"}
    try:
        with process(_argv(folder), env, folder / "dockerd.log") as daemon:
            eventually(lambda: answers(env) or daemon.poll() is not None, "the engine's answer")
            assert daemon.poll() is None, (folder / "dockerd.log").read_text()[-2000:]
            try:
                yield env
            finally:
                _end(daemon)
    finally:
        _remove(folder)


def _argv(folder: Path) -> list[str]:
    return [
        "dockerd",
        f"--host=unix://{folder}/docker.sock",
        f"--data-root={folder}/data",
        f"--exec-root={folder}/exec",
        f"--pidfile={folder}/docker.pid",
        "--iptables=false",
        "--bridge=none",
        "--storage-driver=vfs",
        "--default-ulimit=nofile=1024:1024",
        "--default-ulimit=nproc=1024:1024",
    ]


def _end(daemon: subprocess.Popen[bytes]) -> None:
    """End the engine, containers and containerd included; it takes its time to stop containers."""
    below = descendants(daemon.pid)
    daemon.terminate()
    with suppress(subprocess.TimeoutExpired):
        daemon.wait(60)
    for pid in filter(is_alive, below):
        os.kill(pid, signal.SIGKILL)
        wait_until_gone(pid)


def _remove(folder: Path) -> None:
    """Remove the engine's files, and what it left mounted below them."""
    for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
        if (mounted := line.split()[1]).startswith(f"{folder}/"):
            subprocess.run(["umount", "--lazy", mounted], check=False)  # noqa: S607 - the same
    shutil.rmtree(folder)


def base_image(env: dict[str, str]) -> str:
    """Make Debian 12 by debootstrap, with this machine's certificates; returns its name."""
    if docker(env, "images", "--quiet", BASE):
        return BASE
    with tempfile.TemporaryDirectory(prefix="rmbase-") as name:
        root = Path(name) / "root"
        subprocess.run(
            ["debootstrap", "--variant=minbase", "bookworm", str(root)],  # noqa: S607 - the same
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=600,
        )
        certificates = (
            root / "usr/local/share/ca-certificates"
        )  # where ca-certificates looks once it is installed
        certificates.mkdir(parents=True, exist_ok=True)
        for own in Path("/usr/local/share/ca-certificates").glob("*.crt"):
            shutil.copy(own, certificates)
        _import(env, root)
    return BASE


def _import(env: dict[str, str], root: Path) -> None:
    pack = ["tar", "-C", str(root), "-c", "."]
    load = ["docker", "import", "-", BASE]
    with subprocess.Popen(pack, stdout=subprocess.PIPE) as tar:
        subprocess.run(load, env=env, stdin=tar.stdout, check=True, capture_output=True)
