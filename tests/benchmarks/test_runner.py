import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import find_benchmarks, main

ROOT = Path(__file__).resolve().parents[2]
GOOD = """
import json, sys
ISSUE = 2
print("chatter")
arms = {"a": 1, "b": 2}
print(json.dumps({"name": "ratio_of_two", "value": 0.5, "unit": "ratio", "arms": arms, "repeats": 3}))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of benchmarks beside nothing else."""
    (tmp_path / "measures").mkdir()
    return tmp_path / "measures"


def figures(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_figures_alone_are_on_stdout(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "good.py").write_text(GOOD)

    code = main([], folder)

    out, err = capfd.readouterr()
    assert code == 0
    assert figures(out) == [
        {"name": "ratio_of_two", "value": 0.5, "unit": "ratio", "arms": {"a": 1, "b": 2}, "repeats": 3}
    ]
    assert "chatter" in err


def test_only_the_issue_asked_for_is_measured(folder: Path) -> None:
    (folder / "good.py").write_text(GOOD)
    (folder / "other.py").write_text(GOOD.replace("ISSUE = 2", "ISSUE = 3"))
    (folder / "part.py").write_text("raise RuntimeError('a helper, not to be imported')")

    assert [b.name for b in find_benchmarks(folder, 2, [])] == ["good"]
    assert [b.name for b in find_benchmarks(folder, None, [])] == ["good", "other"]
    assert [b.name for b in find_benchmarks(folder, None, ["other"])] == ["other"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ISSUE = 2\nraise RuntimeError('no part to measure')", "exit code 1"),
        ('ISSUE = 2\nprint(\'{"name": "half"}\')', "printed no figure"),
        ("ISSUE = 2\nLONGEST_S = 0.5\nimport time\ntime.sleep(60)", "ended by us after 0.5 s"),
    ],
    ids=["raises", "prints_no_figure", "hangs"],
)
def test_a_benchmark_that_fails_has_the_value_null_and_the_reason(
    text: str, reason: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.py").write_text(text)
    (folder / "good.py").write_text(GOOD)

    code = main([], folder)

    failed, good = figures(capfd.readouterr().out)
    assert code == 1
    assert failed["name"] == "bad"
    assert failed["value"] is None
    assert reason in failed["arms"]["reason"]
    assert good["value"] == 0.5


def test_a_figure_of_value_null_makes_the_exit_code_nonzero(folder: Path) -> None:
    (folder / "null.py").write_text(GOOD.replace("0.5", "None"))
    assert main([], folder) == 1


def test_asking_for_what_is_not_there_is_an_error(folder: Path) -> None:
    assert main(["--issue", "99"], folder) == 1


def test_what_a_benchmark_started_ends_with_it(folder: Path, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    start = f"import subprocess\nopen({str(note)!r}, 'w').write(str(subprocess.Popen(['sleep', '60']).pid))\n"
    (folder / "leaves.py").write_text(GOOD + start)

    main([], folder)

    assert not is_alive(int(note.read_text()))


def is_alive(pid: int) -> bool:
    """Say whether `pid` still runs, giving a killed process a moment to be reaped."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        state = Path(f"/proc/{pid}/stat")
        if state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return False
        os.sched_yield()
    return True


def test_runner_starts_as_a_module() -> None:
    command = [sys.executable, "-m", "benchmarks", "--help"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0
    assert "--issue" in finished.stdout
