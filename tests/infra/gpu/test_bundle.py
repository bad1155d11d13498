"""The bundle, packed small (the interpreter and one package) and unpacked away from here."""

import lzma
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from infra.gpu import bundle, pieces
from infra.gpu.bundle import PACKAGES, pack, package_files
from infra.gpu.libraries import resolved_libraries
from infra.gpu.packages import closure
from infra.gpu.pieces import ParallelXz, PieceWriter, add_files

LDD = """
	linux-vdso.so.1 (0x00007ffc1)
	libX11.so.6 => /lib/x86_64-linux-gnu/libX11.so.6 (0x00007f15f95de000)
	libstdc++.so.6 => /lib/x86_64-linux-gnu/libstdc++.so.6 (0x00007f15e7600000)
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f15e781e000)
	libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f15e781e000)
	libcuda.so.1 => /usr/local/nvidia/lib64/libcuda.so.1 (0x00007f15e781e000)
	libMaterialXGenMdl.so.1 => not found
	/lib64/ld-linux-x86-64.so.2 (0x00007f16056b4000)
"""


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of the interpreter and pydantic."""
    folder = tmp_path_factory.mktemp("packed") / "bundle"
    pack(folder, ["pydantic"], preset=0)
    return folder


@pytest.fixture
def copied(packed: Path, tmp_path: Path) -> Path:
    """The same bundle, carried to another folder."""
    return shutil.copytree(packed, tmp_path / "carried")


def join(folder: Path, to: Path) -> subprocess.CompletedProcess[str]:
    command = ["/bin/sh", str(folder / "join.sh"), str(to)]
    return subprocess.run(command, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)


def python(unpacked: Path, code: str) -> list[str]:
    command = [str(unpacked / "python3"), "-c", code]
    finished = subprocess.run(command, env={}, cwd="/", capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.splitlines()


def test_python_starts_anywhere_and_so_do_its_children(copied: Path, tmp_path: Path) -> None:
    to = tmp_path / "a far folder"
    joined = join(copied, to)
    assert joined.returncode == 0, joined.stderr
    shutil.rmtree(copied)

    said = python(
        to,
        "import sys, ssl, lzma, sqlite3, ctypes, subprocess, pydantic, media.errors\n"
        "print(sys.executable, sys.prefix, pydantic.__file__, media.errors.__file__, sep='\\n')\n"
        "child = [sys.executable, '-I', '-S', '-c', 'import sys; print(sys.prefix)']\n"
        "print(subprocess.run(child, env={}, capture_output=True, text=True, check=True).stdout)",
    )

    assert joined.stdout.splitlines()[-1] == str(to)
    assert said[0] == str(to / "python3")
    assert said[1] == said[4] == str(to / "python")
    assert all(path.startswith(str(to)) for path in said[2:4])


def test_what_is_installed_here_is_out_of_reach(copied: Path, tmp_path: Path) -> None:
    join(copied, tmp_path / "to")

    [found] = python(tmp_path / "to", "import importlib.util; print(importlib.util.find_spec('numpy'))")

    assert found == "None"


def test_a_damaged_piece_is_refused(copied: Path, tmp_path: Path) -> None:
    piece = copied / "packages.tar.xz.000"
    data = bytearray(piece.read_bytes())
    data[len(data) // 2] ^= 1
    piece.write_bytes(data)

    joined = join(copied, tmp_path / "to")

    assert joined.returncode != 0
    assert "packages.tar.xz.000: FAILED" in joined.stderr
    assert not list((tmp_path / "to").iterdir())


def test_a_missing_piece_is_refused(copied: Path, tmp_path: Path) -> None:
    (copied / "packages.tar.xz.000").unlink()

    joined = join(copied, tmp_path / "to")

    assert joined.returncode != 0
    assert "a piece is missing or damaged" in joined.stderr


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(FileExistsError, match="expected an empty folder"):
        pack(tmp_path, ["pydantic"], preset=0)
    assert (tmp_path / "thesis.txt").exists()


def test_pieces_are_full_but_the_last_and_join_to_the_whole(tmp_path: Path) -> None:
    with PieceWriter(tmp_path, "x", 10) as out:
        for data in (b"a" * 4, b"b" * 23, b"", b"c"):
            assert out.write(data) == len(data)

    assert [path.name for path in out.paths] == ["x.000", "x.001", "x.002"]
    assert [path.stat().st_size for path in out.paths] == [10, 10, 8]
    assert b"".join(path.read_bytes() for path in out.paths) == b"aaaa" + b"b" * 23 + b"c"


def test_blocks_compressed_apart_are_one_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "BLOCK", 1000)
    text = tmp_path / "text"
    text.write_bytes(bytes(range(256)) * 100)
    text.chmod(0o755)

    with (
        PieceWriter(tmp_path, "x", 500) as out,
        ParallelXz(out, 0, 2) as xz,
        tarfile.open(fileobj=xz, mode="w|") as archive,
    ):
        add_files(archive, [(text, "folder/text")])
    (tmp_path / "whole").write_bytes(b"".join(path.read_bytes() for path in out.paths))

    with lzma.open(tmp_path / "whole") as plain, tarfile.open(fileobj=plain, mode="r|") as archive:
        member = archive.next()
        assert member is not None
        assert (member.name, member.mode, member.uname) == ("folder/text", 0o755, "")
        unpacked = archive.extractfile(member)
        assert unpacked is not None
        assert unpacked.read() == text.read_bytes()


def test_libraries_travel_without_the_c_library_and_the_driver() -> None:
    assert set(resolved_libraries(LDD)) == {"libX11.so.6", "libstdc++.so.6"}


def test_packages_bring_what_they_need_and_nothing_of_the_server() -> None:
    names = {package.name.lower() for package in closure(PACKAGES)}
    assert {"bpy", "numpy", "requests", "pydantic_core", "cadquery-ocp-proxy", "imageio-ffmpeg"} <= names
    assert not names & {"prefect", "fastapi", "boto3", "runpod", "pytest"}


def test_blender_travels_with_nvidias_kernels_and_without_amds() -> None:
    names = [name for _, name in package_files(["bpy"])]
    assert any(name.endswith("kernel_optix.ptx.zst") for name in names)
    assert any("kernel_sm_89" in name for name in names)
    assert not [name for name in names if "gfx" in name or "__pycache__" in name]


def test_pieces_fit_where_they_are_carried() -> None:
    assert bundle.PIECE_BYTES <= 56 << 20
