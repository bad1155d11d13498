import hashlib
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from media.encoder import EncoderChoice, Ffmpeg, choose_encoder, probe_nvenc
from media.errors import BadInput, OutOfResources, TimedOut, ToolCrashed, ToolFailed
from media.frame_gate import BadFrame, UnreadableFrame
from media.video import Video, VideoEncoder, VideoSettings, encode_video
from tests.fakes.pictures import cut_out, frame, noisy_frame, png_of
from tests.fakes.small_disk import on_a_small_disk

FAKES = Path(__file__).parents[2] / "fakes"
X264 = EncoderChoice(encoder="libx264", reason="asked for", ffmpeg_version="any")
NVENC = EncoderChoice(encoder="h264_nvenc", reason="the probe passed", ffmpeg_version="any")
SETTINGS = VideoSettings(width=64, height=48)
LARGE = VideoSettings(width=320, height=240, preset="veryfast")


def encode(
    frames: Callable[[], Iterable[bytes]], settings: VideoSettings, ffmpeg: Ffmpeg, folder: Path
) -> Video:
    return encode_video(frames, settings, VideoEncoder(ffmpeg, X264), folder=folder)


def stand_in(name: str, ffmpeg: Ffmpeg, **env: str) -> Ffmpeg:
    return Ffmpeg(FAKES / name, {"REAL_FFMPEG": str(ffmpeg.path), **env})


def decoded(path: Path) -> list[np.ndarray]:
    """Decode a video as an HD player does: BT.709, limited range, by the equations of ITU-R BT.709."""
    pictures = []
    with av.open(str(path)) as container:
        for picture in container.decode(video=0):
            luma, blue, red = (plane_of(picture, at) for at in range(3))
            y, u, v = (luma - 16) / 219, chroma(blue), chroma(red)
            rgb = [y + 1.5748 * v, y - 0.1873 * u - 0.4681 * v, y + 1.8556 * u]
            pictures.append(np.clip(np.stack(rgb, axis=-1) * 255, 0, 255))
    return pictures


def plane_of(picture: av.VideoFrame, at: int) -> np.ndarray:
    plane = picture.planes[at]
    return (
        np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width].astype(float)
    )


def chroma(plane: np.ndarray) -> np.ndarray:
    return ((plane - 128) / 224).repeat(2, axis=0).repeat(2, axis=1)


def test_colours_survive_within_3_of_255(ffmpeg: Ffmpeg, tmp_path: Path):
    colours = np.array(
        [
            [255, 0, 0],
            [0, 255, 0],
            [0, 0, 255],
            [255, 255, 0],
            [200, 120, 40],
            [18, 18, 18],
            [128, 128, 128],
            [255] * 3,
        ],
        np.uint8,
    )
    picture = colours.repeat(32, axis=0)[np.newaxis].repeat(64, axis=0)
    settings = VideoSettings(width=256, height=64)

    video = encode(lambda: [png_of(picture)] * 2, settings, ffmpeg, tmp_path)

    for shown in decoded(video.path):
        error = np.abs(shown[4:-4] - picture[4:-4]).reshape(-1, 8, 32, 3)[:, :, 4:-4]
        assert error.max() <= 3


@pytest.mark.parametrize("count", [1, 2, 24])
def test_every_frame_is_in_the_video_for_as_long_as_the_rate_says(ffmpeg: Ffmpeg, tmp_path: Path, count: int):
    settings = VideoSettings(width=64, height=48, fps="24000/1001")

    video = encode(lambda: [frame(number) for number in range(count)], settings, ffmpeg, tmp_path)

    assert (video.frames, video.fps) == (count, "24000/1001")
    assert video.duration == pytest.approx(float(Fraction(1001, 24000) * count))
    assert (video.codec, video.pix_fmt, video.encoder) == ("h264", "yuv420p", "libx264")
    assert video.sha256 == hashlib.sha256(video.path.read_bytes()).hexdigest()
    assert list(tmp_path.iterdir()) == [video.path]


def test_frames_are_in_their_order(ffmpeg: Ffmpeg, tmp_path: Path):
    greys = [20, 90, 160, 230]
    pictures = [png_of(np.full((48, 64, 3), grey, np.uint8)) for grey in greys]

    video = encode(lambda: pictures, SETTINGS, ffmpeg, tmp_path)

    assert [round(float(shown.mean())) for shown in decoded(video.path)] == pytest.approx(greys, abs=3)


@pytest.mark.parametrize("fps", ["1/10", "25/2", "30000/1001", "240"])
def test_unusual_rates_hold_exactly(ffmpeg: Ffmpeg, tmp_path: Path, fps: str):
    settings = VideoSettings(width=64, height=48, fps=fps)

    video = encode(lambda: [frame(1), frame(2), frame(3)], settings, ffmpeg, tmp_path)

    assert Fraction(video.fps) == Fraction(fps)


