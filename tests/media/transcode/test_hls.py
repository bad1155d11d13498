"""A ladder plays from its playlists, every size in full, cut at the same places and told of as it is."""

import re
from pathlib import Path

import av
import pytest

from media.errors import ToolFailed
from media.transcode.playlist import bandwidths, h264_codec, segments_in
from tests.media.footage.files import TONE, X264, made

SIZES = {"540p": (960, 540), "480p": (854, 480), "360p": (640, 360)}


@pytest.fixture
def ladder(transcoded, tmp_path) -> Path:
    """A tree of a 9 s video of 960 by 540 at 10 frames a second, whose scene changes outside the rhythm."""
    cuts = "testsrc2=s=960x540:r=10:d=9,negate=enable='between(t,2.7,5.3)'"
    source = made(tmp_path / "a.mp4", "-f", "lavfi", "-i", cuts, *TONE, *X264, "-c:a", "aac")
    _, files = transcoded(source, profile="hls", preset="veryfast", crf=30)
    assert set(files) == {"hls", "poster", "contact-sheet", "sprite", "thumbnails", "streams"}
    return files["hls"]


def decoded(playlist: Path) -> dict[tuple[int, int], int]:
    """Decode every video of a playlist as players do, and count frames by size."""
    counts: dict[tuple[int, int], int] = {}
    with av.open(str(playlist), options={"allowed_extensions": "ALL"}) as container:
        sizes = [(stream.width, stream.height) for stream in container.streams.video]
    for number, size in enumerate(sizes):
        with av.open(str(playlist), options={"allowed_extensions": "ALL"}) as container:
            counts[size] = sum(1 for _ in container.decode(container.streams.video[number]))
    return counts


def test_ladder_plays_in_every_size_from_pieces_that_begin_at_the_same_frames(ladder):
    assert decoded(ladder / "master.m3u8") == dict.fromkeys(SIZES.values(), 90)
    for name, size in SIZES.items():
        assert decoded(ladder / name / "index.m3u8") == {size: 90}
        assert [length for length, _ in segments_in(ladder / name / "index.m3u8")] == [4, 4, 1]
    keys = [key_frames(ladder / name / "index.m3u8") for name in SIZES]
    assert keys == [[0, 2, 4, 6, 8]] * 3

    master = (ladder / "master.m3u8").read_text()
    said = re.findall(
        r'BANDWIDTH=(\d+),AVERAGE-BANDWIDTH=(\d+),RESOLUTION=(\d+)x(\d+),FRAME-RATE=10.000,CODECS="(.*)"\n(.*)\n',
        master,
    )
    assert [(int(width), int(height), path) for _, _, width, height, _, path in said] == [
        (*size, f"{name}/index.m3u8") for name, size in SIZES.items()
    ]
    for peak, average, _, _, codecs, path in said:
        pieces = [file.stat().st_size * 8 for _, file in segments_in(ladder / path)]
        lengths = [length for length, _ in segments_in(ladder / path)]
        assert int(average) == round(sum(pieces) / sum(lengths))
        assert int(peak) == round(max(bits / length for bits, length in zip(pieces, lengths, strict=True)))
        assert re.fullmatch(r"avc1\.6400[0-9a-f]{2},mp4a\.40\.2", codecs)


def key_frames(playlist: Path) -> list[float]:
    with av.open(str(playlist), options={"allowed_extensions": "ALL"}) as container:
        stream = container.streams.video[0]
        times = [
            one.pts * stream.time_base for one in container.demux(stream) if one.is_keyframe and one.size
        ]
    return [float(at - times[0]) for at in times]


def test_playlist_that_lacks_a_piece_is_not_believed(tmp_path):
    (tmp_path / "index.m3u8").write_text("#EXTM3U\n#EXTINF:4.0,\n00000.m4s\n#EXT-X-ENDLIST\n")

    with pytest.raises(ToolFailed, match="expected a playlist with all its segments"):
        segments_in(tmp_path / "index.m3u8")


def test_bandwidth_is_of_the_heaviest_piece(tmp_path):
    for name, size in (("a", 1000), ("b", 3000)):
        (tmp_path / name).write_bytes(bytes(size))

    assert bandwidths([(4.0, tmp_path / "a"), (2.0, tmp_path / "b")]) == (12_000, 5333)


def test_codec_is_named_by_the_box_that_says_it():
    assert h264_codec(b"....avcC\x01\x64\x00\x1f\xff") == "avc1.64001f"
    with pytest.raises(ToolFailed, match=r"expected H\.264"):
        h264_codec(b"moov")
