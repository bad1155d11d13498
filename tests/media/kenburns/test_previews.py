"""Previews show the very frames that were asked for, at no more than a few seconds of decoding each."""

from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from media.deliverables import stored_file
from media.kenburns import previews
from media.kenburns.previews import frame_argv, moment_of, stored_previews
from media.process import Limits, check, run
from media.video.settings import VideoSettings

COUNT = 200


@pytest.fixture(params=[("h264", "libx264"), ("hevc", "libx265")], ids=lambda one: one[0])
def film(request, ffmpeg, tmp_path):
    """A film of eight seconds whose neighbouring frames differ; every other second has a key frame."""
    codec, encoder = request.param
    settings = VideoSettings(width=64, height=64, fps="25/1", codec=codec)
    path = tmp_path / "film.mp4"
    argv = [
        *(str(ffmpeg.path), "-v", "error", "-f", "lavfi", "-i", f"color=black:64x64:r=25:d={COUNT // 25}"),
        *(
            "-vf",
            "format=yuv420p,geq=lum=20+20*mod(N\\,10):cb=128:cr=128",
            "-c:v",
            encoder,
            "-g",
            "50",
            "-crf",
            "5",
        ),
        *("-y", str(path)),
    ]
    check(run(argv, cwd=tmp_path, limits=Limits(wall_s=120.0), env=ffmpeg.env), "ffmpeg")
    return path, settings


@pytest.mark.parametrize("number", [0, 1, 49, 50, 51, 99, 148, 199])
def test_frame_is_that_of_its_number(film, ffmpeg, tmp_path, number):
    path, settings = film
    argv = frame_argv(ffmpeg.path, path.name, moment_of(number, settings.rate), "frame.png")

    check(run(argv, cwd=tmp_path, limits=Limits(wall_s=60.0), env=ffmpeg.env), "ffmpeg")

    with Image.open(tmp_path / "frame.png") as image:
        found = np.asarray(image.convert("L")).mean()
    assert found == pytest.approx((20 + 20 * (number % 10) - 16) * 255 / 219, abs=6)


def test_moment_is_before_its_frame_and_after_the_one_before():
    rate = Fraction(24000, 1001)

    assert moment_of(0, rate) == 0
    assert all((n - 1) / rate < moment_of(n, rate) < n / rate for n in (1, 2, 1000, 10**6))


def test_film_is_fetched_once_for_all_its_previews(film, tools, tmp_path, monkeypatch):
    path, settings = film
    output = stored_file("video", path, "film.mp4", tools.store)
    fetched = []
    fetch = previews.fetch_asset
    monkeypatch.setattr(previews, "fetch_asset", lambda *args: fetched.append(args) or fetch(*args))
    (tmp_path / "work").mkdir()

    shown = [(output, moment_of(number, settings.rate)) for number in range(0, COUNT, 20)]
    made = stored_previews(shown, "film", tools.ffmpeg, tmp_path / "work", tools.store)

    assert [one.role for one in made] == ["poster", "contact-sheet"]
    assert len(fetched) == 1