def test_odd_sizes_are_padded_by_repeating_the_edge(ffmpeg: Ffmpeg, tmp_path: Path):
    white = png_of(np.full((49, 65, 3), 255, np.uint8))

    video = encode(lambda: [white], VideoSettings(width=65, height=49), ffmpeg, tmp_path)

    assert (video.width, video.height) == (66, 50)
    assert decoded(video.path)[0].min() > 250


def test_transparent_frames_show_the_background(ffmpeg: Ffmpeg, tmp_path: Path):
    settings = VideoSettings(width=64, height=48, background="#20c040")

    video = encode(lambda: [cut_out()] * 3, settings, ffmpeg, tmp_path)

    shown = decoded(video.path)[2]
    assert np.abs(shown[4:-4, 4:28] - [0x20, 0xC0, 0x40]).max() <= 3
    assert np.abs(shown[4:-4, 36:60] - [0, 0, 255]).max() <= 3


def test_same_frames_give_the_same_bytes(ffmpeg: Ffmpeg, tmp_path: Path):
    def made(name: str) -> str:
        (tmp_path / name).mkdir()
        return encode(lambda: map(noisy_frame, range(12)), LARGE, ffmpeg, tmp_path / name).sha256

    assert made("one") == made("other")


def test_encoding_goes_on_while_frames_are_rendered(ffmpeg: Ffmpeg, tmp_path: Path):
    encoded = threading.Event()

    def frames_until_some_are_encoded() -> Iterator[bytes]:
        data = noisy_frame()
        for _ in range(5000):
            yield data
            if encoded.is_set():
                return
        raise AssertionError("5000 frames were given and none encoded")

    video = encode_video(
        frames_until_some_are_encoded,
        LARGE,
        VideoEncoder(ffmpeg, X264),
        folder=tmp_path,
        on_progress=lambda _: encoded.set(),
    )

    assert video.frames < 5000


def test_progress_ends_with_the_last_frame(ffmpeg: Ffmpeg, tmp_path: Path):
    told: list[int] = []

    encode_video(
        lambda: map(frame, range(24)),
        SETTINGS,
        VideoEncoder(ffmpeg, X264),
        folder=tmp_path,
        on_progress=told.append,
    )

    assert told == sorted(set(told))
    assert told[-1] == 24


