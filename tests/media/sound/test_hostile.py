"""Videos and sounds as strangers send them: handled, or refused in one sentence that says what to do."""

import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from media.errors import BadInput
from media.footage.container import SOUND, Container
from media.footage.facts import expect_sound, facts_of
from media.footage.sniff import container_of_file
from media.sound.heard import LONGEST_S, Form, Heard, Recording, hear
from tests.media.sound.conftest import CLIP
from tests.media.sound.test_make import expect_together

SINE = ("-f", "lavfi", "-i")


def heard(path: Path, folder: Path) -> tuple[Heard, Form]:
    """Decode the first sound of a file, as a job does."""
    container = container_of_file(path, path.name, SOUND)
    stream = expect_sound(facts_of(path, container, path.name, folder), path.name)
    form = Form.of(stream)
    return hear(Recording(path, container, stream, path.name), form, folder / "heard.f32"), form


def seconds(path: Path, folder: Path) -> float:
    found, form = heard(path, folder)
    assert (folder / "heard.f32").stat().st_size == form.size(found.samples)
    return found.samples / form.rate


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("lame.mp3", ("-c:a", "libmp3lame")),
        ("edit-list.m4a", ("-c:a", "aac")),
        ("hi.flac", ("-ar", "96000", "-sample_fmt", "s32", "-bits_per_raw_sample", "24")),
        ("low.wav", ("-ar", "8000", "-c:a", "pcm_mulaw")),
        ("opus.ogg", ("-c:a", "libopus")),
        ("surround.wav", ("-ac", "6")),
        ("sound.aiff", ()),
    ],
)
def test_sound_is_as_long_as_it_was_before_a_codec_padded_it(shoot, tmp_path, name, options):
    path = shoot(name, *SINE, "sine=440:d=1.337:sample_rate=48000", *options)

    assert seconds(path, tmp_path) == pytest.approx(1.337, abs=0.0005)


def test_mp3_of_varying_rate_without_a_word_of_its_length_is_decoded_to_its_end(shoot, tmp_path):
    half = "sine=440:d=3[a];anoisesrc=d=3:a=0.4:r=44100[b];[a][b]concat=v=0:a=1"
    path = shoot("vbr.mp3", "-filter_complex", half, "-c:a", "libmp3lame", "-q:a", "6", "-write_xing", "0")

    assert seconds(path, tmp_path) == pytest.approx(6, abs=0.08)  # no header says how much of it is padding


def test_mp3_whose_header_promises_an_hour_is_as_long_as_it_is(shoot, tmp_path):
    path = shoot("lame.mp3", *SINE, "sine=440:d=1.337:sample_rate=48000", "-c:a", "libmp3lame")
    data = bytearray(path.read_bytes())
    at = next(data.find(mark) for mark in (b"Info", b"Xing") if mark in data)
    data[at + 8 : at + 12] = (150_000).to_bytes(4, "big")  # frames
    lying = tmp_path / "lying.mp3"
    lying.write_bytes(bytes(data))

    assert seconds(lying, tmp_path) == pytest.approx(1.337, abs=0.05)


