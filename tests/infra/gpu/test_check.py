import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from media.gpu import find_tool

ROOT = Path(__file__).resolve().parents[3]
FAKES = ROOT / "tests" / "fakes"
needs_no_gpu = pytest.mark.skipif(
    find_tool(os.environ["PATH"]) is not None, reason="this machine has a GPU; run make gpu-check"
)


def gpu_check(*arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "infra.gpu.check", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={"PATH": path}, capture_output=True, text=True, check=False, timeout=240
    )


@needs_no_gpu
def test_without_a_gpu_nothing_is_claimed(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "gpu-check.json"

    finished = gpu_check("--out", str(out), path=os.environ["PATH"])

    assert finished.returncode == 0, finished.stderr
    answer = json.loads(finished.stdout)
    assert set(answer) == {"gpu", "reason"}
    assert answer["gpu"] is None
    assert json.loads(out.read_text()) == answer
    assert "shown" not in finished.stderr


@needs_no_gpu
def test_a_gpu_that_only_its_tool_believes_in_is_shown_to_do_nothing() -> None:
    finished = gpu_check(
        "--size", "64", "--samples", "2", "--frames", "2", path=f"{FAKES}:{os.environ['PATH']}"
    )

    assert finished.returncode == 0, finished.stderr
    answer = json.loads(finished.stdout)
    assert [gpu["name"] for gpu in answer["gpu"]] == ["NVIDIA Stand-in"]
    assert set(answer["rendered"]) == {"CPU"}
    assert set(answer["failed"]) == {"OPTIX", "CUDA", "job"}
    assert answer["nvenc"]["works"] is False
    assert answer["compared"] == {}
    assert answer["job"] is None
    claims = [line for line in finished.stderr.splitlines() if line.startswith("| ")]
    assert len(claims) == 5
    assert all("| not shown |" in line for line in claims)
