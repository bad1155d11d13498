import hashlib
import struct
import zlib
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from pydantic import ValidationError

from media.errors import ToolFailed
from media.frame_gate import BadFrame, FrameSpec, UnreadableFrame, inspect_frame
from media.png import SIGNATURE
from tests.fakes.pictures import chunk, cut_out, frame, png_of
from tests.fakes.small_disk import on_a_small_disk

SPEC = FrameSpec(width=64, height=48, channels=3)
EXR = FrameSpec(width=64, height=48, channels=4, format="OPEN_EXR")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "000007.part.png"


def light() -> np.ndarray:
    """Scene-linear light, half precision, with alpha."""
    y, x = np.mgrid[0:48, 0:64]
    return np.stack([x / 8, y / 48, x * y / 3000, np.ones_like(x)], axis=-1).astype(np.float16)


def write_exr(path: Path, pixels: np.ndarray) -> None:
    channels = {name: np.ascontiguousarray(pixels[..., at]) for at, name in enumerate("RGBA")}
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION}, channels).write(str(path))


def test_whole_frame_passes_with_its_size_and_digest(path: Path):
    path.write_bytes(frame())

    facts = inspect_frame(path, SPEC)

    assert (facts.width, facts.height, facts.channels, facts.bit_depth) == (64, 48, 3, 8)
    assert not facts.uniform
    assert facts.sha256 == hashlib.sha256(frame()).hexdigest()
    assert facts.size == path.stat().st_size
    assert facts.media_type == "image/png"


def test_frame_with_16_bits_a_channel_passes(path: Path):
    rows = b"".join(b"\0" + bytes(range(64)) * 6 for _ in range(48))
    header = struct.pack(">IIBBBBB", 64, 48, 16, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND")
    path.write_bytes(SIGNATURE + body)

    facts = inspect_frame(path, SPEC)

    assert facts.bit_depth == 16


@pytest.mark.parametrize("kept", [0, 7, 40, 0.5, -12, -1])
def test_frame_cut_short_is_unreadable(path: Path, kept: float):
    whole = frame()
    path.write_bytes(whole[: int(kept * len(whole)) if isinstance(kept, float) else kept])

    with pytest.raises(UnreadableFrame, match=r"000007\.part\.png: expected .*; render it again"):
        inspect_frame(path, SPEC)


def test_frame_that_was_never_written_is_unreadable(path: Path):
    with pytest.raises(UnreadableFrame, match="found no file"):
        inspect_frame(path, SPEC)


def test_frame_whose_pixels_end_early_is_unreadable_although_every_checksum_holds(path: Path):
    whole = frame()
    start = whole.index(b"IDAT") - 4
    size = struct.unpack(">I", whole[start : start + 4])[0]
    half = whole[start + 8 : start + 8 + size // 2]
    path.write_bytes(whole[:start] + chunk(b"IDAT", half) + whole[start + 12 + size :])

    with pytest.raises(UnreadableFrame, match="expected pixels that decode"):
        inspect_frame(path, SPEC)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (frame(width=48, height=64), "found 48 x 64 pixels of 3 channels"),
        (cut_out(), "found 64 x 48 pixels of 4 channels"),
    ],
)
def test_frame_of_another_layout_is_refused(path: Path, data: bytes, found: str):
    path.write_bytes(data)

    with pytest.raises(BadFrame, match=found) as caught:
        inspect_frame(path, SPEC)

    assert not isinstance(caught.value, UnreadableFrame)
    assert isinstance(caught.value, ToolFailed)


@pytest.mark.parametrize(
    ("pixels", "uniform"),
    [
        (np.full((48, 64, 4), 77, np.uint8), True),
        (
            np.dstack(
                [
                    np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8),
                    np.zeros((48, 64), np.uint8),
                ]
            ),
            True,
        ),
        (np.dstack([np.zeros((48, 64, 3), np.uint8), np.eye(48, 64, dtype=np.uint8)]), False),
    ],
    ids=["one colour", "all transparent", "one colour, partly transparent"],
)
def test_frame_with_nothing_to_see_is_uniform(path: Path, pixels: np.ndarray, *, uniform: bool):
    path.write_bytes(png_of(pixels))

    facts = inspect_frame(path, SPEC.model_copy(update={"channels": 4}))

    assert facts.uniform is uniform


def test_exr_frame_passes_with_its_size_and_depth(path: Path):
    write_exr(path, light())

    facts = inspect_frame(path, EXR)

    assert (facts.width, facts.height, facts.channels, facts.bit_depth) == (64, 48, 4, 16)
    assert not facts.uniform
    assert facts.media_type == "image/x-exr"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_exr_frame_with_a_pixel_that_is_no_number_is_refused(path: Path, value: float):
    pixels = light()
    pixels[5, 6, 1] = value
    write_exr(path, pixels)

    with pytest.raises(BadFrame, match="found 1 NaN or infinite"):
        inspect_frame(path, EXR)


@pytest.mark.parametrize("kept", [0, 3, 40, 0.5, -1])
def test_exr_frame_cut_short_is_unreadable(path: Path, kept: float):
    write_exr(path, light())
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole)) if isinstance(kept, float) else kept])

    with pytest.raises(UnreadableFrame):
        inspect_frame(path, EXR)


def test_exr_frame_with_flipped_pixels_is_unreadable(path: Path):
    write_exr(path, light())
    damaged = bytearray(path.read_bytes())
    damaged[-200] ^= 0x10
    path.write_bytes(damaged)

    with pytest.raises(UnreadableFrame):
        inspect_frame(path, EXR)


def test_exr_frame_that_is_all_transparent_is_uniform(path: Path):
    pixels = light()
    pixels[..., 3] = 0
    write_exr(path, pixels)

    assert inspect_frame(path, EXR).uniform


def test_frame_cut_short_on_a_full_disk_is_out_of_resources(tmp_path: Path):
    said = on_a_small_disk(
        tmp_path,
        "16k",
        "import sys, pathlib\n"
        "from media.errors import MediaError\n"
        "from media.frame_gate import FrameSpec, inspect_frame\n"
        "from tests.fakes.pictures import noisy_frame\n"
        "path = pathlib.Path(sys.argv[1], '000001.png')\n"
        "try:\n    path.write_bytes(noisy_frame())\nexcept OSError:\n    pass\n"
        "try:\n    inspect_frame(path, FrameSpec(width=320, height=240, channels=3))\n"
        "except MediaError as error:\n    print(type(error).__name__, error)\n",
    )

    assert said.startswith("OutOfResources 000001.png: ")
    assert "the disk is full (0 bytes free" in said


def test_frames_beyond_the_largest_side_cannot_be_asked_for():
    with pytest.raises(ValidationError):
        FrameSpec(width=16385, height=1, channels=3)
