"""Segments are looked at before they are joined, and decoded as what came of them."""

from pathlib import Path

import av
import pytest

from media.codec import Codec
from media.encoder import Ffmpeg
from media.errors import ToolFailed
from media.video import read_video
from media.video.check import Outline, read_outlines
from media.video.join import join_videos
from tests.media.video.test_codecs import CODECS, KINDS, encode, numbered, settings


def segments(ffmpeg: Ffmpeg, folder: Path, *counts: int, **kind: object) -> list[Path]:
    """Encode segments of so many frames each, numbered through."""
    starts = [sum(counts[:at]) for at in range(len(counts))]
    return [
        encode(
            [numbered(start + n) for n in range(count)], settings(**kind), ffmpeg, folder / f"{start}"
        ).path
        for start, count in zip(starts, counts, strict=True)
    ]


def spoil(path: Path, number: int) -> None:
    """Turn over the bits of one packet."""
    with av.open(str(path)) as container:
        packet = list(container.demux(video=0))[number]
        part = slice(packet.pos, packet.pos + packet.size)
    data = bytearray(path.read_bytes())
    data[part] = bytes(byte ^ 0xFF for byte in data[part])
    path.write_bytes(data)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_look_says_what_decoding_says(ffmpeg: Ffmpeg, tmp_path: Path, kind):
    paths = segments(ffmpeg, tmp_path, 7, 1, **kind)

    outlines = read_outlines(paths, tmp_path)

    decoded = [read_video(path).model_dump(include=set(Outline.model_fields)) for path in paths]
    assert [outline.model_dump() for outline in outlines] == decoded


def test_frame_too_few_is_not_made_up_for_by_one_too_many_elsewhere(ffmpeg: Ffmpeg, tmp_path: Path):
    paths = segments(ffmpeg, tmp_path, 3, 5)

    with pytest.raises(ToolFailed, match=r"expected 4 whole frames at 24000/1001, found 3 at 24000/1001"):
        join_videos(paths, [4, 4], settings(), ffmpeg, tmp_path)


def test_segment_at_another_rate_is_not_joined(ffmpeg: Ffmpeg, tmp_path: Path):
    paths = segments(ffmpeg, tmp_path, 3, 3, fps="25")

    with pytest.raises(ToolFailed, match="expected 3 whole frames at 24000/1001, found 3 at 25/1"):
        join_videos(paths, [3, 3], settings(), ffmpeg, tmp_path)


def test_segment_that_is_cut_short_is_not_joined(ffmpeg: Ffmpeg, tmp_path: Path):
    paths = segments(ffmpeg, tmp_path, 3, 3)
    paths[1].write_bytes(paths[1].read_bytes()[:-5])

    with pytest.raises(ToolFailed, match=r"video\.mp4: expected 3 whole frames .*, found 2"):
        join_videos(paths, [3, 3], settings(), ffmpeg, tmp_path)


@pytest.mark.parametrize("damaged", [0, 1])
@pytest.mark.parametrize("codec", CODECS)
def test_segment_with_a_damaged_picture_is_refused_once_it_is_joined(
    ffmpeg: Ffmpeg, tmp_path: Path, codec: Codec, damaged: int
):
    paths = segments(ffmpeg, tmp_path, 8, 8, codec=codec)
    spoil(paths[damaged], 3)

    assert [outline.frames for outline in read_outlines(paths, tmp_path)] == [8, 8]
    with pytest.raises(ToolFailed, match=r"joined\.\w+: expected|ffmpeg ended"):
        join_videos(paths, [8, 8], settings(codec=codec), ffmpeg, tmp_path)


@pytest.mark.parametrize("codec", CODECS)
def test_segment_whose_first_picture_is_damaged_is_refused(ffmpeg: Ffmpeg, tmp_path: Path, codec: Codec):
    paths = segments(ffmpeg, tmp_path, 3, 3, codec=codec)
    spoil(paths[0], 0)

    with pytest.raises(ToolFailed):
        join_videos(paths, [3, 3], settings(codec=codec), ffmpeg, tmp_path)


def test_what_is_no_video_is_not_joined(ffmpeg: Ffmpeg, tmp_path: Path):
    (whole,) = segments(ffmpeg, tmp_path, 3)
    page = tmp_path / "page.mp4"
    page.write_bytes(b"<html>404</html>")

    with pytest.raises(ToolFailed, match=r"page\.mp4: expected a video that decodes, found: .*Invalid data"):
        join_videos([whole, page], [3, 3], settings(), ffmpeg, tmp_path)
