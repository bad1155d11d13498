"""Which measure a gate takes, by what the machine's ffmpeg has."""

from pathlib import Path

import pytest

from media.encoder import Ffmpeg
from media.transcode.gate import Gate, gate_of
from media.transcode.job import TranscodeJob


@pytest.fixture
def without_vmaf(tmp_path) -> Ffmpeg:
    """An ffmpeg that was built without libvmaf, as Debian's is."""
    path = tmp_path / "ffmpeg"
    path.write_text("#!/bin/sh\necho 'No such filter: libvmaf: Filter not found' >&2\nexit 1\n")
    path.chmod(0o755)
    return Ffmpeg(path)


def asked(gate: str, **wishes: object) -> TranscodeJob:
    return TranscodeJob(source="a.mp4", gate=gate, **wishes)


def test_gate_by_vmaf_where_there_is_none_is_by_ssim_and_says_that_it_stays_so(without_vmaf, tmp_path):
    gate = gate_of(asked("vmaf", gate_target=90), without_vmaf, tmp_path)

    assert gate
    assert (gate.metric, gate.target) == ("ssim", 97)
    assert "this machine's ffmpeg has no VMAF, so SSIM was taken, with its own target of 97" in gate.why
    assert "the same job finds this result wherever it runs" in gate.why


def test_another_target_is_another_job_even_if_it_is_the_usual_one():
    assert asked("vmaf", gate_target=93).identity != asked("vmaf").identity


def test_gate_by_ssim_needs_no_vmaf(without_vmaf, tmp_path):
    assert gate_of(asked("ssim", gate_target=95), without_vmaf, tmp_path) == Gate("ssim", 95)
    assert gate_of(asked("none"), Ffmpeg(Path("/nowhere")), tmp_path) is None
