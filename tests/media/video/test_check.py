import subprocess
from pathlib import Path

import pytest

from media.encoder import EncoderChoice, Ffmpeg
from media.errors import ToolFailed
from media.process import Limits
from media.video import VideoEncoder, VideoSettings, encode_video, read_video, verify_video
from tests.fakes.pictures import noisy_frame

SETTINGS = VideoSettings(width=160, height=120)
FRAMES = 6


@pytest.fixture
def video(ffmpeg: Ffmpeg, tmp_path: Path) -> Path:
    choice = EncoderChoice(encoder="libx264", reason="asked for", ffmpeg_version="any")
    frames = [noisy_frame(number, 160, 120) for number in range(FRAMES)]
    return encode_video(lambda: frames, SETTINGS, VideoEncoder(ffmpeg, choice), folder=tmp_path).path


def remade(ffmpeg: Ffmpeg, video: Path, *options: str) -> Path:
    """Return the video run through ffmpeg once more, with other options than ours."""
    output = video.with_name("remade.mp4")
    command = [str(ffmpeg.path), "-v", "error", "-i", str(video), *options, str(output)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return output


def test_video_as_asked_passes(video: Path):
    facts = verify_video(video, SETTINGS, FRAMES)

    assert facts.frames == FRAMES


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"width": 320}, "expected width 320, found 160"),
        ({"height": 90}, "expected height 90, found 120"),
        ({"fps": "25"}, "expected fps 25/1, found 24/1"),
    ],
)
def test_video_unlike_its_settings_is_refused(video: Path, wrong: dict[str, object], said: str):
    with pytest.raises(ToolFailed, match=said):
        verify_video(video, VideoSettings.model_validate(SETTINGS.model_dump() | wrong), FRAMES)


def test_video_with_another_number_of_frames_is_refused(video: Path):
    with pytest.raises(ToolFailed, match=r"video\.mp4: expected frames 7, found 6"):
        verify_video(video, SETTINGS, FRAMES + 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-c", "copy"], "expected faststart True, found False"),
        (
            ["-c", "copy", "-movflags", "+faststart", "-bsf:v", "h264_metadata=matrix_coefficients=6"],
            "expected bt709 True, found False",
        ),
        (
            ["-c", "copy", "-movflags", "+faststart", "-bsf:v", "setts=ts=TS+gte(N\\,3)*256"],
            "expected fps 24/1, found 0/1",
        ),
        (["-pix_fmt", "yuv444p", "-movflags", "+faststart"], "expected pix_fmt yuv420p, found yuv444p"),
        (["-profile:v", "baseline", "-pix_fmt", "yuv420p"], "expected profile High"),
        (["-c:v", "mpeg4"], "expected codec h264, found mpeg4"),
        (
            ["-f", "lavfi", "-i", "anullsrc", "-shortest", "-c:v", "copy", "-movflags", "+faststart"],
            "expected streams 1, found 2",
        ),
    ],
    ids=["index last", "other matrix", "uneven", "4:4:4", "baseline", "other codec", "with sound"],
)
def test_video_made_otherwise_is_refused(ffmpeg: Ffmpeg, video: Path, options: list[str], said: str):
    with pytest.raises(ToolFailed, match=said):
        verify_video(remade(ffmpeg, video, *options), SETTINGS, FRAMES)


def test_video_cut_short_is_refused(video: Path):
    video.write_bytes(video.read_bytes()[:-500])

    with pytest.raises(ToolFailed, match=r"video\.mp4: expected"):
        verify_video(video, SETTINGS, FRAMES)


def test_damaged_video_is_refused(video: Path):
    data = bytearray(video.read_bytes())
    data[3000:20_000] = bytes(17_000)
    video.write_bytes(data)

    with pytest.raises(ToolFailed, match=r"video\.mp4: expected"):
        verify_video(video, SETTINGS, FRAMES)


@pytest.mark.parametrize("data", [b"", b"<html>404</html>"])
def test_what_is_no_video_is_refused(tmp_path: Path, data: bytes):
    path = tmp_path / "video.mp4"
    path.write_bytes(data)

    with pytest.raises(ToolFailed, match=r"video\.mp4: expected a video that decodes"):
        verify_video(path, SETTINGS, FRAMES)


def test_playlist_named_like_a_video_is_not_followed(ffmpeg: Ffmpeg, video: Path, tmp_path: Path):
    secret = tmp_path / "secret.ts"
    command = [str(ffmpeg.path), "-v", "error", "-i", str(video), "-c", "copy", str(secret)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    lure = tmp_path / "lure.mp4"
    lure.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n")

    with pytest.raises(ToolFailed, match=r"lure\.mp4: expected a video that decodes"):
        read_video(lure)


def test_box_shorter_than_its_own_head_is_refused_and_not_read_for_ever(tmp_path: Path):
    path = tmp_path / "video.mp4"
    path.write_bytes(b"\x00\x00\x00\x01free" + bytes(8) + b"\x00\x00\x00\x02skip")

    with pytest.raises(ToolFailed, match=r"video\.mp4: expected a video that decodes"):
        read_video(path)


def test_decoder_without_memory_fails_by_itself(video: Path):
    with pytest.raises(ToolFailed, match=r"the decoder of video\.mp4"):
        read_video(video, Limits(wall_s=60, memory_bytes=50 * 2**20))
