import hashlib
import struct
import zlib
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from PIL import Image
from pydantic import ValidationError

from media.errors import ToolFailed
from media.frame_gate import BadFrame, FrameSpec, UnreadableFrame, inspect_frame
from media.png import SIGNATURE
from tests.fakes.pictures import chunk, cut_out, frame, noisy_frame, png_of, webp_of
from tests.fakes.small_disk import on_a_small_disk

SPEC = FrameSpec(width=64, height=48, channels=3)
EXR = FrameSpec(width=64, height=48, channels=4, format="OPEN_EXR")
WEBP = FrameSpec(width=64, height=48, channels=3, format="WEBP")
LAYERS = FrameSpec(
    width=64,
    height=48,
    channels=4,
    format="OPEN_EXR_MULTILAYER",
    layers=("Back", "Front"),
    passes=(("Combined",), ("Object Index", "IndexOB")),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "000007.part.png"


def light() -> np.ndarray:
    """Scene-linear light, half precision, with alpha."""
    y, x = np.mgrid[0:48, 0:64]
    return np.stack([x / 8, y / 48, x * y / 3000, np.ones_like(x)], axis=-1).astype(np.float16)


def write_layers(path: Path, **passes: np.ndarray) -> None:
    """Write a multilayer EXR as Blender 4 does: one part, channels by layer, pass and letter."""
    channels = {
        f"{name.replace('__', '.')}.{'RGBA'[at]}": np.ascontiguousarray(pixels[..., at])
        for name, pixels in passes.items()
        for at in range(pixels.shape[-1])
    }
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION}, channels).write(str(path))


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


def whole_layers() -> dict[str, np.ndarray]:
    index = np.zeros((48, 64, 1), np.float32)
    return {
        "Back__Combined": light(),
        "Back__IndexOB": index,
        "Front__Combined": light(),
        "Front__Object Index": index,
    }


def test_webp_passes_with_its_size(path: Path):
    path.write_bytes(webp_of())

    facts = inspect_frame(path, WEBP)

    assert (facts.width, facts.height, facts.channels, facts.bit_depth) == (64, 48, 3, 8)
    assert (facts.media_type, facts.uniform) == ("image/webp", False)


def test_webp_whose_alpha_hides_nothing_has_dropped_it(path: Path):
    path.write_bytes(webp_of())

    assert inspect_frame(path, WEBP.model_copy(update={"channels": 4})).channels == 4


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (webp_of()[:-1], "bytes that the WebP says it has"),
        (webp_of()[: len(webp_of()) // 2], "bytes that the WebP says it has"),
        (webp_of() + b"\0", "bytes that the WebP says it has"),
        (b"RIFF", "expected a WebP"),
        (frame(), "expected a WebP"),
        (webp_of(lossless=False), "expected one picture without loss"),
        (webp_of(frame(width=48, height=64)), "found 48 x 64 pixels"),
        (webp_of(cut_out()), "found 64 x 48 pixels of 4 channels"),
        (webp_of(save_all=True, append_images=[Image.new("RGB", (64, 48))]), "expected one picture"),
    ],
)
def test_webp_that_is_something_else_is_refused(path: Path, data: bytes, found: str):
    path.write_bytes(data)

    with pytest.raises(BadFrame, match=found):
        inspect_frame(path, WEBP)


def test_webp_with_damaged_pixels_is_unreadable(path: Path):
    data = bytearray(webp_of(noisy_frame(1, 64, 48)))
    data[60:400] = bytes(340)
    path.write_bytes(data)

    with pytest.raises(UnreadableFrame, match="expected pixels that decode"):
        inspect_frame(path, WEBP)


@pytest.mark.parametrize(
    "data", [png_of(np.full((48, 64, 3), 7, np.uint8)), png_of(np.zeros((48, 64, 4), np.uint8))]
)
def test_webp_of_one_colour_or_of_nothing_is_uniform(path: Path, data: bytes):
    path.write_bytes(webp_of(data))

    assert inspect_frame(path, WEBP.model_copy(update={"channels": 4})).uniform


def test_layers_with_all_their_passes_pass_by_whichever_name(path: Path):
    write_layers(path, **whole_layers())

    facts = inspect_frame(path, LAYERS)

    assert (facts.channels, facts.bit_depth, facts.uniform) == (4, 16, False)
    assert facts.media_type == "image/x-exr"


def test_parts_of_one_pass_each_pass_as_well(path: Path):
    parts = [
        OpenEXR.Part(
            {"name": name, "type": OpenEXR.scanlineimage},
            {
                f"{name.replace('__', '.')}.{'RGBA'[at]}": np.ascontiguousarray(pixels[..., at])
                for at in range(pixels.shape[-1])
            },
            name,
        )
        for name, pixels in whole_layers().items()
    ]
    OpenEXR.File(parts).write(str(path))

    assert inspect_frame(path, LAYERS).channels == 4


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ("Front__Object Index", r"expected the passes Front\.Object Index, found only Back\.Combined"),
        ("Back__Combined", r"expected the passes Back\.Combined, found only"),
    ],
)
def test_layers_that_lack_a_pass_are_refused_with_its_name(path: Path, lacking: str, said: str):
    write_layers(path, **{name: one for name, one in whole_layers().items() if name != lacking})

    with pytest.raises(BadFrame, match=said):
        inspect_frame(path, LAYERS)


def test_layers_of_another_size_are_refused(path: Path):
    write_layers(path, **{name: one[:40] for name, one in whole_layers().items()})

    with pytest.raises(BadFrame, match="expected 64 x 48 pixels, found 64 x 40 pixels"):
        inspect_frame(path, LAYERS)


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.95, -1])
def test_layers_cut_short_are_unreadable(path: Path, kept: float):
    write_layers(path, **whole_layers())
    data = path.read_bytes()
    path.write_bytes(data[: int(kept * len(data)) if kept > 0 else -1])

    with pytest.raises(UnreadableFrame, match="expected an EXR that decodes"):
        inspect_frame(path, LAYERS)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_only_combined_must_be_finite(path: Path, value: float):
    layers = whole_layers()
    layers["Front__Object Index"][3, 4] = value
    write_layers(path, **layers)
    assert inspect_frame(path, LAYERS).width == 64

    layers["Front__Combined"][3, 4, 1] = value
    write_layers(path, **layers)
    with pytest.raises(BadFrame, match="finite pixels in combined of layer Front, found 1 NaN"):
        inspect_frame(path, LAYERS)


def test_what_a_compositor_made_is_the_picture(path: Path):
    flat = np.ones((48, 64, 4), np.float16)
    empty = {**whole_layers(), "Back__Combined": flat, "Front__Combined": flat}

    write_layers(path, **empty, Composite__Combined=light())
    assert not inspect_frame(path, LAYERS).uniform

    write_layers(path, **whole_layers(), Composite__Combined=flat)
    assert inspect_frame(path, LAYERS).uniform


def test_layers_are_uniform_only_together(path: Path):
    flat = np.ones((48, 64, 4), np.float16)
    write_layers(path, **{**whole_layers(), "Back__Combined": flat})
    assert not inspect_frame(path, LAYERS).uniform

    write_layers(path, **{**whole_layers(), "Back__Combined": flat, "Front__Combined": flat})
    assert inspect_frame(path, LAYERS).uniform
