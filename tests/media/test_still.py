from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from media.errors import BadInput, ToolFailed
from media.still import write_still
from tests.fakes.pictures import cut_out, frame, noisy_frame, png_of
from tests.fakes.small_disk import on_a_small_disk


@pytest.fixture
def rendered(tmp_path: Path) -> Path:
    path = tmp_path / "frame.png"
    path.write_bytes(frame(width=128, height=96))
    return path


def test_png_is_the_frame_itself(rendered: Path, tmp_path: Path):
    still = write_still(rendered, tmp_path / "still.png", "png")

    assert still == tmp_path / "still.png"
    assert still.read_bytes() == rendered.read_bytes()


def test_exr_is_the_frame_itself(tmp_path: Path):
    rendered = tmp_path / "frame.exr"
    OpenEXR.File({}, {"RGB": np.ones((8, 8, 3), np.float16)}).write(str(rendered))

    still = write_still(rendered, tmp_path / "still.exr", "exr")

    assert still.read_bytes() == rendered.read_bytes()


@pytest.mark.parametrize(("still_format", "kind"), [("webp", "WEBP"), ("jpeg", "JPEG")])
def test_other_formats_look_like_the_frame(rendered: Path, tmp_path: Path, still_format: str, kind: str):
    still = write_still(rendered, tmp_path / f"still.{still_format}", still_format)  # type: ignore[arg-type]

    with Image.open(still) as shown, Image.open(rendered) as wanted:
        assert (shown.format, shown.size) == (kind, (128, 96))
        assert np.abs(np.asarray(shown, float) - np.asarray(wanted, float)).mean() < 2


def test_webp_keeps_transparency_exactly(tmp_path: Path):
    pixels = np.random.default_rng(1).integers(0, 256, (48, 64, 4), np.uint8)
    rendered = tmp_path / "frame.png"
    rendered.write_bytes(png_of(pixels))

    still = write_still(rendered, tmp_path / "still.webp", "webp")

    with Image.open(still) as shown:
        assert np.array_equal(np.asarray(shown)[..., 3], pixels[..., 3])


@pytest.mark.parametrize(("background", "seen"), [("#ffffff", (255, 255, 255)), ("#20c040", (32, 192, 64))])
def test_jpeg_of_a_transparent_frame_shows_the_background(
    tmp_path: Path, background: str, seen: tuple[int, int, int]
):
    rendered = tmp_path / "frame.png"
    rendered.write_bytes(cut_out())

    still = write_still(rendered, tmp_path / "still.jpeg", "jpeg", background=background)

    with Image.open(still) as shown:
        assert np.abs(np.array(shown.getpixel((8, 24))) - seen).max() <= 2


def test_jpeg_keeps_the_colour_of_single_columns(tmp_path: Path):
    stripes = np.zeros((32, 32, 3), np.uint8)
    stripes[:, ::2] = (255, 0, 0)
    stripes[:, 1::2] = (0, 0, 255)
    rendered = tmp_path / "frame.png"
    rendered.write_bytes(png_of(stripes))

    still = write_still(rendered, tmp_path / "still.jpeg", "jpeg")

    with Image.open(still) as shown:
        assert np.abs(np.asarray(shown, float) - stripes).max() < 40


@pytest.mark.parametrize("still_format", ["webp", "jpeg"])
def test_noisiest_of_frames_can_be_converted(tmp_path: Path, still_format: str):
    rendered = tmp_path / "frame.png"
    rendered.write_bytes(noisy_frame())

    still = write_still(rendered, tmp_path / "still", still_format)  # type: ignore[arg-type]

    with Image.open(still) as shown:
        assert shown.size == (320, 240)


@pytest.mark.parametrize("still_format", ["webp", "jpeg"])
def test_notes_of_the_renderer_stay_out_of_converted_pictures(tmp_path: Path, still_format: str):
    notes = PngInfo()
    notes.add_text("comment", "/home/somebody/secret.blend")
    rendered = tmp_path / "frame.png"
    Image.new("RGB", (8, 8)).save(rendered, pnginfo=notes)

    still = write_still(rendered, tmp_path / "still", still_format)  # type: ignore[arg-type]

    assert b"secret" not in still.read_bytes()


@pytest.mark.parametrize(("name", "still_format"), [("frame.png", "exr"), ("frame.exr", "webp")])
def test_format_that_cannot_be_made_of_the_frame_is_bad_input(
    rendered: Path, tmp_path: Path, name: str, still_format: str
):
    OpenEXR.File({}, {"RGB": np.ones((8, 8, 3), np.float16)}).write(str(tmp_path / "frame.exr"))

    with pytest.raises(BadInput, match=f"{name}: expected .* to make a {still_format} of"):
        write_still(rendered.with_name(name), tmp_path / "still", still_format)  # type: ignore[arg-type]

    assert not (tmp_path / "still").exists()


def test_picture_larger_than_webp_holds_is_bad_input(tmp_path: Path):
    rendered = tmp_path / "frame.png"
    Image.new("RGB", (16384, 1)).save(rendered)

    with pytest.raises(BadInput, match="expected at most 16383 pixels a side for webp, found 16384 x 1"):
        write_still(rendered, tmp_path / "still.webp", "webp")

    assert not (tmp_path / "still.webp").exists()


def test_frame_that_does_not_decode_leaves_no_picture(rendered: Path, tmp_path: Path):
    rendered.write_bytes(rendered.read_bytes()[:-60])

    with pytest.raises(ToolFailed, match=r"frame\.png: expected a picture that decodes"):
        write_still(rendered, tmp_path / "still.webp", "webp")

    assert not (tmp_path / "still.webp").exists()


@pytest.mark.parametrize("still_format", ["png", "jpeg"])
def test_still_on_a_full_disk_is_out_of_resources(tmp_path: Path, still_format: str):
    said = on_a_small_disk(
        tmp_path,
        "8k",
        "import pathlib, sys, tempfile\n"
        "from media.errors import MediaError\n"
        "from media.still import write_still\n"
        "from tests.fakes.pictures import noisy_frame\n"
        "with tempfile.NamedTemporaryFile() as rendered:\n"
        "    rendered.write(noisy_frame())\n    rendered.flush()\n"
        "    output = pathlib.Path(sys.argv[1], 'still')\n"
        f"    try:\n        write_still(pathlib.Path(rendered.name), output, {still_format!r})\n"
        "    except MediaError as error:\n        print(type(error).__name__, output.exists())\n",
    )

    assert said == "OutOfResources False\n"