def test_mp3_that_was_cut_out_of_a_stream_is_heard_and_what_is_damaged_left_out(shoot, tmp_path):
    whole = shoot("long.mp3", *SINE, "sine=440:d=3", "-c:a", "libmp3lame").read_bytes()
    part = tmp_path / "part.mp3"
    middle = bytearray(whole[whole.find(b"\xff\xfb", len(whole) // 3) : -500])
    middle[5000:5600] = bytes(600)
    part.write_bytes(bytes(middle))

    assert 1 < seconds(part, tmp_path) < 2.2


def test_cover_of_a_sound_is_no_picture_of_it(shoot, tmp_path):
    cover = shoot("cover.jpg", *SINE, "color=red:s=64x64", "-frames:v", "1")
    tune = shoot(
        "tune.m4a", *SINE, "sine=d=1", "-i", str(cover), "-map", "0", "-map", "1",
        "-c:v", "mjpeg", "-disposition:v", "attached_pic",
    )  # fmt: skip

    assert seconds(tune, tmp_path) == pytest.approx(1, abs=0.001)


def test_sound_of_a_cover_is_no_video(lay, shoot, tone):
    test_cover_of_a_sound_is_no_picture_of_it(shoot, shoot("cover.jpg").parent)

    with pytest.raises(
        BadInput, match=r"tune\.m4a: expected a video, found a sound with a cover picture; send a file"
    ):
        lay(shoot("tune.m4a"), tone(1.0))


def test_video_without_sound_is_no_sound(lay, clip):
    with pytest.raises(BadInput, match=r"clip\.mp4: expected a file with sound, found none in it; send one"):
        lay(clip, clip)


def test_one_channel_becomes_two_as_loud_as_it_was(shoot, tmp_path):
    path = shoot("half.wav", *SINE, "aevalsrc=0.5*sin(2*PI*440*t):s=48000:d=1")
    stream = expect_sound(facts_of(path, Container.WAV, path.name, tmp_path), path.name)

    found = hear(Recording(path, Container.WAV, stream, path.name), Form(48000, 2), tmp_path / "heard.f32")

    left, right = np.fromfile(tmp_path / "heard.f32", "<f4").reshape(-1, 2).T
    assert found.peak == pytest.approx(0.5, abs=0.001)
    assert np.array_equal(left, right)


def test_gap_in_a_sound_stays_as_long_as_it_is(shoot, tmp_path):
    hole = ("-af", "aselect='not(between(t,0.5,1.5))'")
    path = shoot("hole.mkv", *SINE, "sine=440:d=2:sample_rate=48000", *hole, "-c:a", "pcm_s16le")

    assert seconds(path, tmp_path) == pytest.approx(2, abs=0.03)
    samples = np.abs(np.fromfile(tmp_path / "heard.f32", "<f4"))
    assert samples[round(0.6 * 48000) : round(1.4 * 48000)].max() == 0
    assert samples[: round(0.4 * 48000)].max() > 0.05 < samples[round(1.6 * 48000) :].max()


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_samples_that_are_no_numbers_are_refused(lay, shoot, clip, tmp_path, value):
    data = bytearray(shoot("floats.wav", *SINE, "sine=d=1", "-c:a", "pcm_f32le").read_bytes())
    data[-400:-396] = np.float32(value).tobytes()
    (tmp_path / "spoiled.wav").write_bytes(data)

    with pytest.raises(
        BadInput, match=r"spoiled\.wav: expected sound that decodes, found: samples that are infinite"
    ):
        lay(clip, tmp_path / "spoiled.wav")


def test_samples_a_million_times_too_loud_are_heard_at_full_scale(lay, clip, shoot):
    loud = shoot(
        "loud.wav", *SINE, "aevalsrc=4000000*sin(2*PI*440*t):s=48000:d=2", "-c:a", "pcm_f32le"
    )  # fmt: skip

    _, found = lay(clip, loud)

    assert 0.65 < found.rms(0.5, 1.5) < 0.75


def test_sound_of_no_length_is_none(lay, clip, tmp_path):
    path = tmp_path / "nothing.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(44100)

    with pytest.raises(BadInput, match=r"nothing\.wav: expected a file with sound, found none in it"):
        lay(clip, path)


def test_empty_file_is_told_as_such(lay, clip, tmp_path):
    path = tmp_path / "nothing.wav"
    path.touch()

    with pytest.raises(
        BadInput, match=r"nothing\.wav: expected a sound .*, found an empty file; upload it again"
    ):
        lay(clip, path)


def test_playlist_in_a_sounds_clothes_is_refused_and_not_followed(lay, clip, tmp_path):
    path = tmp_path / "song.mp3"
    path.write_text(f"#EXTM3U\n#EXTINF:2,\nfile://{clip}\n")

    with pytest.raises(BadInput, match=r"song\.mp3: expected a sound .*, found a playlist"):
        lay(clip, path)


def test_sound_longer_than_is_taken_is_not_decoded_to_its_end(shoot, tmp_path, monkeypatch):
    path = shoot("tone-3.wav", *SINE, "sine=440:d=3")
    monkeypatch.setattr("media.sound.heard.LONGEST_S", 1)

    with pytest.raises(
        BadInput, match=r"tone-3\.wav: expected at most .* hours of sound, found more; send less"
    ):
        seconds(path, tmp_path)
    assert LONGEST_S == 6 * 3600
    assert (tmp_path / "heard.f32").stat().st_size < 2 * 44100 * 4


def test_video_whose_end_is_lost_is_refused(lay, shoot, tone, tmp_path):
    whole = shoot("fast.mp4", *CLIP, "-movflags", "+faststart").read_bytes()
    part = tmp_path / "part.mp4"
    part.write_bytes(whole[: len(whole) * 2 // 3])

    with pytest.raises(BadInput, match=r"part\.mp4: expected .*, found"):
        lay(part, tone(1.9), mode="retime")


def test_sound_far_shorter_than_a_frame_still_has_one(lay, clip, tone):
    manifest, found = lay(clip, tone(0.05))

    assert found.frames in {1, 2}
    assert found.units_apart <= 1
    assert "cut" in manifest.record.warnings[0]


def test_silence_is_laid_under_and_said_and_its_loudness_left(lay, clip, shoot):
    silence = shoot("silence.flac", *SINE, "anullsrc=r=48000:cl=mono", "-t", "2")

    manifest, found = lay(clip, silence, loudness=-16)

    assert manifest.record.warnings == ("the sound is silent from its beginning to its end",)
    assert found.rms(0, 2) == 0


@pytest.fixture(scope="session")
def variable(shoot) -> Path:
    """33 frames in two seconds, some shown for one thirtieth of a second, some for three."""
    return shoot(
        "variable.mp4", *SINE, "testsrc2=s=160x90:r=30:d=2", "-vf", "select='not(mod(n,3))+lt(n,20)'",
        "-fps_mode", "vfr", "-pix_fmt", "yuv420p",
    )  # fmt: skip


def test_variable_rate_becomes_constant_when_it_is_retimed(lay, variable, tone):
    manifest, found = lay(variable, tone(2.3))

    expect_together(found)
    assert len({after - before for before, after in zip(found.times, found.times[1:], strict=False)}) == 1
    assert any("frame rate varies" in warning for warning in manifest.record.warnings)


def test_frames_of_varying_length_are_slowed_down_as_they_are_and_heard_to_their_end(lay, variable, tone):
    manifest, found = lay(variable, tone(2.5), mode="retime_fast")

    assert (manifest.record.encoder, found.frames) == ("", 33)
    assert float(found.sound_s) == pytest.approx(2.5, abs=0.06)
    assert float(found.times[-1]) == pytest.approx(1.9 * 1.25, abs=0.06)


def test_upright_video_of_a_phone_stays_upright_copied_or_not(lay, shoot, clip, tone):
    source = shoot("upright.mp4", "-display_rotation", "90", "-i", str(clip), "-c", "copy")

    _, copied = lay(source, tone(2.0))
    _, encoded = lay(source, tone(2.3))

    assert (copied.size, copied.rotation) == ((160, 90), 90)
    assert (encoded.size, encoded.rotation) == ((90, 160), 0)


def test_odd_sides_late_start_and_a_name_full_of_traps(lay, shoot, tone, tmp_path):
    odd = shoot(
        "odd.mkv", *SINE, "mandelbrot=s=161x91:r=30000/1001", "-t", "2", "-pix_fmt", "yuv444p",
        "-c:v", "libx264", "-preset", "veryfast", "-output_ts_offset", "1.5",
    )  # fmt: skip
    name = "a':[b]%d\nx;,\\é " + "n" * 200 + ".mkv"
    shutil.copyfile(odd, tmp_path / name)

    manifest, found = lay(tmp_path / name, tone(2.3))

    expect_together(found)
    assert found.size == (162, 92)
    assert "\n" not in manifest.output("video").download_name


def test_video_that_an_mp4_does_not_take_is_encoded_where_it_would_be_copied(lay, shoot, clip, tone):
    old = shoot("old.avi", "-i", str(clip), "-c:v", "mpeg4")

    manifest, found = lay(old, tone(2.0))

    expect_together(found)
    assert (manifest.record.encoder != "", found.frames) == (True, 50)


def test_video_that_cannot_be_copied_is_not_retimed_without_encoding(lay, shoot, clip, tone):
    old = shoot("old.avi", "-i", str(clip), "-c:v", "mpeg4")

    with pytest.raises(
        BadInput, match=r"old\.avi: expected H\.264.*, found mpeg4 in avi; ask for the mode retime"
    ):
        lay(old, tone(2.3), mode="retime_fast")


def test_open_beginning_of_a_cut_video_is_not_copied_with_frames_that_nobody_was_to_see(
    lay, shoot, clip, tone
):
    cut = shoot("cut.mp4", "-ss", "0.7", "-i", str(clip), "-c", "copy")  # an edit list hides its first frames

    _, found = lay(cut, tone(1.3))

    expect_together(found)
    assert found.frames == pytest.approx(1.3 * 25, abs=2)
