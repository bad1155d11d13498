"""Looking at GPUs by a tool that may be missing, hang, die, or print what is no figure."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from media import gpu_watch
from media.gpu_watch import chosen_gpus, parse_sample, watch_argv, watching

ROOT = Path(__file__).parents[2]
STAND_IN = ROOT / "tests" / "fakes" / "nvidia-smi"
GOOD = "0, NVIDIA L4, 550.54.15, 97, 1800, 12"
LONGEST_S = 20.0


def tool_that(does: str, folder: Path) -> Path:
    tool = folder / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{does}\n")
    tool.chmod(0o755)
    return tool


def until(condition) -> None:
    end = time.monotonic() + LONGEST_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_gpu_is_sampled_while_the_block_runs_and_no_longer(tmp_path):
    with watching(STAND_IN, tmp_path, {}) as watch:
        until(lambda: len(watch.samples) >= 4)
    taken = len(watch.samples)

    assert {sample.percent for sample in watch.samples} == {0, 97}
    assert {sample.encoder_percent for sample in watch.samples} == {0, 12}
    assert {(s.name, s.driver, s.memory_mib) for s in watch.samples} == {
        ("NVIDIA Stand-in", "580.159.03", 1800)
    }
    assert len(watch.samples) == taken


def test_without_the_tool_nothing_is_started_and_it_says_so(tmp_path, children):
    with children.counted() as commands, watching(None, tmp_path, {}) as watch:
        pass

    assert commands == []
    assert (watch.samples, watch.refusal) == ([], "no nvidia-smi")


@pytest.mark.parametrize(
    ("does", "refusal"),
    [
        ("sleep 300", "nvidia-smi printed nothing"),
        ("trap '' TERM; while :; do sleep 1; done", "nvidia-smi printed nothing"),
        ("echo NVIDIA-SMI has failed >&2; exit 9", "nvidia-smi said 'NVIDIA-SMI has failed"),
        ("echo No devices were found; exit 6", "nvidia-smi said 'No devices were found'"),
        ("kill -SEGV $$", "nvidia-smi printed nothing"),
        ("head -c 40000000 /dev/zero", "expected reports of at most"),
        ("yes garbage", "nvidia-smi said 'garbage'"),
        ("while :; do echo '0, NVIDIA H100, 550.54, [N/A], 1800, [N/A]'; sleep 0.1; done", "[N/A]"),
    ],
)
def test_tool_that_fails_costs_nothing_but_the_samples(tmp_path, does, refusal):
    tool = tool_that(does, tmp_path)

    with watching(tool, tmp_path, {}) as watch:
        if refusal != "nvidia-smi printed nothing":
            until(lambda: refusal in watch.refusal and watch.refusal != "nvidia-smi printed nothing")

    assert watch.samples == []
    assert refusal in watch.refusal


def test_tool_that_is_no_program_costs_nothing_but_the_samples(tmp_path):
    with watching(tmp_path / "nothing-here", tmp_path, {}) as watch:
        until(lambda: "nothing-here" in watch.refusal)

    assert watch.samples == []


def test_tool_that_dies_later_leaves_its_samples(tmp_path):
    tool = tool_that(f"echo '{GOOD}'; echo '{GOOD}'; exit 15", tmp_path)

    with watching(tool, tmp_path, {}) as watch:
        until(lambda: len(watch.samples) >= 2)

    assert {sample.percent for sample in watch.samples} == {97}


def test_older_driver_that_knows_no_encoder_is_asked_for_the_rest(tmp_path):
    old = """case "$*" in *encoder*) echo 'Field "utilization.encoder" is not a valid field'; exit 2 ;; esac
while :; do echo '0, Tesla T4, 470.57.02, 55, 1800'; sleep 0.1; done"""

    with watching(tool_that(old, tmp_path), tmp_path, {}) as watch:
        until(lambda: watch.samples)

    assert (watch.samples[0].percent, watch.samples[0].encoder_percent) == (55, None)


def test_flood_of_samples_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(gpu_watch, "MOST_SAMPLES", 1000)

    with watching(tool_that(f"yes '{GOOD}'", tmp_path), tmp_path, {}) as watch:
        until(lambda: watch.is_full)

    assert len(watch.samples) == 1000


def test_tool_ends_with_the_engine_however_that_died(tmp_path):
    tool = tool_that(
        f"echo $$ > {tmp_path}/pid.new; mv {tmp_path}/pid.new {tmp_path}/pid; sleep 300", tmp_path
    )
    engine = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from media.gpu_watch import watching
with watching(Path({str(tool)!r}), Path({str(tmp_path)!r}), {{}}):
    sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", engine], stdin=subprocess.PIPE) as process:
        until((tmp_path / "pid").exists)
        process.send_signal(signal.SIGKILL)

    pid = int((tmp_path / "pid").read_text())
    until(lambda: not is_alive(pid))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "garbage",
        "0, NVIDIA L4, 550.54, nan, 1800, 0",
        "0, NVIDIA L4, 550.54, -4, 1800, 0",
        "0, NVIDIA L4, 550.54, 1e400, 1800, 0",
        "0, NVIDIA L4, 550.54, [N/A], 1800, 0",
        "0, NVIDIA L4, 550.54, 12, [N/A], 0",
        "0, NVIDIA L4, 550.54, 12, 1800, 0, 0",
        "٣, NVIDIA L4, 550.54, 12, 1800, 0",
        "ERR!, NVIDIA L4, 550.54, 12, 1800, 0",
    ],
)
def test_what_is_no_sample_is_not_read_as_one(line):
    sample = parse_sample(line, 0.0)

    assert sample is None or (sample.index == 3 and sample.percent == 12)


def test_encoder_alone_may_be_missing():
    sample = parse_sample("1, NVIDIA H100, 550.54, 12, 1800, [N/A]", 2.5)

    assert sample is not None
    assert (sample.at, sample.index, sample.percent, sample.encoder_percent) == (2.5, 1, 12, None)


@pytest.mark.parametrize(
    ("visible", "chosen"),
    [
        ("", ""),
        ("2", "2"),
        ("0, 1", "0,1"),
        ("GPU-8e1f,GPU-77aa", "GPU-8e1f,GPU-77aa"),
        ("-1", ""),
        ("MIG-1", ""),
    ],
)
def test_only_gpus_that_the_renderer_may_use_are_watched(visible, chosen):
    argv = watch_argv(Path("/usr/bin/nvidia-smi"), 1.0, chosen_gpus({"CUDA_VISIBLE_DEVICES": visible}))

    assert [part for part in argv if part.startswith("--id")] == ([f"--id={chosen}"] if chosen else [])
    assert "--loop-ms=1000" in argv
