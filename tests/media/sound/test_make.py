"""A sound under a video, from files to files: what comes is decoded again here by other means."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blocks.tools import open_tools
from media.contact_sheet import LARGEST_BYTES
from media.jobs import run_footage
from media.manifest import Manifest, Role
from media.sound.job import AddAudioJob
from media.tools import Tools
from tests.media.sound.conftest import CLIP
from tests.media.sound.heard_again import Found, loudness_in

LONGEST_UNITS = 1.0
"""One frame and one frame of AAC."""


def expect_together(found: Found) -> None:
    assert found.units_apart <= LONGEST_UNITS
    assert found.times[0] == 0
    assert found.rms(0, 0.2) > 0.01


def expect_even(found: Found, frames: int) -> None:
    step = found.video_s / found.frames
    assert found.frames == frames
    assert [time / step for time in found.times] == list(range(frames))


@pytest.mark.parametrize(("seconds", "frames"), [(2.3, 58), (1.7, 42)])
def test_video_is_retimed_to_its_sound(lay, clip, tone, seconds, frames):
    manifest, found = lay(clip, tone(seconds))

    expect_together(found)
    expect_even(found, frames)
    assert manifest.record.encoder


def test_video_is_repeated_below_a_longer_sound_and_encoded_once(lay, clip, tone):
    manifest, found = lay(clip, tone(5.0))

    expect_together(found)
    expect_even(found, 125)
    assert "repeated" in manifest.record.warnings[0]


def test_last_frame_stands_until_the_sound_is_over(lay, clip, tone):
    _, found = lay(clip, tone(3.0), mode="freeze")

    expect_together(found)
    expect_even(found, 75)
    assert min(found.steps[:48]) > 2 * max(found.steps[50:])


@pytest.mark.parametrize(("reordered", "copied"), [("0", True), ("3", False)])
def test_frames_are_copied_where_a_cut_tears_none_from_what_it_needs(lay, shoot, tone, reordered, copied):
    source = shoot(f"reordered-{reordered}.mp4", *CLIP, "-bf", reordered, "-b_strategy", "0")

    manifest, found = lay(source, tone(0.92))

    expect_together(found)
    expect_even(found, 23)
    assert (manifest.record.encoder == "") == copied


def test_frames_that_are_only_slowed_down_are_copied(lay, clip, tone):
    manifest, found = lay(clip, tone(2.5), mode="retime_fast")

    expect_together(found)
    expect_even(found, 50)
    assert not manifest.record.encoder
    assert float(found.video_s) == pytest.approx(2.5, abs=0.03)


def test_sound_is_played_faster_at_its_own_pitch(lay, clip, tone):
    _, found = lay(clip, tone(3.0), mode="audio_tempo")

    expect_together(found)
    expect_even(found, 50)
    middle = found.sound[0, round(0.3 * found.rate) : round(0.6 * found.rate)]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(spectrum) * found.rate / len(middle) == pytest.approx(440, abs=10)


def test_shorter_sound_is_repeated_to_the_end_of_the_video(lay, clip, tone):
    _, found = lay(clip, tone(0.7), mode="loop")

    expect_together(found)
    expect_even(found, 50)
    assert min(found.rms(at / 10, at / 10 + 0.1) for at in range(19)) > 0.05


def test_own_sound_of_a_video_stays_under_the_new_one_as_fast_as_its_pictures(lay, shoot, clip, tone):
    beeps = "aevalsrc='0.5*sin(2*PI*2000*t)*gte(t,1)':s=48000:d=2"
    source = shoot("beeping.mp4", "-i", str(clip), "-f", "lavfi", "-i", beeps, "-c:v", "copy", "-c:a", "aac")

    _, found = lay(source, tone(2.4), mode="retime", keep_original=True, original_gain=0)

    expect_together(found)
    high = found.sound[0] - np.convolve(found.sound[0], np.ones(24) / 24, "same")  # 2000 Hz, not 440
    before, after = (high[round(a * found.rate) : round(b * found.rate)] for a, b in [(0.3, 0.9), (1.4, 2.0)])
    assert np.std(after) > 4 * np.std(before)


def test_own_sound_begins_anew_with_its_pictures_however_long_the_last_of_them_is(lay, shoot, clip):
    late = (
        *("-vf", "settb=1/1000,setpts='N*40+gt(N,30)*17'"),
        *("-fps_mode", "passthrough", "-enc_time_base", "1:1000"),
    )
    beep = "aevalsrc='0.5*sin(2*PI*2000*t)*lt(t,0.2)':s=48000:d=2"
    source = shoot("late.mkv", "-i", str(clip), "-f", "lavfi", "-i", beep, *late, "-c:a", "pcm_s16le")
    silence = shoot("silence-20.wav", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono", "-t", "20")

    _, found = lay(source, silence, mode="loop", keep_original=True, original_gain=0)

    assert found.rms(18.02, 18.12) > 0.1  # the tenth time
    assert found.rms(17.8, 17.95) < 0.01


def test_own_sound_that_is_empty_is_passed_over_for_the_next(lay, shoot, clip, tone):
    sounds = ("-i", str(tone(2.0)), "-map", "0", "-map", "1", "-map", "1", "-filter:a:0", "aselect=0")
    source = shoot("empty.mkv", "-i", str(clip), *sounds, "-c:v", "copy", "-c:a", "pcm_s16le")
    silence = shoot("silence-2.wav", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono", "-t", "2")

    _, found = lay(source, silence, keep_original=True, original_gain=0)

    assert found.rms(0.5, 1.5) > 0.05


def test_fades_begin_and_end_in_silence(lay, clip, tone):
    _, found = lay(clip, tone(2.0), fade_in=0.5, fade_out=0.5)

    assert found.rms(0, 0.03) < 0.1 * found.rms(0.8, 1.2) > 10 * found.rms(1.97, 1.995) / 10
    assert found.rms(1.97, 1.995) < 0.1 * found.rms(0.8, 1.2)


@dataclass(frozen=True)
class Done:
    """A job that was done once for several tests."""

    job: AddAudioJob
    tools: Tools
    manifest: Manifest
    told: list[tuple[int, int]]
    left: list[Path]


@pytest.fixture(scope="module")
def done(tmp_path_factory, clip, tone) -> Iterator[Done]:
    """A video of two seconds retimed to a sound of 2.3, with all that was told meanwhile."""
    folder, told = tmp_path_factory.mktemp("done"), []
    home = folder / "home"
    home.mkdir()
    job = AddAudioJob(source=str(clip), audio=str(tone(2.3)), preset="veryfast", loudness=-20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RENDERMILL_STORE", str(folder / "store"))
        patch.setattr("tempfile.tempdir", str(home))
        tools = open_tools()
        manifest = run_footage(job, tools, lambda *frames: told.append(frames))
        yield Done(job, tools, manifest, told, list(home.iterdir()))


def test_job_that_was_done_is_found(done, children):
    with children.counted() as commands:
        again = run_footage(done.job, done.tools)

    assert (again, commands) == (done.manifest, [])


def test_pictures_tell_what_came(done):
    def picture(role: Role) -> Image.Image:
        output = done.manifest.output(role)
        assert output.asset.size <= LARGEST_BYTES
        return Image.open(io.BytesIO(done.tools.store.get(output.asset.key)))

    assert picture("poster").size == (160, 90)
    assert picture("contact-sheet").size > picture("poster").size
    assert picture("waveform").width == 1200


def test_names_say_whose_video_it_is_and_what_was_done(done):
    assert {output.role: output.download_name for output in done.manifest.content.outputs} == {
        "video": "clip-sound.mp4",
        "poster": "clip-sound-poster.webp",
        "contact-sheet": "clip-sound-contact-sheet.webp",
        "waveform": "clip-sound-waveform.webp",
    }


def test_progress_counts_the_frames_of_the_result(done):
    assert {total for _, total in done.told} == {58}
    assert max(count for count, _ in done.told) == 58


def test_nothing_lies_about_when_it_is_done(done):
    assert done.left == []


def test_loudness_wanted_is_that_of_the_finished_video(done, tmp_path):
    path = tmp_path / "result.mp4"
    done.tools.store.fetch(done.manifest.output("video").asset.key, path)

    loudness, peak = loudness_in(path)

    assert loudness == pytest.approx(-20, abs=0.5)
    assert peak <= -1 + 0.5
