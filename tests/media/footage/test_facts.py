"""What footage holds is counted, and what is no video that plays is refused in one sentence."""

from fractions import Fraction
from pathlib import Path

import pytest

from media.errors import BadInput
from media.footage.container import Container
from media.footage.facts import VideoStream, expect_sound, expect_video, facts_of
from tests.media.footage.files import AS_THEY_ARE, MOVING, TONE, X264, made, read

HEVC10 = ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=0")
GLASS = ("-f", "lavfi", "-i", "color=red@0.5:s=64x48:r=25:d=0.2,format=yuva444p")
EMPTY_CLIP = ("-f", "lavfi", "-i", "color=red:s=64x48:r=25:d=0.2")


def video_of(path: Path) -> VideoStream:
    return expect_video(read(path)[1], path.name)


def said(light: str) -> tuple[str, ...]:
    return ("-vf", f"setparams=color_primaries=bt2020:color_trc={light}:colorspace=bt2020nc")


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.webm", ("-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0")),
        ("b.webm", ("-c:v", "libvpx", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0")),
        ("a.mov", ("-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le")),
        ("b.mov", ("-c:v", "qtrle", "-pix_fmt", "argb")),
    ],
)
def test_transparent_video_is_known_as_such(tmp_path, name, codec):
    assert video_of(made(tmp_path / name, *GLASS, *codec)).alpha


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
def test_opaque_webm_is_read_by_the_decoder_that_is_usual(tmp_path, codec):
    video = video_of(made(tmp_path / "a.webm", *EMPTY_CLIP, "-c:v", codec))

    assert (video.alpha, video.decoder) == (False, ())


def test_ten_bits_are_known_and_are_no_hdr(tmp_path):
    video = video_of(made(tmp_path / "a.mp4", *MOVING, *HEVC10))

    assert (video.bits, video.transfer, video.pixels) == (10, "sdr", "yuv420p10le")


@pytest.mark.parametrize(("light", "called"), [("smpte2084", "pq"), ("arib-std-b67", "hlg")])
def test_hdr_is_known_by_its_transfer(tmp_path, light, called):
    assert video_of(made(tmp_path / "a.mp4", *MOVING, *said(light), *HEVC10)).transfer == called


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_rotation_turns_the_sides_that_are_shown(tmp_path, turn):
    upright = made(tmp_path / "a.mp4", *MOVING, *X264)

    video = video_of(
        made(tmp_path / "b.mp4", "-display_rotation", str(turn), "-i", str(upright), "-c", "copy")
    )

    assert (video.rotation, video.width, video.height) == (turn, 160, 96)
    assert video.shown == ((160, 96) if turn == 180 else (96, 160))


def test_pixels_that_are_not_square_are_shown_wider(tmp_path):
    video = video_of(made(tmp_path / "a.mp4", *MOVING, "-vf", "setsar=64/45", *X264))

    assert (video.aspect, video.shown) == (Fraction(64, 45), (228, 96))


def test_interlaced_and_full_range_are_known(tmp_path):
    fields = ("-vf", "tinterlace=interleave_top,setfield=tff", "-flags", "+ildct+ilme")
    full = ("-vf", "scale=out_range=pc,setparams=range=pc")

    assert video_of(made(tmp_path / "a.mpg", *MOVING, *fields, "-c:v", "mpeg2video")).interlaced
    assert video_of(made(tmp_path / "b.mp4", *MOVING, *full, *X264)).full_range


@pytest.mark.parametrize("rate", ["24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60"])
@pytest.mark.parametrize("name", ["a.mkv", "a.flv"])
def test_rate_is_exact_though_the_clock_counts_milliseconds(tmp_path, rate, name):
    clip = ("-f", "lavfi", "-i", f"color=red:s=64x48:r={rate}:d=1")

    video = video_of(made(tmp_path / name, *clip, *X264))

    assert (video.rate, video.variable) == (Fraction(rate), False)


@pytest.mark.parametrize(
    ("times", "rate"),
    [
        ("if(lt(N,20),N/30,20/30+(N-20)/15)", 30),  # a phone in the dark
        ("if(lt(N,25),N/25,1+(N-25)/30)", 30),  # two clips in one
        ("N/25+lt(11,N)*2", 25),  # a pause
    ],
)
def test_varying_rate_is_told_by_its_quick_parts(tmp_path, times, rate):
    clip = (
        "-f",
        "lavfi",
        "-i",
        "color=red:s=64x48:r=30:d=1.6",
        "-vf",
        f"settb=1/90000,setpts='({times})/TB'",
    )

    video = video_of(made(tmp_path / "a.mkv", *clip, *X264, *AS_THEY_ARE))

    assert (video.rate, video.variable, video.frames) == (rate, True, 48)


def test_rate_of_a_phone_whose_clock_trembles_is_steady(tmp_path):
    jitter = ("-vf", "settb=1/90000,setpts='N*3000+mod(N*7919,601)'", *AS_THEY_ARE)
    clock = ("-video_track_timescale", "90000")

    video = video_of(made(tmp_path / "a.mp4", *MOVING, *jitter, *X264, *clock))

    assert not video.variable
    assert video.rate in {30, Fraction(30000, 1001)}


