"""What a camera moves over: a picture as large as its closest frame needs, with a border if it has one.

Runs in a child; imports nothing but what a child has.
"""

from dataclasses import dataclass, replace

from PIL import Image, ImageEnhance, ImageFilter

from media.kenburns.motion import Camera

LARGEST = 64_000_000
"""Pixels that a picture with a border is drawn with at most; closer looks at a larger one are softer."""
BLURRED_SIDE, BLUR, LIGHT = 240, 9.0, 0.7
"""Of a border made of the picture itself: drawn so small, blurred by so many of its pixels, and darkened."""


@dataclass(frozen=True)
class Canvas:
    """A picture to look at.

    Attributes:
        picture: In RGB.
        camera: The same as was asked for, in parts of this picture.
        fineness: Pixels of it across one of the frame's, where it is seen closest.
    """

    picture: Image.Image
    camera: Camera
    fineness: float


def canvas_of(
    picture: Image.Image, camera: Camera, fit: str, background: str, size: tuple[int, int]
) -> Canvas:
    """Return what is looked at.

    Args:
        picture: In RGB, as it came.
        camera: In parts of the picture.
        fit: `cover` shows none but the picture; `contain` and `blur` all of it, and a border if need be.
        background: Colour of the border, as `#rrggbb`.
        size: Of the frames, in pixels.
    """
    needed = size[0] * max(camera.zooms)
    shape = size[0] / size[1]
    if fit == "cover":
        widest = min(picture.width, picture.height * shape)
        scaled = _scaled(picture, min(1.0, needed / widest))
        return Canvas(scaled, camera, min(scaled.width, scaled.height * shape) / needed)
    width = max(picture.width, picture.height * shape)
    scaled = _scaled(picture, min(needed / width, (LARGEST / (width * width / shape)) ** 0.5))
    width = max(scaled.width, round(scaled.height * shape))
    whole = (width, max(scaled.height, round(width / shape)))
    behind = _blurred(scaled, whole) if fit == "blur" else Image.new("RGB", whole, background)
    corner = ((whole[0] - scaled.width) // 2, (whole[1] - scaled.height) // 2)
    behind.paste(scaled, corner)
    return Canvas(behind, _moved(camera, scaled.size, corner, whole), whole[0] / needed)


def _scaled(picture: Image.Image, factor: float) -> Image.Image:
    if factor == 1.0:
        return picture
    width, height = (max(1, round(side * factor)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _moved(camera: Camera, size: tuple[int, int], corner: tuple[int, int], whole: tuple[int, int]) -> Camera:
    """Return a camera that looks at the same things of a picture that lies in a larger one."""
    (x0, y0), (x1, y1) = (
        ((corner[0] + x * size[0]) / whole[0], (corner[1] + y * size[1]) / whole[1])
        for x, y in camera.centres
    )
    return replace(camera, centres=((x0, y0), (x1, y1)))


def _blurred(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the picture itself as a border: cropped to the shape, far out of focus, and darker."""
    width = min(picture.width, picture.height * size[0] / size[1])
    height = width * size[1] / size[0]
    left, top = (picture.width - width) / 2, (picture.height - height) / 2
    small = (BLURRED_SIDE, max(1, round(BLURRED_SIDE * size[1] / size[0])))
    box = (max(left, 0.0), max(top, 0.0), min(left + width, picture.width), min(top + height, picture.height))
    soft = picture.resize(small, Image.Resampling.BILINEAR, box).filter(ImageFilter.GaussianBlur(BLUR))
    return ImageEnhance.Brightness(soft).enhance(LIGHT).resize(size, Image.Resampling.BICUBIC)
