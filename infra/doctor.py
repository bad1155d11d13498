"""Say what this machine lacks before anything is installed, and the one apt line that mends it.

Runs on a bare interpreter: standard library only, nothing of ours, and no syntax newer than Python 3.8, so
that a wrong interpreter is told so in words rather than by a SyntaxError.
"""

from __future__ import annotations

import ctypes
import errno
import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

GIB = 1 << 30
LANDLOCK_CREATE_RULESET, PR_SET_SECCOMP = 444, 22
ROOT = Path(__file__).resolve().parent.parent

# What the bpy wheel links to and does not bring (found with readelf over the installed wheel, and tried in a
# debootstrap root), with the Debian package of each. Their own dependencies come with them by apt.
LIBRARIES = {
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXrender.so.1": "libxrender1",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libSM.so.6": "libsm6",
    "libICE.so.6": "libice6",
    "libGL.so.1": "libgl1",
    # the CAD kernel's fontconfig
    "libexpat.so.1": "libexpat1",
    "libstdc++.so.6": "libstdc++6",
    "libz.so.1": "zlib1g",
    # Pillow loads it while it shapes text
    "libfribidi.so.0": "libfribidi0",
}


class Finding(NamedTuple):
    """One fact about this machine; `packages` are the Debian packages that mend it."""

    level: str  # "ok", "note" (works without) or "missing" (does not)
    text: str
    packages: tuple[str, ...] = ()


def check_platform() -> Finding:
    """Compare the system with what the locked wheels were built for."""
    libc, version = platform.libc_ver()
    found = f"{platform.system()} on {platform.machine()}, {libc or 'unknown libc'} {version}".rstrip()
    numbers = [int(part) for part in version.split(".")[:2] if part.isdigit()]
    fits = (
        sys.platform == "linux" and platform.machine() == "x86_64" and libc == "glibc" and numbers >= [2, 28]
    )
    if fits:
        return Finding("ok", found)
    return Finding(
        "missing", f"{found}: expected Linux on x86_64 with glibc 2.28 or newer, as the bpy wheel does"
    )


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Expect Python 3.11: the bpy wheels ask for exactly it."""
    found = "Python " + ".".join(map(str, version))
    if version[:2] == (3, 11):
        return Finding("ok", found)
    return Finding(
        "missing",
        f"{found}: expected 3.11, which the bpy wheels ask for; or name one: make PYTHON=/…/python3.11",
        ("python3.11", "python3.11-venv"),
    )


def check_venv(find: Callable[[str], object] = importlib.util.find_spec) -> Finding:
    """Expect `venv` with `ensurepip`, which Debian ships apart from Python."""
    lacking = [name for name in ("venv", "ensurepip") if find(name) is None]
    if not lacking:
        return Finding("ok", "Python's venv module")
    return Finding(
        "missing", f"Python's module {', '.join(lacking)}: no environment can be made", ("python3-venv",)
    )


def check_tools(which: Callable[[str], str | None] = shutil.which) -> Finding:
    """Expect the commands that the Makefile calls."""
    lacking = tuple(name for name in ("git", "make") if which(name) is None)
    if not lacking:
        return Finding("ok", "git and make")
    return Finding("missing", f"command {', '.join(lacking)}", lacking)


def check_libraries(load: Callable[[str], object] = ctypes.CDLL) -> Finding:
    """Load each shared library that the wheels leave to the system."""
    lacking = []
    for soname in LIBRARIES:
        try:
            load(soname)
        except OSError:
            lacking.append(soname)
    if not lacking:
        return Finding("ok", f"{len(LIBRARIES)} system libraries that Blender and the CAD kernel link to")
    return Finding(
        "missing",
        f"system libraries that Blender and the CAD kernel link to: {', '.join(lacking)}",
        tuple(LIBRARIES[soname] for soname in lacking),
    )


def check_ffmpeg(which: Callable[[str], str | None] = shutil.which) -> Finding:
    """Look for the system's ffmpeg, preferred because it may know the GPU's encoder."""
    path = which("ffmpeg")
    if path:
        return Finding("ok", f"ffmpeg at {path}")
    return Finding("note", "no ffmpeg on PATH: the one packaged in the locked environment is used")


def check_disk(free: int, *, installed: bool) -> Finding:
    """Compare free disk space, in bytes, with what setup and a demo take."""
    text = f"{free / GIB:.1f} GiB free on the disk of {ROOT}"
    if installed:
        return (
            Finding("ok", text) if free > GIB else Finding("note", f"{text}: renders and stores want 1 GiB")
        )
    needed = 4 * GIB
    if free > needed:
        return Finding("ok", text)
    return Finding(
        "missing", f"{text}: expected {needed / GIB:.0f} GiB for the locked environment; free some"
    )


def memory_bytes(proc: Path = Path("/proc/meminfo"), cgroup: Path = Path("/sys/fs/cgroup/memory.max")) -> int:
    """Return the memory this process may use, in bytes: the machine's, or its control group's if less."""
    pages = [int(line.split()[1]) for line in proc.read_text().splitlines() if line.startswith("MemTotal:")]
    total = pages[0] * 1024
    limit = cgroup.read_text().strip() if cgroup.is_file() else "max"
    return min(total, int(limit)) if limit.isdigit() else total


def check_memory(total: int) -> Finding:
    """Compare memory, in bytes, with what a render beside Prefect's temporary server takes."""
    text = f"{total / GIB:.1f} GiB of memory"
    return (
        Finding("ok", text)
        if total >= 3.5 * GIB
        else Finding("note", f"{text}: 4 GiB is where renders are safe")
    )


