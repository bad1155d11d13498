"""Every codec gives every frame exactly once, in its order and in its colours, in one piece or in several."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from pydantic import ValidationError

from media.codec import CODINGS, Codec
from media.encoder import Ffmpeg
from media.errors import ToolFailed
from media.video import Video, VideoEncoder, VideoSettings, encode_argv, encode_video, verify_video
from media.video.join import join_argv, join_videos
from tests.fakes.pictures import cut_out, deep_png_of, png_of

SIZE = {"width": 96, "height": 64}
KINDS = [
    {"codec": "h264"},
    {"codec": "hevc"},
    {"codec": "hevc", "bits": 10},
    {"codec": "av1"},
    {"codec": "av1", "bits": 10},
    {"codec": "prores"},
]
CODECS: list[Codec] = ["h264", "hevc", "av1", "prores"]


def settings(**fields: object) -> VideoSettings:
    return VideoSettings.model_validate({**SIZE, "fps": "24000/1001", "preset": "veryfast", **fields})


def numbered(number: int) -> bytes:
    """Return a frame that shows its number as eight black or white bars."""
    bars = np.array([255 * (number >> bit & 1) for bit in range(8)], np.uint8).repeat(12)
    return png_of(np.broadcast_to(bars[np.newaxis, :, np.newaxis], (64, 96, 3)).copy())


def numbers_in(path: Path) -> list[int]:
    """Decode a video and read the numbers that its frames show."""
    with av.open(str(path)) as container:
        shown = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    middles = [picture[32, 6::12] for picture in shown]
    return [sum(1 << bit for bit, grey in enumerate(bars) if grey > 127) for bars in middles]


def encode(frames: list[bytes], wanted: VideoSettings, ffmpeg: Ffmpeg, folder: Path) -> Video:
    folder.mkdir(exist_ok=True)
    return encode_video(lambda: frames, wanted, VideoEncoder.found(wanted, ffmpeg, folder), folder=folder)


def first_colours(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        picture = next(container.decode(video=0))
        return picture.reformat(format="rgba", src_colorspace="ITU709", dst_colorspace="ITU709").to_ndarray()


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_segments_of_odd_lengths_join_to_every_frame_once(ffmpeg: Ffmpeg, tmp_path: Path, kind):
    wanted, counts = settings(**kind), [7, 1, 13]
    starts = [1, 8, 9]
    paths = [
        encode([numbered(start + n) for n in range(count)], wanted, ffmpeg, tmp_path / f"{start}").path
        for start, count in zip(starts, counts, strict=True)
    ]

    joined = join_videos(paths, counts, wanted, ffmpeg, tmp_path)

    assert joined.suffix == wanted.suffix
    assert verify_video(joined, wanted, 21).fps == "24000/1001"
    assert numbers_in(joined) == list(range(1, 22))


def test_segments_of_different_codecs_are_not_joined(ffmpeg: Ffmpeg, tmp_path: Path):
    hevc, deep = settings(codec="hevc"), settings(codec="hevc", bits=10)
    paths = [
        encode([numbered(1)], hevc, ffmpeg, tmp_path / "8").path,
        encode([numbered(2)], deep, ffmpeg, tmp_path / "10").path,
    ]

    with pytest.raises(ToolFailed, match="expected one form of video, found 2"):
        join_videos(paths, [1, 1], hevc, ffmpeg, tmp_path)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_colours_survive(ffmpeg: Ffmpeg, tmp_path: Path, kind):
    colours = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [200, 120, 40], [18, 18, 18], [255] * 3])
    picture = colours.astype(np.uint8).repeat(16, axis=0)[np.newaxis].repeat(64, axis=0)

    video = encode([png_of(picture)] * 2, settings(**kind), ffmpeg, tmp_path)

    error = np.abs(first_colours(video.path)[..., :3].astype(int) - picture).reshape(64, 6, 16, 3)
    assert error[4:-4, :, 4:-4].max() <= 5


@pytest.mark.parametrize("codec", CODECS)
def test_odd_sizes_are_padded_by_repeating_the_edge(ffmpeg: Ffmpeg, tmp_path: Path, codec: Codec):
    white = png_of(np.full((65, 97, 3), 255, np.uint8))

    video = encode([white], settings(codec=codec, width=97, height=65), ffmpeg, tmp_path)

    assert (video.width, video.height) == (98, 66)
    with av.open(str(video.path)) as container:
        assert next(container.decode(video=0)).to_ndarray(format="gray").min() > 250


@pytest.mark.parametrize("codec", CODECS)
def test_transparent_frames_show_the_background_where_alpha_is_not_kept(
    ffmpeg: Ffmpeg, tmp_path: Path, codec: Codec
):
    wanted = settings(codec=codec, background="#20c040")

    video = encode([cut_out(96, 64)] * 2, wanted, ffmpeg, tmp_path)

    assert np.abs(first_colours(video.path)[8:-8, 8:40, :3].astype(int) - [0x20, 0xC0, 0x40]).max() <= 5


@pytest.mark.parametrize("width", [96, 97])
def test_prores_keeps_alpha(ffmpeg: Ffmpeg, tmp_path: Path, width: int):
    wanted = settings(codec="prores", alpha=True, width=width)

    video = encode([cut_out(width, 64)] * 2, wanted, ffmpeg, tmp_path)

    shown = first_colours(video.path)
    assert video.path.suffix == ".mov"
    assert shown[8:-8, 8:40, 3].max() == 0
    assert shown[8:-8, 56:-1, 3].min() == 255
    assert np.abs(shown[8:-8, 56:-8, :3].astype(int) - [0, 0, 255]).max() <= 5


@pytest.mark.parametrize("codec", ["hevc", "av1", "prores"])
@pytest.mark.parametrize("width", [96, 97])
def test_ten_bits_tell_greys_apart_that_eight_cannot(
    ffmpeg: Ffmpeg, tmp_path: Path, codec: Codec, width: int
):
    ramp = np.linspace(20000, 20000 + 3 * 257, width).astype(np.uint16)  # three greys of 8 bits
    picture = np.broadcast_to(ramp[np.newaxis, :, np.newaxis], (64, width, 3))
    wanted = settings(codec=codec, bits=10, crf=4, width=width)

    video = encode([deep_png_of(picture)], wanted, ffmpeg, tmp_path)

    with av.open(str(video.path)) as container:
        luma = next(container.decode(video=0)).reformat(format="gray10le").to_ndarray()
    assert len(np.unique(luma[32])) > 8


@pytest.mark.parametrize("fps", ["1/10", "30000/1001", "120"])
@pytest.mark.parametrize("codec", ["hevc", "av1", "prores"])
def test_unusual_rates_hold_exactly(ffmpeg: Ffmpeg, tmp_path: Path, codec: Codec, fps: str):
    video = encode([numbered(n) for n in range(3)], settings(codec=codec, fps=fps), ffmpeg, tmp_path)

    assert Fraction(video.fps) == Fraction(fps)


@pytest.mark.parametrize("codec", ["hevc", "av1"])
def test_same_frames_give_the_same_bytes(ffmpeg: Ffmpeg, tmp_path: Path, codec: Codec):
    frames = [numbered(n) for n in range(9)]

    one, other = (encode(frames, settings(codec=codec), ffmpeg, tmp_path / name) for name in "ab")

    assert one.sha256 == other.sha256


def test_choice_says_why_the_processor_encodes(ffmpeg: Ffmpeg, tmp_path: Path):
    prores = VideoEncoder.found(settings(codec="prores"), ffmpeg, tmp_path).choice
    hevc = VideoEncoder.found(settings(codec="hevc", bits=10), ffmpeg, tmp_path).choice

    assert (prores.encoder, prores.reason) == ("prores_ks", "no GPU encodes ProRes")
    if hevc.encoder == "libx265":
        assert hevc.reason.startswith("NVENC failed when probed: ")


def test_commands_differ_by_codec_as_players_need_it():
    def command(**kind: object) -> str:
        wanted = settings(**kind)
        encoder = CODINGS[wanted.codec].software
        path = Path(f"out{wanted.suffix}")
        return " ".join(encode_argv(Path("ffmpeg"), wanted, encoder, path, alpha=False))

    assert "-profile:v main10" in command(codec="hevc", bits=10)
    assert "-tag:v hvc1" in command(codec="hevc")
    assert "-c:v libsvtav1 -crf 18" in command(codec="av1")
    assert "format=yuv422p10le" in command(codec="prores")
    assert "-crf" not in command(codec="prores")
    assert command(codec="prores").endswith("file:out.mov -y")
    assert "-tag:v hvc1" in " ".join(join_argv(Path("ffmpeg"), settings(codec="hevc")))


def test_nvenc_takes_ten_bits_by_its_own_name():
    wanted = settings(codec="hevc", bits=10)

    argv = encode_argv(Path("ffmpeg"), wanted, "hevc_nvenc", Path("out.mp4"), alpha=False)

    assert "format=p010le" in " ".join(argv)


def test_what_was_added_for_other_codecs_renames_no_video_of_h264():
    assert settings().identity == {
        **SIZE,
        "fps": "24000/1001",
        "crf": 18,
        "preset": "veryfast",
        "background": "#ffffff",
    }
    assert settings(codec="hevc", bits=10).identity["bits"] == 10


def test_alpha_is_refused_where_it_would_be_lost():
    with pytest.raises(ValidationError, match="expected ProRes for a video with alpha"):
        settings(codec="hevc", alpha=True)