def test_trimmed_video_has_the_frames_that_its_edit_list_shows(tmp_path):
    whole = made(tmp_path / "a.mp4", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=3", *X264, "-g", "25")

    video = video_of(made(tmp_path / "b.mp4", "-ss", "1.4", "-i", str(whole), "-c", "copy"))

    assert (video.frames, video.duration, video.start) == (40, Fraction(8, 5), 0)


def test_one_frame_is_a_video(tmp_path):
    video = video_of(made(tmp_path / "a.mp4", *MOVING, *X264, "-frames:v", "1"))

    assert (video.frames, video.duration, video.rate) == (1, Fraction(1, 25), 25)


def test_every_sound_is_listed_with_its_language_and_other_streams_are_no_pictures(tmp_path):
    cover = made(tmp_path / "cover.png", "-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1")
    sounds = [part for n in range(3) for part in ("-map", str(n + 1))]
    inputs = (*MOVING, *TONE, *TONE, *TONE, "-i", str(cover))
    covered = ("-map", "0", *sounds, "-map", "4", "-c:v:1", "png", "-disposition:v:1", "attached_pic")
    named = (
        "-metadata:s:a:1",
        "language=por",
        "-c:v:0",
        "libx264",
        "-c:a",
        "aac",
        "-timecode",
        "01:00:00:00",
    )

    _, facts = read(made(tmp_path / "a.mp4", *inputs, *covered, *named))

    assert [sound.language for sound in facts.sounds] == ["und", "por", "und"]
    assert (facts.covers, expect_video(facts, "a.mp4").frames) == (1, 25)
    assert expect_sound(facts, "a.mp4").channels == 1


@pytest.mark.parametrize("covered", [True, False])
def test_sound_is_no_video(tmp_path, covered):
    cover = made(tmp_path / "cover.png", "-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1")
    picture = ("-i", str(cover), "-map", "0", "-map", "1", "-c:v", "png", "-disposition:v", "attached_pic")
    path = made(tmp_path / "a.m4a", *TONE, *(picture if covered else ()))

    with pytest.raises(BadInput, match="found a sound with a cover" if covered else "found sound alone"):
        expect_video(read(path)[1], "a.m4a")


def test_video_has_no_sound(tmp_path):
    with pytest.raises(BadInput, match=r"a\.mp4: expected a file with sound, found none"):
        expect_sound(read(made(tmp_path / "a.mp4", *MOVING, *X264))[1], "a.mp4")


def test_side_that_no_encoder_takes_is_refused(tmp_path):
    wide = made(
        tmp_path / "a.mov", "-f", "lavfi", "-i", "color=red:s=17000x16", "-frames:v", "2", "-c:v", "png"
    )

    with pytest.raises(BadInput, match=r"expected at most 16384 pixels a side .*, found 17000 x 16"):
        video_of(wide)


@pytest.mark.parametrize("cut", [9, 100, 0.5, 0.9, 0.99], ids=str)
def test_mp4_whose_index_was_at_its_end_and_is_cut_off_is_refused(tmp_path, cut):
    data = made(tmp_path / "a.mp4", *MOVING, *TONE, *X264).read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: cut if isinstance(cut, int) else int(cut * len(data))])

    with pytest.raises(BadInput, match=r"cut\.mp4: expected "):
        video_of(tmp_path / "cut.mp4")


def test_mp4_that_begins_with_its_index_and_lacks_its_end_is_refused(tmp_path):
    data = made(tmp_path / "a.mp4", *MOVING, *TONE, *X264, "-movflags", "+faststart").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: int(0.7 * len(data))])

    with pytest.raises(
        BadInput, match=r"expected the 1\.0 s of video that its index promises, found 0\.\d s"
    ):
        video_of(tmp_path / "cut.mp4")


def test_sound_that_begins_with_its_index_and_lacks_its_end_is_refused(tmp_path):
    whole = made(tmp_path / "a.m4a", *TONE, "-c:a", "aac", "-movflags", "+faststart")
    (tmp_path / "cut.m4a").write_bytes(whole.read_bytes()[: int(0.7 * whole.stat().st_size)])

    assert not expect_sound(facts_of(whole, Container.MOV, "a.m4a", tmp_path), "a.m4a").missing
    with pytest.raises(
        BadInput, match=r"cut\.m4a: expected the 1\.0 s of sound that its index promises, found 0\.\d s"
    ):
        expect_sound(facts_of(tmp_path / "cut.m4a", Container.MOV, "cut.m4a", tmp_path), "cut.m4a")


def test_pixels_so_wide_that_no_encoder_takes_what_is_shown_are_refused(tmp_path):
    wide = made(tmp_path / "a.mp4", *MOVING, "-vf", "scale=640:96,setsar=32", *X264)

    with pytest.raises(BadInput, match=r"expected at most 16384 pixels a side .*, found 20480 x 96"):
        video_of(wide)


@pytest.mark.parametrize("name", ["a.mkv", "a.ts", "a.ogv"])
def test_tail_that_is_cut_off_is_not_counted_where_there_is_no_index(tmp_path, name):
    codec = ("-c:v", "libtheora") if name == "a.ogv" else X264
    data = made(tmp_path / name, *MOVING, *codec).read_bytes()
    (tmp_path / "cut").write_bytes(data[: int(0.7 * len(data))])

    video = video_of(tmp_path / "cut")

    assert 10 <= video.frames < 25
    assert video.duration < 1


def test_footage_whose_pictures_are_noise_is_refused(tmp_path):
    data = bytearray(made(tmp_path / "a.mkv", *MOVING, "-c:v", "ffv1", "-slicecrc", "0").read_bytes())
    at = data.index(b"\xa3")  # the first SimpleBlock
    data[at + 20 :] = bytes((n * 7919) % 251 for n in range(len(data) - at - 20))
    (tmp_path / "noise.mkv").write_bytes(data)

    with pytest.raises(BadInput, match=r"noise\.mkv: expected "):
        video_of(tmp_path / "noise.mkv")
