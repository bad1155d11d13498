"""A Blender that a process keeps warm for itself, and what is left of it when the process ends."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from media.renderer_host.at_hand import kept_warm
from tests.media.renderer_host.conftest import FAKE, OTHER
from tests.media.test_rendering import DIGEST
from tests.processes import descendants, is_alive, wait_until_gone

ROOT = Path(__file__).parents[3]
KEEPER = """
import sys
from pathlib import Path
from media.blender import Blender, Ticket, start_script
from media.renderer_host.at_hand import kept_warm
from media.workspace import workspace

job = {"do": "render_frames", "scene_sha256": "ab" * 32, "settings": {"width": 8, "height": 8}}
with kept_warm(Blender(tuple(sys.argv[1:]), "4.5.0")) as blender, workspace() as folder:
    with start_script(blender, job, folder, ticket=Ticket("first", "light")) as script:
        next(script.reports())
        print("at work", flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def alone(place, tmp_path, monkeypatch):
    """A Blender without a host, and a temporary folder of our own."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return replace(place.blender(), host=None)


def test_jobs_of_a_block_share_a_blender_that_ends_with_it(place, alone):
    with kept_warm(alone) as blender:
        warmth = [place.render_by(blender, render)[-1].warmth for render in (DIGEST, OTHER)]
        assert is_alive(place.started[0])

    assert warmth == ["cold", "warm scene"]
    assert len(place.started) == 1
    assert not is_alive(place.started[0])
    assert not blender.host.parent.exists()
    assert "renderer host" not in {thread.name for thread in threading.enumerate()}


def test_block_without_a_job_starts_nothing(alone):
    before = descendants(os.getpid())  # other tests of this process may have left a server

    with kept_warm(alone):
        assert set(descendants(os.getpid())) <= set(before)


def test_host_that_was_named_is_left_to_do_it(place):
    with kept_warm(place.blender()) as blender:
        assert blender == place.blender()


def test_temporary_folder_of_a_long_name_costs_the_warmth_alone(alone, tmp_path, monkeypatch, caplog):
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))

    with kept_warm(alone) as blender:
        assert blender == alone

    assert "each picture starts a Blender of its own" in caplog.text
    assert "at most 107 bytes" in caplog.text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_blender_ends_with_its_process_however_that_ends(place, tmp_path, number):
    argv = [sys.executable, "-c", KEEPER, sys.executable, str(FAKE), "well", str(place.folder / "notes")]
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        argv,
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "at work\n"
        below = descendants(process.pid)
        assert place.started[0] in below

        process.send_signal(number)

    for pid in below:
        wait_until_gone(pid)
