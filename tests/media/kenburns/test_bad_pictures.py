"""Pictures as strangers send them: each comes out upright and in its colours, or is refused in a sentence."""

import io
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from media.errors import BadInput
from media.footage.container import PICTURE
from media.footage.source import download_footage
from media.jobs import run_footage
from media.kenburns import frames
from media.kenburns.job import ImagesToVideoJob
from media.kenburns.picture import Refused, read_picture
from media.kenburns.results import read_results

SVG = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
PLAYLIST = "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"


def corners(width: int = 60, height: int = 40) -> Image.Image:
    """A picture whose corners differ: red, green, blue, white, from the top left by rows."""
    picture = Image.new("RGB", (width, height))
    for index, colour in enumerate(("#ff0000", "#00ff00", "#0000ff", "#ffffff")):
        left, top = index % 2 * width // 2, index // 2 * height // 2
        picture.paste(colour, (left, top, left + width // 2, top + height // 2))
    return picture


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def read(path: Path, container: str, background: str = "#102030") -> Image.Image:
    return read_picture(path, container, background)[0]


def job_of(*paths: Path, **wishes: object) -> ImagesToVideoJob:
    small = {"duration": 0.2, "width": 96, "height": 64, "fps": 10, "preset": "veryfast"}
    images = [{"source": str(path)} for path in paths]
    return ImagesToVideoJob.model_validate({"images": images, **small, **wishes})


@pytest.mark.parametrize("orientation", range(1, 9))
def test_picture_is_turned_as_its_camera_was_held(tmp_path, orientation):
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = corners().transpose(turns[orientation]) if orientation in turns else corners()
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "photo", "JPEG", exif=exif, quality=95, subsampling=0)

    upright = np.asarray(read(tmp_path / "photo", "jpeg")).astype(int)

    assert upright.shape == (40, 60, 3)
    assert np.abs(upright - np.asarray(corners())).mean() < 6


def photo_with(path: Path, orientation: int, tag: int, text: bytes) -> None:
    """Write a JPEG that says how its camera was held, and in another tag text where a number belongs."""
    entry = struct.pack("<HHII", 274, 3, 1, orientation)
    other = struct.pack("<HHI4s", tag, 2, len(text), text)
    entries = b"".join(sorted([entry, other]))
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + bytes(4)
    corners().transpose(Image.Transpose.ROTATE_90).save(path, "JPEG", exif=exif, quality=95, subsampling=0)


@pytest.mark.parametrize("tag", [256, 282], ids=["ImageWidth", "XResolution"])
def test_photo_with_nonsense_in_another_tag_is_turned_all_the_same(tmp_path, tag):
    photo_with(tmp_path / "photo", 6, tag, b"60\0\0")

    upright = np.asarray(read(tmp_path / "photo", "jpeg")).astype(int)

    assert upright.shape == (40, 60, 3)
    assert np.abs(upright - np.asarray(corners())).mean() < 6


@pytest.mark.parametrize(
    ("problem", "found"),
    [
        (struct.error("unpack requires 4 bytes"), "decodes to its end, found: unpack requires 4 bytes"),
        (MemoryError(), "has memory for, found one that needs more; send it smaller"),
        (ZeroDivisionError(), "decodes to its end, found: ZeroDivisionError"),
    ],
)
@pytest.mark.parametrize("step", ["canvas_of", "planes_of"])
def test_whatever_a_picture_raises_while_it_is_prepared_is_said_of_it_alone(
    tmp_path, monkeypatch, problem, found, step
):
    def raising(*_: object) -> None:
        raise problem

    corners().save(tmp_path / "picture", "PNG")
    monkeypatch.setattr(frames, step, raising)
    camera = {"zooms": [1, 1], "centres": [[0.5, 0.5]] * 2, "easing": "linear", "frames": 1}
    said = {"path": str(tmp_path / "picture"), "container": "png", "background": "#000000", "fit": "cover"}

    with pytest.raises(Refused, match=found):
        frames.Layer({**said, "camera": camera, "first": 0, "count": 1}, (64, 48))


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "RGB", "YCbCr"])
def test_every_mode_becomes_rgb(tmp_path, mode):
    kind = "JPEG" if mode in {"CMYK", "YCbCr"} else "PNG"
    grey = Image.new("RGB", (20, 10), "#ffffff")
    grey.convert(mode).save(tmp_path / "picture", kind)

    assert np.asarray(read(tmp_path / "picture", kind.lower())).min() >= 250


