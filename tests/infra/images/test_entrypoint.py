"""The first process of a container, run as one: in an environment of its own, to its end."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from infra.images.entrypoint import volume_of
from media.code_version import code_version

ROOT = Path(__file__).parents[3]
ENTRYPOINT = ROOT / "infra" / "images" / "entrypoint.py"


def argv_of(*command: str) -> list[str]:
    return [sys.executable, str(ENTRYPOINT), *command]


def started(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(argv_of(*command), env=env, capture_output=True, text=True, check=False, timeout=60)


def test_it_says_what_the_machine_has_in_one_line_and_becomes_the_command():
    ended = started("echo", "the work")

    (line,) = ended.stderr.splitlines()
    assert (ended.returncode, ended.stdout) == (0, "the work\n")
    assert line.startswith("machine: ")
    assert "vCPU" in line
    assert "GiB RAM" in line
    assert "no NVIDIA GPU" in line
    assert re.search(r", encoder libx264 \(NVENC failed when probed: .+\), ", line)
    assert code_version(ROOT) in line


def test_gpu_of_the_machine_is_named(tmp_path):
    said = tmp_path / "nvidia-smi"
    said.write_text("#!/bin/sh\necho 'NVIDIA L4, 550.54, 23034 MiB'\n")
    said.chmod(0o755)

    ended = started("true", PATH=f"{tmp_path}:{os.environ['PATH']}")

    assert "NVIDIA L4, 550.54, 23034 MiB" in ended.stderr


def test_ffmpeg_that_is_none_is_said_and_stops_nothing(tmp_path):
    (tmp_path / "ffmpeg").write_text("no program")

    ended = started("echo", "work", RENDERMILL_FFMPEG=str(tmp_path / "ffmpeg"))

    assert (ended.returncode, ended.stdout) == (0, "work\n")
    assert ", encoder unknown (" in ended.stderr


def test_exit_code_is_the_commands():
    assert started("sh", "-c", "exit 7").returncode == 7


def test_signal_reaches_the_command_itself():
    script = (
        "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(41)); "
        "print('ready', flush=True); signal.pause()"
    )
    with subprocess.Popen(
        argv_of(sys.executable, "-c", script), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"

        child.send_signal(signal.SIGTERM)

        assert child.wait(timeout=20) == 41


def test_no_command_is_a_sentence():
    ended = started()
    assert ended.returncode == 1
    assert "expected a command to run, found none" in ended.stderr


def test_command_that_is_not_there_is_a_sentence():
    ended = started("no-such-command")
    assert ended.returncode == 1
    assert "no-such-command: expected a command that can be run" in ended.stderr.splitlines()[-1]


def test_renderer_host_that_is_wanted_is_started_before_the_command(tmp_path):
    there = "import os, stat; print(stat.S_ISSOCK(os.stat(os.environ['RENDERMILL_HOST']).st_mode))"
    host = tmp_path / "private" / "host"

    ended = started(sys.executable, "-c", there, RENDERMILL_HOST=str(host))

    assert (ended.returncode, ended.stdout) == (0, "True\n")


def test_volume_that_was_announced_and_is_not_there_stops_the_container(tmp_path):
    ended = started("echo", "work", RENDERMILL_VOLUME=str(tmp_path / "volume"))

    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"expected a mounted folder at {tmp_path}/volume, found nothing of that name" in ended.stderr


def test_volume_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "volume").touch()

    with pytest.raises(SystemExit, match="what this user cannot read as a folder"):
        volume_of({"RENDERMILL_VOLUME": str(tmp_path / "volume")})


def test_kernels_of_the_volume_are_copied_to_this_disk(tmp_path):
    kept = tmp_path / "volume" / "kernel-caches" / "optix"
    kept.mkdir(parents=True)
    (kept / "cache7.db").write_text("kernels")

    ended = started(
        "true",
        RENDERMILL_VOLUME=str(tmp_path / "volume"),
        OPTIX_CACHE_PATH=str(tmp_path / "optix"),
        CUDA_CACHE_PATH=str(tmp_path / "cuda"),
    )

    assert ended.returncode == 0
    assert ended.stderr.rstrip().endswith(", optix kernels restored")
    assert (tmp_path / "optix" / "cache7.db").read_text() == "kernels"
    assert not (tmp_path / "cuda").exists()


def test_kernels_that_cannot_be_copied_cost_no_more_than_time(tmp_path):
    (tmp_path / "volume" / "kernel-caches" / "cuda").mkdir(parents=True)
    (tmp_path / "cuda").write_text("a file is in the way")

    ended = started(
        "true", RENDERMILL_VOLUME=str(tmp_path / "volume"), CUDA_CACHE_PATH=str(tmp_path / "cuda")
    )

    assert ended.returncode == 0
    assert "cuda kernels not restored" in ended.stderr
