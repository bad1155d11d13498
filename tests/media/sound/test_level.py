"""Loudness, measured again in what comes out; peaks and silence."""

import math
import subprocess

import pytest

from media.encoder import find_ffmpeg
from media.footage.convert import Conversion
from media.sound.command import Track
from media.sound.heard import Form
from media.sound.level import levelled, loudness_of
from media.sound.track import peak_of

MONO = Form(48000, 1)
LOUD = "aevalsrc='0.9*sin(2*PI*330*t)*(0.15+gt(mod(t,0.5),0.45))/1.15':s=48000:d=4"
"""Soft, with short bursts: no gain alone makes it loud without cutting its peaks off."""


@pytest.fixture
def conversion(tmp_path) -> Conversion:
    return Conversion("sound.wav", find_ffmpeg(), tmp_path)


def sound(conversion: Conversion, source: str) -> Track:
    command = [
        *(str(conversion.ffmpeg.path), "-v", "error", "-f", "lavfi", "-i", source),
        *("-f", "f32le", "-ac", "1", "-ar", "48000", str(conversion.folder / "sound.f32")),
    ]
    subprocess.run(command, check=True)
    return Track("sound.f32", MONO)


def test_gain_alone_is_used_where_peaks_allow_it(conversion):
    before = sound(conversion, LOUD)

    after, said = levelled(before, -30, -1, conversion)

    moved = loudness_of(after, conversion).integrated - loudness_of(before, conversion).integrated
    louder = peak_of(conversion.folder / after.name) / peak_of(conversion.folder / before.name)
    assert said == ""
    assert 20 * math.log10(louder) == pytest.approx(moved, abs=0.15)


def test_peaks_that_stand_in_the_way_are_limited_and_that_is_said(conversion):
    after, said = levelled(sound(conversion, LOUD), -14, -1, conversion)

    found = loudness_of(after, conversion)
    assert found.integrated == pytest.approx(-14, abs=0.5)
    assert found.peak <= -0.9
    assert "peaks are limited" in said


@pytest.mark.parametrize("source", ["anullsrc=d=1", "sine=d=0.1", "sine=d=1,volume=-80dB"])
def test_what_is_too_soft_or_too_short_to_measure_is_left_alone(conversion, source):
    before = sound(conversion, source)

    after, said = levelled(before, -14, -1, conversion)

    assert after == before
    assert "too short or too soft" in said


def test_sound_that_sets_in_at_once_is_not_encoded_louder_than_it_is(lay, clip, shoot):
    sweep = "0.3*sin(2*PI*(200+300*t)*t)*(0.3+0.7*lt(mod(t,0.4),0.05))"
    rest = "0.05*random(0)+0.2*sin(2*PI*1300*t)*gt(sin(3*t),0)"
    burst = f"aevalsrc='{sweep}+{rest}|0.25*sin(2*PI*330*t)+0.04*random(1)':s=48000:d=2"
    abrupt = shoot("abrupt.wav", "-f", "lavfi", "-i", burst)

    _, found = lay(clip, abrupt)

    assert float(abs(found.sound).max()) <= 0.6  # the sound itself reaches 0.54
