"""A picture of a stranger's, decoded: upright, opaque, in sRGB. Runs in a child; imports nothing of ours."""

import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import ExifTags, Image, ImageCms

MOST_PIXELS = 100_000_000
"""More are refused by what the header says, before anything is decoded."""
DEEP = ("I;16", "I;16B", "I;16L", "I;16N", "I")
FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP", "tiff": "TIFF", "bmp": "BMP", "gif": "GIF"}
"""Pillow's names of the containers of media/footage/container.py that hold pictures."""
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by its orientation (Exif 2.32, tag 274)."""


class Refused(Exception):
    """The picture cannot be used; the message is what was expected and found."""


def read_picture(path: Path, container: str, background: str) -> tuple[Image.Image, list[str]]:
    """Return the picture at `path` as RGB, and sentences about what was done to it.

    Args:
        path: The file.
        container: As it was found by its content; it is read as nothing else.
        background: `#rrggbb`, which shows where it is transparent.

    Raises:
        Refused: It is too large, damaged, or of numbers that are no colours.
    """
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("ignore")  # of metadata; sizes are looked at here
    with blaming(path), Image.open(path, formats=[FORMATS[container]]) as image:
        if image.width * image.height > MOST_PIXELS:
            raise too_large(image.width * image.height)
        image.load()
        return opaque(upright(image), background)


@contextmanager
def blaming(path: Path) -> Iterator[None]:
    """Take whatever is raised for the fault of the picture at `path`: it decides what a decoder meets.

    Raises:
        Refused: Something was raised.
    """
    try:
        yield
    except Refused:
        raise
    except Image.DecompressionBombError as problem:  # beyond twice as many
        said = re.search(r"\((\d+) pixels", str(problem))
        raise too_large(int(said[1]) if said else 2 * MOST_PIXELS) from problem
    except MemoryError as problem:
        raise Refused(
            "expected a picture that its decoder has memory for, found one that needs more; send it smaller"
        ) from problem
    except Exception as problem:
        found = " ".join(str(problem).replace(str(path), "it").split()) or type(problem).__name__
        raise Refused(f"expected a picture that decodes to its end, found: {found[:200]}") from problem


def upright(image: Image.Image) -> Image.Image:
    """Return a picture as its camera was held; no tag but that one is read, and none is written."""
    turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    return image if turn is None else image.transpose(turn)


def too_large(pixels: int) -> Refused:
    """Return what is said of a picture that would fill the memory."""
    return Refused(
        f"expected at most {MOST_PIXELS // 10**6} megapixels, found {pixels / 10**6:.0f}; send it smaller"
    )


def opaque(image: Image.Image, background: str) -> tuple[Image.Image, list[str]]:
    """Return a picture of any mode as RGB over a background."""
    notes: list[str] = []
    if image.mode in DEEP:
        image = image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    if image.mode == "F":
        raise Refused("expected a picture of 8 or 16 bits a channel, found one of floating-point numbers")
    alpha = None
    if image.has_transparency_data:
        image = image.convert("RGBA", palette=Image.Palette.ADAPTIVE) if image.mode != "RGBA" else image
        alpha = image.getchannel("A")
        notes.append(f"it is transparent in places, where {background} shows")
    colours = in_srgb(image, notes.append)
    if alpha is None:
        return colours, notes
    below = Image.new("RGB", image.size, background)
    below.paste(colours, (0, 0), alpha)
    return below, notes


def in_srgb(image: Image.Image, note: Callable[[str], None]) -> Image.Image:
    """Return a picture's colours as sRGB, by the profile that it brings if that can be read."""
    profile = image.info.get("icc_profile")
    if image.mode in {"RGBA", "P", "PA", "1", "LA", "La", "RGBa", "RGBX"}:
        image = image.convert("RGB")
    if profile and image.mode in {"RGB", "CMYK", "L", "LAB"}:
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if is_srgb(given) and image.mode == "RGB":
                return image
            converted = ImageCms.profileToProfile(
                image, given, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            return converted if converted is not None else image.convert("RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            note("its colour profile cannot be used, so its colours may be off")
    if image.mode == "CMYK":
        note("it is CMYK without a colour profile, so its colours are a guess")
    return image.convert("RGB")


def is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    """Say whether a profile calls itself sRGB, as most do: then there is nothing to convert."""
    return "srgb" in ImageCms.getProfileDescription(profile).lower()
