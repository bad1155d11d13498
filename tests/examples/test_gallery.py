"""The gallery as somebody makes it: each picture lies beside the page, and a figure that breaks is told."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from media.broll.templates import known_templates

ROOT = Path(__file__).parents[2]


def gallery(*arguments: str):
    argv = [sys.executable, ROOT / "examples" / "gallery.py", *arguments]
    return subprocess.run(argv, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_draft_of_one_template(tmp_path):
    name = next(iter(known_templates()))

    made = gallery(name, "--draft", "--out", str(tmp_path))

    *figures, page = made.stdout.splitlines()
    assert Path(page) == tmp_path / "index.html"
    assert all(re.fullmatch(rf"{name} .* (ok|BROKEN)", line) for line in figures)
    assert made.returncode == any(line.endswith("BROKEN") for line in figures)
    assert {file.name for file in (tmp_path / name).iterdir()} == {"poster.webp", "preview.mp4", "sheet.webp"}


def test_unknown_template_is_refused_with_those_that_are_known(tmp_path):
    refused = gallery("lens_flare", "--out", str(tmp_path / "none"))

    assert refused.returncode == 2
    assert f"expected templates out of {', '.join(known_templates())}, found lens_flare" in refused.stderr
    assert not (tmp_path / "none").exists()
