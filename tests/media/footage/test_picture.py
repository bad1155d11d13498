"""Any footage comes out upright, whole, opaque and in its colours: measured on decoded pictures."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from media.encoder import Ffmpeg
from tests.media.footage.files import AS_THEY_ARE, MOVING, X264, Plain, made, made_plain, pictures

COLOURS = [(200, 30, 30), (30, 160, 40), (30, 50, 200), (220, 200, 40), (128, 128, 128), (245, 245, 245)]
CLOSE = 4
"""Of 255: what two conversions by 8-bit integers, and a compression that is nearly lossless, may differ."""


def patches(path: Path, width: int, height: int) -> Path:
    """Write a picture of six patches of known colours, side by side."""
    pixels = np.zeros((height, width, 3), np.uint8)
    for number, colour in enumerate(COLOURS):
        pixels[:, number * width // 6 : (number + 1) * width // 6] = colour
    Image.fromarray(pixels).save(path)
    return path


def error(made: Plain) -> float:
    """Return how far the middles of patches in the first picture are off, at most, of 255."""
    picture = pictures(made.path)[0].astype(int)
    height, width, _ = picture.shape
    middles = [picture[height // 2, (2 * number + 1) * width // 12] for number in range(6)]
    return max(float(np.abs(seen - colour).max()) for seen, colour in zip(middles, COLOURS, strict=True))


def clip(path: Path, size: tuple[int, int], *options: str) -> Path:
    still = patches(path.parent / "patches.png", *size)
    return made(path, "-loop", "1", "-framerate", "25", "-i", str(still), "-frames:v", "3", *options)


def kept(matrix: str, bits: str, levels: str = "tv") -> str:
    return (
        f"scale=out_color_matrix={matrix}:out_range={levels}:flags=accurate_rnd+full_chroma_int,format={bits}"
    )


FINE = ("-c:v", "libx264", "-qp", "4", "-preset", "ultrafast")
SAID = {
    "601": "setparams=colorspace=smpte170m:color_primaries=smpte170m:color_trc=smpte170m:range=tv",
    "709": "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv",
    "unsaid": "setparams=colorspace=unknown:color_primaries=unknown:color_trc=unknown",
    "full": "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=pc",
}


@pytest.mark.parametrize(
    ("size", "matrix", "said"),
    [
        ((320, 180), "bt601", "601"),
        ((320, 180), "bt709", "709"),
        ((320, 180), "bt601", "unsaid"),
        ((960, 720), "bt709", "unsaid"),
        ((960, 720), "bt601", "601"),
        ((320, 180), "bt709", "full"),
    ],
)
def test_colours_stay_whichever_matrix_and_range_the_file_has(tmp_path, ffmpeg, size, matrix, said):
    levels = "pc" if said == "full" else "tv"
    path = clip(tmp_path / "a.mkv", size, "-vf", f"{kept(matrix, 'yuv420p', levels)},{SAID[said]}", *FINE)

    assert error(made_plain(path, ffmpeg)) <= CLOSE


@pytest.mark.parametrize("size", [(960, 720), (959, 721), (319, 179)])
def test_colours_that_are_unsaid_stay_where_they_pass_through_rgb(tmp_path, ffmpeg, size):
    matrix = "bt709" if size[1] >= 720 else "bt601"
    path = clip(tmp_path / "a.mkv", size, "-vf", f"{kept(matrix, 'yuv444p')},{SAID['unsaid']}", *FINE)

    made = made_plain(path, ffmpeg)

    assert error(made) <= CLOSE
    assert (made.facts.width, made.facts.height) == (size[0] + size[0] % 2, size[1] + size[1] % 2)


@pytest.mark.parametrize("bits", ["yuv420p10le", "yuv422p10le", "yuv444p12le"])
def test_ten_and_twelve_bits_become_eight_in_the_same_colours(tmp_path, ffmpeg, bits):
    chain = f"{kept('bt709', bits)},{SAID['709']}"
    path = clip(tmp_path / "a.mkv", (320, 180), "-vf", chain, "-c:v", "ffv1")

    assert error(made_plain(path, ffmpeg)) <= CLOSE


@pytest.mark.parametrize(("codec", "bits"), [("png", "rgb24"), ("qtrle", "rgb24"), ("ffv1", "bgr0")])
def test_footage_in_rgb_keeps_its_colours(tmp_path, ffmpeg, codec, bits):
    path = clip(tmp_path / "a.mov", (320, 180), "-c:v", codec, "-pix_fmt", bits)

    assert error(made_plain(path, ffmpeg)) <= CLOSE


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.webm", ("-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-b:v", "2M")),
        ("b.webm", ("-c:v", "libvpx", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-b:v", "2M")),
        ("a.mov", ("-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le")),
        ("b.mov", ("-c:v", "qtrle", "-pix_fmt", "argb")),
    ],
)
def test_what_is_transparent_shows_the_background(tmp_path, ffmpeg, name, codec):
    picture = np.zeros((96, 160, 4), np.uint8)
    picture[:, :80] = (255, 0, 0, 255)  # opaque red; the rest hides blue
    picture[:, 80:] = (0, 0, 255, 0)
    Image.fromarray(picture).save(tmp_path / "glass.png")
    still = ("-loop", "1", "-framerate", "25", "-i", str(tmp_path / "glass.png"), "-frames:v", "5")

    plain = made_plain(made(tmp_path / name, *still, *codec), ffmpeg, background="#00ff00")

    left, right = (pictures(plain.path)[0][48, at].astype(int) for at in (40, 120))
    assert np.abs(left - (255, 0, 0)).max() <= 8
    assert np.abs(right - (0, 255, 0)).max() <= 8


@pytest.mark.parametrize("light", ["smpte2084", "arib-std-b67"])
def test_hdr_becomes_greys_that_rise_from_black_and_stay_grey(tmp_path, ffmpeg, light):
    ramp = "color=black:s=128x64:r=25:d=0.1,format=yuv420p10le,geq=lum='64+876*X/127':cb=512:cr=512"
    said = f"setparams=color_primaries=bt2020:color_trc={light}:colorspace=bt2020nc:range=tv"
    path = made(tmp_path / "a.mkv", "-f", "lavfi", "-i", ramp, "-vf", said, "-c:v", "ffv1")

    row = pictures(made_plain(path, ffmpeg).path)[0][32].astype(int)

    assert np.ptp(row, axis=1).max() <= 2
    assert row[0].max() <= 2
    assert all(np.diff(row[:, 1]) >= -1)
    white = row[int(127 * (0.58 if light == "smpte2084" else 0.75)), 1]  # of paper: BT.2408
    assert 140 <= white <= 235
    assert row[-1, 1] > white + 40


def test_hdr_that_leaves_its_primaries_unsaid_is_mapped_too(tmp_path, ffmpeg):
    said = "setparams=color_trc=smpte2084:range=tv"
    path = made(tmp_path / "a.mkv", *MOVING, "-vf", f"format=yuv420p10le,{said}", "-c:v", "ffv1")

    assert made_plain(path, ffmpeg).facts.frames == 25


def test_ffmpeg_that_cannot_map_hdr_is_named_as_the_reason(tmp_path):
    said = "format=yuv420p10le,setparams=color_trc=smpte2084"
    path = made(tmp_path / "a.mkv", *MOVING, "-vf", said, "-c:v", "ffv1")
    poor = tmp_path / "ffmpeg"
    poor.write_text("#!/bin/sh\necho 'ffmpeg version 9'\necho \"No such filter: 'zscale'\" >&2\nexit 1\n")
    poor.chmod(0o755)

    with pytest.raises(Exception, match=r"a\.mkv: expected an ffmpeg with the filter zscale"):
        made_plain(path, Ffmpeg(poor))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_footage_stands_upright(tmp_path, ffmpeg, turn):
    corner = ("-f", "lavfi", "-i", "color=black:s=160x96:r=25:d=0.2,drawbox=0:0:40:24:white:fill")
    upright = made(tmp_path / "a.mp4", *corner, *X264)
    turned = made(tmp_path / "b.mp4", "-display_rotation", str(turn), "-i", str(upright), "-c", "copy")

    picture = pictures(made_plain(turned, ffmpeg).path)[0][:, :, 1] > 128

    expected = np.zeros((96, 160), bool)
    expected[:24, :40] = True
    assert (picture == np.rot90(expected, turn // 90)).mean() > 0.98


def test_wide_pixels_become_square_ones(tmp_path, ffmpeg):
    path = made(tmp_path / "a.mp4", *MOVING, "-vf", "setsar=64/45", *X264)

    made_of_it = made_plain(path, ffmpeg)

    assert (made_of_it.facts.width, made_of_it.facts.height, made_of_it.facts.frames) == (228, 96, 25)


def test_combs_of_interlaced_footage_are_gone(tmp_path, ffmpeg):
    black, white = "color=black:s=160x96:r=50:d=0.6[b]", "color=white:s=30x96:r=50:d=0.6[w]"
    boxes = f"{black};{white};[b][w]overlay=x='6*n':eval=frame"
    fields = ("-filter_complex", f"{boxes},tinterlace=interleave_top,setfield=tff", "-flags", "+ildct+ilme")
    path = made(tmp_path / "a.mpg", *fields, "-c:v", "mpeg2video", "-q:v", "2", "-r", "25")

    made_of_it = made_plain(path, ffmpeg)

    def combs(picture: np.ndarray) -> float:
        rows = picture[:, :, 1].astype(int)
        return float(np.abs(rows[1:-1] * 2 - rows[:-2] - rows[2:]).mean())

    assert made_of_it.facts.frames == made_of_it.video.frames
    assert combs(pictures(made_of_it.path)[5]) < 4
    assert combs(pictures(path)[5]) > 15


@pytest.mark.parametrize(
    ("options", "frames"),
    [
        (("-vf", "settb=1/90000,setpts='if(lt(N,10),N/30,10/30+(N-10)/15)/TB'", *AS_THEY_ARE), 39),
        (("-vf", "settb=1/90000,setpts='(N/25+lt(11,N)*2)/TB'", *AS_THEY_ARE), 75),
        (("-output_ts_offset", "5"), 25),
        (("-frames:v", "1"), 1),
    ],
)
def test_frames_last_as_long_as_they_did(tmp_path, ffmpeg, options, frames):
    made_of_it = made_plain(made(tmp_path / "a.mkv", *MOVING, *options, *X264), ffmpeg)

    assert made_of_it.facts.frames == frames
    assert abs(float(made_of_it.facts.duration - made_of_it.video.duration)) <= 1 / 25


def test_trimmed_video_begins_where_its_edit_list_says(tmp_path, ffmpeg):
    whole = made(tmp_path / "a.mp4", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=3", *X264, "-g", "25")
    trimmed = made(tmp_path / "b.mp4", "-ss", "1.4", "-i", str(whole), "-c", "copy")

    made_of_it = made_plain(trimmed, ffmpeg)

    first, expected = pictures(made_of_it.path)[0], pictures(whole)[35]
    assert made_of_it.facts.frames == 40
    assert np.abs(first.astype(int) - expected).mean() < 12