def check_shared_memory(path: Path = Path("/dev/shm")) -> Finding:  # noqa: S108 - it is the thing asked about
    """Expect a writable /dev/shm: Python's semaphores and a headless browser live there."""
    if path.is_dir() and os.access(path, os.W_OK):
        return Finding("ok", f"{path}, {shutil.disk_usage(path).total / GIB:.1f} GiB")
    return Finding(
        "note", f"{path} is not a writable folder: tests that share memory between processes will fail"
    )


def check_own_name(resolve: Callable[[str], object] = socket.gethostbyname) -> Finding:
    """Expect this machine's own name to have an address: OCCT's writer of AP203 crashes where it has none."""
    name = socket.gethostname()
    try:
        resolve(name)
    except OSError:
        return Finding(
            "note", f"the name {name} has no address: put it into /etc/hosts, or AP203 cannot be written"
        )
    return Finding("ok", f"the name {name} has an address")


def refusal_to_isolate(which: Callable[[str], str | None] = shutil.which) -> str:
    """Return why no process can be cut off from the network here, or nothing if one can."""
    unshare = which("unshare")
    if unshare is None:
        return "there is no command unshare to ask with"
    argv = [unshare, "--user", "--map-root-user", "--net", "true"]
    asked = subprocess.run(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return asked.stdout.decode(errors="replace").strip() if asked.returncode else ""


def check_isolation(refusal: Callable[[], str] = refusal_to_isolate) -> Finding:
    """Ask for a user and a network namespace, as every reader of a stranger's file gets."""
    why = refusal()
    if not why:
        return Finding("ok", "readers and renderers are cut off from the network")
    return Finding(
        "note",
        f"readers and renderers can reach the network ({why}): allow user namespaces, or forbid what they "
        "should not reach by a firewall",
    )


def refusal_to_confine() -> str:
    """Return why no process can be kept from other files and from sockets here, or nothing if one can."""
    if platform.machine() != "x86_64":
        return f"system calls are filtered on x86_64 only, not on {platform.machine()}"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(ctypes.c_long(LANDLOCK_CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_uint(1)) < 1:
        return f"Landlock: {os.strerror(ctypes.get_errno())}"
    # A filter that lies nowhere: where there are filters, the address is what is wrong with it.
    libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(2), None, 0, 0)
    return "" if ctypes.get_errno() == errno.EFAULT else f"seccomp: {os.strerror(ctypes.get_errno())}"


def check_confinement(refusal: Callable[[], str] = refusal_to_confine) -> Finding:
    """Ask for Landlock and seccomp, without which nobody's .blend is opened that nobody vouches for."""
    why = refusal()
    if not why:
        return Finding("ok", "readers of scenes that nobody vouches for are kept from other files")
    return Finding(
        "note",
        f"scenes that nobody vouches for are refused here ({why}): expected Linux 5.13 or newer that "
        "confines processes by Landlock and seccomp, in a container whose own rules allow both",
    )


def apt_line(findings: Sequence[Finding], *, root: bool) -> str | None:
    """Return the one command that installs what `findings` lack, or None."""
    packages = sorted(
        {name for finding in findings if finding.level == "missing" for name in finding.packages}
    )
    if not packages:
        return None
    sudo = "" if root else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends {' '.join(packages)}"


def examine(environment: Mapping[str, str]) -> list[Finding]:
    """Run every check on this machine."""
    installed = (ROOT / environment.get("VENV", ".venv") / ".locks-installed").exists()
    return [
        check_platform(),
        check_python(),
        check_venv(),
        check_tools(),
        check_libraries(),
        check_ffmpeg(),
        check_disk(shutil.disk_usage(ROOT).free, installed=installed),
        check_memory(memory_bytes()),
        check_shared_memory(),
        check_own_name(),
        check_isolation(),
        check_confinement(),
    ]


def report(findings: Sequence[Finding], *, brief: bool, root: bool) -> list[str]:
    """Return one line a finding (`brief`: only what wants attention) and the apt line, if any, last."""
    lines = [f"doctor: {f.level:<8}{f.text}" for f in findings if not brief or f.level != "ok"]
    line = apt_line(findings, root=root)
    return [*lines, f"doctor: run     {line}"] if line else lines


def main(argv: Sequence[str]) -> int:
    """Print the report; return 1 when something required is missing."""
    findings = examine(os.environ)
    for line in report(findings, brief="--brief" in argv, root=os.geteuid() == 0):
        print(line)  # noqa: T201 - these lines are what it is for
    return int(any(finding.level == "missing" for finding in findings))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
