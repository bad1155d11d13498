"""A rendered frame as the picture that was asked for."""

import errno
import io
import shutil
from pathlib import Path
from typing import Any, Literal

from PIL import Image

from media.errors import BadInput, OutOfResources, ToolFailed
from media.frame_gate import EXR_SIGNATURE

StillFormat = Literal["png", "webp", "jpeg", "exr"]
LONGEST_SIDE: dict[StillFormat, int] = {"webp": 16383, "jpeg": 65500}
OPTIONS: dict[StillFormat, dict[str, Any]] = {
    # Lossy colour with exact alpha: 50 dB at a sixth of a lossless file on a cut-out part.
    "webp": {"format": "WEBP", "quality": 92, "alpha_quality": 100, "method": 4},
    # 4:4:4, because halved chroma frays the edges of coloured parts; neither progressive nor optimized,
    # because Pillow then fails on noisy pictures, whose file outgrows its buffer.
    "jpeg": {"format": "JPEG", "quality": 92, "subsampling": 0},
}
OUT_OF_SPACE = {errno.ENOSPC, errno.EDQUOT}


def write_still(frame: Path, output: Path, still_format: StillFormat, *, background: str = "#ffffff") -> Path:
    """Write `frame` to `output` in the format asked for, decode it again, and return `output`.

    Args:
        frame: A PNG or EXR that passed the frame gate.
        output: Removed again if anything goes wrong.
        still_format: PNG and EXR are the frame itself; WebP keeps transparency, JPEG cannot.
        background: What shows through a transparent frame in a JPEG, as `#rrggbb`.

    Raises:
        BadInput: The format cannot hold such a frame.
        OutOfResources: The disk is full.
        ToolFailed: The frame cannot be read, or the picture does not decode.
    """
    _require_kind(frame, still_format)
    try:
        if still_format in OPTIONS:
            _convert(frame, output, still_format, background)
            _require_same_size(frame, output)
        else:
            shutil.copyfile(frame, output)
    except BaseException as problem:
        output.unlink(missing_ok=True)
        if isinstance(problem, OSError):
            raise _meaning(problem, frame, output) from problem
        raise
    return output


def over_background(image: Image.Image, background: str) -> Image.Image:
    """Return `image` as opaque RGB: itself, or laid over `background` where it is transparent."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    backdrop = Image.new("RGBA", image.size, background)
    return Image.alpha_composite(backdrop, image.convert("RGBA")).convert("RGB")


def _require_kind(frame: Path, still_format: StillFormat) -> None:
    with frame.open("rb") as file:
        is_exr = file.read(len(EXR_SIGNATURE)) == EXR_SIGNATURE
    if is_exr != (still_format == "exr"):
        kinds = ("an EXR", "a PNG") if is_exr else ("a PNG", "an EXR")
        raise BadInput(
            f"{frame.name}: expected {kinds[1]} to make a {still_format} of, found {kinds[0]}; "
            "render the frame in that format"
        )


def _convert(frame: Path, output: Path, still_format: StillFormat, background: str) -> None:
    with Image.open(frame, formats=["PNG"]) as image:
        longest = LONGEST_SIDE[still_format]
        if max(image.size) > longest:
            raise BadInput(
                f"{frame.name}: expected at most {longest} pixels a side for {still_format}, "
                f"found {image.width} x {image.height}; ask for a PNG"
            )
        picture = over_background(image, background) if still_format == "jpeg" else image
        picture.info = {}  # the renderer's notes: file names, dates
        encoded = io.BytesIO()
        picture.save(encoded, **OPTIONS[still_format])
    output.write_bytes(encoded.getvalue())  # apart from Pillow, which hides that the disk is full


def _require_same_size(frame: Path, output: Path) -> None:
    with Image.open(frame) as wanted, Image.open(output) as found:
        found.load()
        if found.size != wanted.size:
            raise ToolFailed(
                f"{output.name}: expected {wanted.size} pixels, found {found.size}; write it again"
            )


def _meaning(problem: OSError, frame: Path, output: Path) -> OutOfResources | ToolFailed:
    if problem.errno in OUT_OF_SPACE:
        return OutOfResources(f"{output.name}: expected room for the picture, found the disk full")
    return ToolFailed(f"{frame.name}: expected a picture that decodes, found: {problem}")