def test_no_frames_are_bad_input(ffmpeg: Ffmpeg, tmp_path: Path):
    with pytest.raises(BadInput, match="at least one frame"):
        encode(list, SETTINGS, ffmpeg, tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("at", [0, 5, 9])
def test_frame_cut_short_ends_the_encode_and_leaves_nothing(ffmpeg: Ffmpeg, tmp_path: Path, at: int):
    frames = [frame(number) for number in range(10)]
    frames[at] = frames[at][:-30]

    with pytest.raises(UnreadableFrame, match=f"frame {at + 1} of the video"):
        encode(lambda: frames, SETTINGS, ffmpeg, tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("stranger", "found"),
    [
        (frame(width=48, height=64), "found 48 x 64 pixels of 3 channels"),
        (cut_out(), "found 64 x 48 pixels of 4 channels"),
    ],
)
def test_frame_unlike_the_others_ends_the_encode(tmp_path: Path, ffmpeg: Ffmpeg, stranger: bytes, found: str):
    with pytest.raises(BadFrame, match=f"frame 2 of the video: expected 64 x 48 .*, {found}"):
        encode(lambda: [frame(), stranger], SETTINGS, ffmpeg, tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def pid_pipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pipe = tmp_path_factory.mktemp("pid") / "pid"
    os.mkfifo(pipe)
    return pipe


def test_error_of_the_renderer_passes_through_and_ends_ffmpeg(ffmpeg: Ffmpeg, tmp_path: Path, pid_pipe: Path):
    pids = []

    def frames_that_end_in_an_error() -> Iterator[bytes]:
        yield from map(frame, range(5))
        pids.append(int(pid_pipe.read_text()))
        raise OutOfResources("the GPU's memory ran out")

    with pytest.raises(OutOfResources, match="the GPU's memory ran out"):
        encode(
            frames_that_end_in_an_error,
            SETTINGS,
            stand_in("ffmpeg_that_tells_its_pid", ffmpeg, PID_PIPE=str(pid_pipe)),
            tmp_path,
        )

    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("deadly", "error"),
    [(signal.SIGKILL, OutOfResources), (signal.SIGSEGV, ToolCrashed), (signal.SIGTERM, ToolFailed)],
)
def test_ffmpeg_killed_in_the_middle_leaves_nothing(
    ffmpeg: Ffmpeg, tmp_path: Path, pid_pipe: Path, deadly: signal.Signals, error: type[Exception]
):
    closed = threading.Event()

    def frames_during_which_ffmpeg_dies() -> Iterator[bytes]:
        try:
            yield frame(width=320, height=240)  # small enough to wait in the pipe
            os.kill(int(pid_pipe.read_text()), deadly)
            while True:
                yield noisy_frame()
        finally:
            closed.set()

    frames = frames_during_which_ffmpeg_dies()  # held here, so that being forgotten does not end it

    with pytest.raises(error, match="ffmpeg"):
        encode(
            lambda: frames,
            LARGE,
            stand_in("ffmpeg_that_tells_its_pid", ffmpeg, PID_PIPE=str(pid_pipe)),
            tmp_path,
        )

    assert closed.is_set()
    assert list(tmp_path.iterdir()) == []


def test_nvenc_that_dies_in_the_middle_is_replaced_by_x264_once(
    ffmpeg: Ffmpeg, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    tool = stand_in("ffmpeg_whose_nvenc_dies", ffmpeg)
    choice = choose_encoder(probe_nvenc(tool, tmp_path), 320, 240)
    starts = []

    def frames() -> Iterator[bytes]:
        starts.append("started")
        return map(noisy_frame, range(6))

    with caplog.at_level(logging.WARNING):
        video = encode_video(frames, LARGE, VideoEncoder(tool, choice), folder=tmp_path)

    assert choice.encoder == "h264_nvenc"
    assert (video.encoder, video.frames, len(starts)) == ("libx264", 6, 2)
    assert "h264_nvenc failed after" in video.reason
    assert "the encoder's sessions or the GPU's memory are all taken" in video.reason
    assert video.reason in caplog.text
    assert list(tmp_path.iterdir()) == [video.path]


def test_error_of_the_renderer_is_not_taken_for_nvenc_s(ffmpeg: Ffmpeg, tmp_path: Path):
    starts = []

    def frames() -> Iterator[bytes]:
        starts.append("started")
        yield frame()
        raise ToolFailed("Blender died")

    with pytest.raises(ToolFailed, match="Blender died"):
        encode_video(frames, SETTINGS, VideoEncoder(ffmpeg, NVENC), folder=tmp_path)

    assert len(starts) == 1


def test_x264_that_fails_is_not_tried_again(ffmpeg: Ffmpeg, tmp_path: Path):
    starts = []

    def frames() -> Iterator[bytes]:
        starts.append("started")
        return map(noisy_frame, range(3))

    with pytest.raises(ToolFailed, match="expected frames 3, found 2"):
        encode(frames, LARGE, stand_in("ffmpeg_that_loses_a_frame", ffmpeg), tmp_path)

    assert len(starts) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "frames"), [("ffmpeg_that_takes_nothing", 6), ("ffmpeg_that_stands_still", 2)]
)
def test_ffmpeg_that_hangs_is_ended(tmp_path: Path, name: str, frames: int):
    tool = VideoEncoder(Ffmpeg(FAKES / name), X264, stall_s=0.3)

    with pytest.raises(TimedOut):
        encode_video(lambda: map(noisy_frame, range(frames)), LARGE, tool, folder=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_slow_renderer_is_not_taken_for_a_hanging_ffmpeg(ffmpeg: Ffmpeg, tmp_path: Path):
    stall_s = 0.4

    def slow_frames() -> Iterator[bytes]:
        yield frame(1)
        threading.Event().wait(3 * stall_s)  # the wait itself is what is tried here
        yield frame(2)

    video = encode_video(slow_frames, SETTINGS, VideoEncoder(ffmpeg, X264, stall_s), folder=tmp_path)

    assert video.frames == 2


def test_full_disk_is_out_of_resources(ffmpeg: Ffmpeg, tmp_path: Path):
    said = on_a_small_disk(
        tmp_path,
        "256k",
        "import pathlib, sys\n"
        "from media.encoder import EncoderChoice, Ffmpeg\n"
        "from media.errors import MediaError\n"
        "from media.video import VideoEncoder, VideoSettings, encode_video\n"
        "from tests.fakes.pictures import noisy_frame\n"
        "choice = EncoderChoice(encoder='libx264', reason='', ffmpeg_version='')\n"
        f"tool = VideoEncoder(Ffmpeg(pathlib.Path({str(ffmpeg.path)!r})), choice)\n"
        "settings = VideoSettings(width=320, height=240, preset='veryfast')\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "try:\n    encode_video(lambda: map(noisy_frame, range(40)), settings, tool, folder=folder)\n"
        "except MediaError as error:\n    print(type(error).__name__, error, list(folder.iterdir()))\n",
    )

    assert said == "OutOfResources ffmpeg found the disk full while it wrote the video; make room for it []\n"
