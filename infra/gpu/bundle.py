"""Pack everything that `gpu-check` and a whole job need on a GPU machine without a network.

`python -m infra.gpu.bundle FOLDER` writes pieces of at most 56 MiB, their digests and join.sh. Joined, there
are `python3`, which starts with whatever Python, X11 or ffmpeg the machine has or lacks, and `gpu-check`.
"""

import argparse
import gzip
import logging
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from infra.gpu.interpreter import LAUNCHER, SERIES, SITECUSTOMIZE, interpreter_files
from infra.gpu.libraries import is_binary, linked_libraries
from infra.gpu.packages import closure, files_of
from infra.gpu.pieces import ParallelXz, PieceWriter, add_files, checksum_line

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
PIECE_BYTES = 56 << 20
# What media/ and the scripts inside Blender import; no Prefect, no server, no cloud.
PACKAGES = (
    "av",
    "bpy",
    "cadquery-ocp-novtk",
    "ffmpeg-python",
    "httpx",
    "imageio-ffmpeg",
    "numpy",
    "OpenEXR",
    "pillow",
    "platformdirs",
    "pydantic",
    "rfc8785",
    "usd-core",
)
OUR_SUFFIXES = {".py", ".sh", ".ttf", ".txt"}
"""Modules, scripts, and fonts with their licence."""
OURS = ("media", "infra", "blender_scripts", "examples")
CHECK = """#!/bin/sh
# Says what this machine's GPU does for us, with proof: ./gpu-check [--out FILE]
case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
exec "$here/python3" -P -m infra.gpu.check "$@"
"""

Files = list[tuple[Path, str]]


def written_files(folder: Path) -> Files:
    """Write the launchers into `folder` and return them."""
    texts = {"python3": LAUNCHER, "gpu-check": CHECK, f"python/lib/{SERIES}/sitecustomize.py": SITECUSTOMIZE}
    files = []
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if text.startswith("#!") else 0o644)
        files.append((path, name))
    return files


def package_files(names: Sequence[str]) -> Files:
    """Return the files of the installed packages `names` and of what they need."""
    packages = closure(names)
    logger.info("packing %s", ", ".join(f"{package.name} {package.version}" for package in packages))
    return [(path, f"site-packages/{below}") for package in packages for path, below in files_of(package)]


def our_files() -> Files:
    """Return our own modules that run there."""
    paths = (path for name in OURS for path in sorted((ROOT / name).rglob("*")))
    return [(path, f"app/{path.relative_to(ROOT)}") for path in paths if path.suffix in OUR_SUFFIXES]


def library_files(files: Files, inside: Path) -> Files:
    """Return the system's libraries that the binaries among `files` link to."""
    binaries = [path for path, name in files if (".so" in name or "/bin" in name) and is_binary(path)]
    return [(path, f"lib/{soname}") for soname, path in sorted(linked_libraries(binaries, inside).items())]


def pack(folder: Path, packages: Sequence[str], preset: int) -> list[Path]:
    """Write the bundle into `folder`, which is emptied before; returns its pieces.

    Args:
        folder: Where to write.
        packages: Names of installed distributions.
        preset: Of xz, 0 (fast) to 9 (small).
    """
    _empty(folder)
    python = [(path, f"python/{below}") for path, below in interpreter_files()]
    carried = package_files(packages)
    site_packages = Path(sys.prefix).resolve()
    pieces = [folder / "python.tar.gz"]
    with tempfile.TemporaryDirectory() as scratch:
        words = written_files(Path(scratch))
        with gzip.open(pieces[0], "wb", 6) as plain, tarfile.open(fileobj=plain, mode="w|") as archive:
            add_files(archive, python + words + library_files(python + carried, site_packages))
    with PieceWriter(folder, "packages.tar.xz", PIECE_BYTES) as out:
        threads = os.cpu_count() or 1
        with ParallelXz(out, preset, threads) as xz, tarfile.open(fileobj=xz, mode="w|") as archive:
            add_files(archive, carried + our_files())
        pieces += out.paths
    (folder / "SHA256SUMS").write_text("".join(map(checksum_line, pieces)))
    shutil.copy(Path(__file__).with_name("join.sh"), folder)
    return pieces


def _empty(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / "SHA256SUMS").exists():
        raise FileExistsError(f"{folder}: expected an empty folder or an earlier bundle, found other files")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def main(argv: Sequence[str]) -> None:
    """Write the bundle and say how to use it."""
    logging.basicConfig(level=logging.INFO, format="gpu-bundle: %(message)s")
    parser = argparse.ArgumentParser(prog="make gpu-bundle", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder to write into; what is in it is removed")
    parser.add_argument("--preset", type=int, choices=range(10), default=3, help="xz: 0 fast to 9 small")
    arguments = parser.parse_args(argv)
    pieces = pack(arguments.folder, PACKAGES, arguments.preset)
    size = sum(piece.stat().st_size for piece in pieces)
    logger.info(
        "%s pieces, %.0f MiB; copy the folder, then: sh join.sh TO && TO/gpu-check", len(pieces), size / 2**20
    )
    sys.stdout.write(f"{arguments.folder}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
