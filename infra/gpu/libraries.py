"""Shared libraries: what our binaries want from the system, as the dynamic linker resolves it here."""

import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

# The C library belongs to the machine that runs it: its loader must match it, and the GPU's driver brings
# files made for it. So must the driver's own libraries.
STAYS = re.compile(
    r"(ld-linux.*|linux-vdso|lib(c|m|dl|rt|pthread|util|resolv|nsl|anl|mvec|BrokenLocale|thread_db"
    r"|cuda|nvidia-.*|nvoptix))\.so.*"
)
RESOLVED = re.compile(r"^\s*(\S+) => (\S+) \(0x", re.MULTILINE)
ELF = b"\x7fELF"


def ldd_argv(binary: Path) -> list[str]:
    """Return the command that resolves what `binary` links to."""
    return ["ldd", str(binary)]


def resolved_libraries(printed: str) -> dict[str, Path]:
    """Return path by soname of the libraries that travel, out of what ldd printed."""
    return {soname: Path(path) for soname, path in RESOLVED.findall(printed) if not STAYS.fullmatch(soname)}


def linked_libraries(binaries: Iterable[Path], inside: Path) -> dict[str, Path]:
    """Return path by soname of the libraries that `binaries` take from outside of the folder `inside`.

    What ldd does not find is left out: the wheels bring optional parts for drivers and viewers that are not
    here, and what they do need was loaded by the doctor.
    """
    found: dict[str, Path] = {}
    for binary in binaries:
        finished = subprocess.run(
            ldd_argv(binary), capture_output=True, text=True, check=False, env={"PATH": os.defpath}
        )
        wanted = resolved_libraries(finished.stdout).items()
        found |= {soname: path for soname, path in wanted if not path.resolve().is_relative_to(inside)}
    return found


def is_binary(path: Path) -> bool:
    """Say whether `path` is an executable or a shared library."""
    with path.open("rb") as file:
        return file.read(4) == ELF