@pytest.mark.parametrize(("value", "grey"), [(0, 0), (257 * 100, 100), (65535, 255)])
def test_sixteen_bits_become_eight(tmp_path, value, grey):
    Image.fromarray(np.full((4, 4), value, np.uint16)).save(tmp_path / "deep", "PNG")

    assert read(tmp_path / "deep", "png").getpixel((0, 0)) == (grey, grey, grey)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_places_show_the_background(tmp_path, mode):
    picture = Image.new("RGBA", (8, 8), (255, 255, 255, 0))
    if mode == "P":
        picture = Image.new("P", (8, 8), 0)
        picture.info["transparency"] = 0
    picture.convert(mode).save(tmp_path / "clear", "PNG", **({"transparency": 0} if mode == "P" else {}))

    found, notes = read_picture(tmp_path / "clear", "png", "#102030")

    assert found.getpixel((4, 4)) == (0x10, 0x20, 0x30)
    assert "transparent" in notes[0]


def test_first_picture_of_an_animation_is_taken(tmp_path):
    first, second = Image.new("RGB", (8, 8), "#ff0000"), Image.new("RGB", (8, 8), "#0000ff")
    first.save(tmp_path / "moving", "GIF", save_all=True, append_images=[second])

    assert read(tmp_path / "moving", "gif").getpixel((4, 4)) == (255, 0, 0)


def test_picture_is_read_as_what_it_is_and_as_nothing_else(tmp_path):
    corners().save(tmp_path / "picture", "PNG")

    with pytest.raises(Refused, match="expected a picture that decodes to its end"):
        read(tmp_path / "picture", "jpeg")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_picture_that_was_cut_short_is_refused_and_not_shown_half_grey(tmp_path, kind):
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (200, 300, 3)).astype(np.uint8))
    written = io.BytesIO()
    noise.save(written, kind)
    (tmp_path / "cut").write_bytes(written.getvalue()[: len(written.getvalue()) // 2])

    with pytest.raises(Refused, match="expected a picture that decodes to its end, found"):
        read(tmp_path / "cut", kind.lower())


def test_nine_hundred_megapixels_are_refused_at_once(tmp_path):
    (tmp_path / "huge").write_bytes(png_of(30000, 30000))
    began = time.process_time()

    with pytest.raises(Refused, match=r"^expected at most 100 megapixels, found 900; send it smaller$"):
        read(tmp_path / "huge", "png")
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("drawing.png", SVG.encode(), "an SVG drawing"),
        ("list.jpg", PLAYLIST.encode(), "a playlist"),
        ("page.png", b"<!DOCTYPE html><title>404</title>", "an HTML page"),
        ("nothing.png", b"", "an empty file"),
        ("film.png", b"\x00\x00\x00\x18ftypmp42" + bytes(40), "a file of the kind mov"),
    ],
)
def test_what_is_no_picture_is_refused_by_its_content(tmp_path, tools, name, content, found):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(BadInput, match=rf"^{name}: expected a picture .*, found {found}"):
        download_footage(str(tmp_path / name), PICTURE, tools.store)


def test_one_bad_picture_leaves_the_others_alone_and_says_why(tmp_path, tools):
    paths = [tmp_path / f"{name}.png" for name in ("a", "b", "c", "d", "e'[:%]\n")]
    for path in paths:
        corners().save(path)
    paths[1].write_bytes(png_of(30000, 30000))

    manifest = run_footage(job_of(*paths), tools)

    results = read_results(manifest.output("results"), tools.store)
    assert [bool(result.error) for result in results] == [False, True, False, False, False]
    assert results[1].error.startswith("expected at most 100 megapixels, found 900;")
    assert [(result.id, result.frames) for result in results] == [
        ("01", 2),
        ("02", 0),
        ("03", 2),
        ("04", 2),
        ("05", 2),
    ]
    assert [one.download_name for one in manifest.content.outputs if one.role == "video"] == [
        "01.mp4",
        "03.mp4",
        "04.mp4",
        "05.mp4",
    ]
    assert manifest.record.warnings[0].startswith("picture 02 is missing: expected at most")


def test_job_whose_pictures_are_all_bad_is_refused_and_publishes_nothing(tmp_path, tools):
    (tmp_path / "a.png").write_bytes(png_of(30000, 30000))
    (tmp_path / "b.png").write_bytes(SVG.encode())

    with pytest.raises(BadInput, match=r"b.png: expected a picture .* so it is with all 2 pictures"):
        run_footage(job_of(tmp_path / "a.png", tmp_path / "b.png"), tools)
    assert not list(tools.store.list("manifests/"))
    assert not list(tools.store.list("videos/"))


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 700), (900, 2), (33, 17)])
@pytest.mark.parametrize("fit", ["cover", "blur"])
def test_picture_of_any_shape_moves(tmp_path, tools, width, height, fit):
    Image.new("RGB", (width, height), "#336699").save(tmp_path / "odd.png")

    manifest = run_footage(job_of(tmp_path / "odd.png", fit=fit, duration=0.1), tools)

    assert manifest.output("video").download_name == "01.mp4"
