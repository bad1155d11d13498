"""The template that docs/templates.md builds from nothing, built by following it."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from media.video.check import read_video

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
PACKAGES = ("blender_scripts", "blocks", "flows", "infra", "media", "tasks")
FILE = re.compile(r"^`(?P<path>\S+\.py)`:\n\n```python\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^```sh\n(?P<text>python -m flows.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A copy of the code, in which the guide's files are written."""
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / "code" / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for found in FILE.finditer(GUIDE):
        place = tmp_path / "code" / found["path"]
        assert not place.exists()
        place.write_text(found["text"], encoding="utf-8")
    return tmp_path / "code"


def test_template_of_the_guide_becomes_a_clip(checkout, tmp_path):
    command = next(COMMAND.finditer(GUIDE))["text"]  # those after it are of a .blend
    python, *words = shlex.split(command)
    job = json.loads(words[-1]) | {"width": 64, "height": 36, "samples": 1, "fps": 4}
    environment = os.environ | {"RENDERMILL_STORE": str(tmp_path / "store"), "PYTHONPATH": str(checkout)}

    done = subprocess.run(
        [sys.executable, *words[:-1], json.dumps(job)],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert python == "python"
    assert done.returncode == 0, done.stderr
    (video,) = (checkout / "out" / "bars").glob("*.mp4")
    assert read_video(video).frames == 4
    assert {path.suffix for path in video.parent.iterdir()} == {".mp4", ".webp"}
