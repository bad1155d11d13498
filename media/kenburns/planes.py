"""The three planes of a picture as H.264 has them, and frames cut out of them. Runs in a child.

A picture is converted once, to BT.709 in limited range; a frame is then three resamplings of grey planes,
with boxes that end anywhere between pixels. Both colour planes have half the frame's sides; their samples lie
level with the left of two pixels and between two rows (ITU-T H.264 annex E, chroma_sample_loc_type 0), so
that their boxes begin half a pixel of the frame further left.
"""

from dataclasses import dataclass

from PIL import Image

from media.kenburns.motion import Box

TO_BT709 = (
    *(0.2126 * 219 / 255, 0.7152 * 219 / 255, 0.0722 * 219 / 255, 16.0),
    *(-0.2126 / 1.8556 * 224 / 255, -0.7152 / 1.8556 * 224 / 255, 0.5 * 224 / 255, 128.0),
    *(0.5 * 224 / 255, -0.7152 / 1.5748 * 224 / 255, -0.0722 / 1.5748 * 224 / 255, 128.0),
)
"""From full-range RGB (ITU-R BT.709, items 3.2 to 3.5, in 8 bits), a row for each plane."""
FINE = 0.5
"""From so many pixels of the picture for one of the closest frame's on, half its colours are enough."""
MARGIN = 4
"""Samples by which colours go on beyond the picture's sides, as its outermost: boxes begin left of it."""

Frame = tuple[Image.Image, Image.Image, Image.Image]
"""Y, U and V."""


@dataclass(frozen=True)
class Planes:
    """A picture ready to be looked at.

    Attributes:
        luma: Y.
        colours: U and V, each with MARGIN around it.
        halved: By how much their sides are smaller than luma's: 2, or 1 for a small picture.
    """

    luma: Image.Image
    colours: tuple[Image.Image, Image.Image]
    halved: int

    def frame(self, box: Box, width: int, height: int) -> Frame:
        """Return Y, U and V of a frame of even sides that shows `box` of the picture."""
        left, top, right, bottom = box
        luma = self.luma.resize((width, height), Image.Resampling.LANCZOS, within(self.luma, box))
        shift = 0.5 * (right - left) / width
        u, v = (
            self._colour(plane, (left - shift, top, right - shift, bottom), luma) for plane in self.colours
        )
        return luma, u, v

    def _colour(self, plane: Image.Image, box: Box, luma: Image.Image) -> Image.Image:
        """Resample a colour plane, by fewer samples than luma: the eye sees less of colours."""
        left, top, right, bottom = (side / self.halved + MARGIN for side in box)
        inside = within(plane, (left, top, right, bottom))
        return plane.resize((luma.width // 2, luma.height // 2), Image.Resampling.BICUBIC, inside)


def within(plane: Image.Image, box: Box) -> Box:
    """Return a box without what rounding has put outside of the plane, which Pillow refuses."""
    width, height = plane.size
    return max(box[0], 0.0), max(box[1], 0.0), min(box[2], float(width)), min(box[3], float(height))


def planes_of(picture: Image.Image, fineness: float) -> Planes:
    """Return the planes of an RGB picture.

    Args:
        picture: As large as it came, or reduced.
        fineness: Pixels of the picture across one of the frame's, where it is seen closest.
    """
    luma, u, v = picture.convert("RGB", TO_BT709).split()
    halved = 2 if fineness >= FINE and min(picture.size) > 1 else 1
    return Planes(luma, (_with_margin(_divided(u, halved)), _with_margin(_divided(v, halved))), halved)


def _divided(plane: Image.Image, halved: int) -> Image.Image:
    """Return a plane with its sides divided, rounded up: of an odd side, the last sample makes one alone."""
    if halved == 1:
        return plane
    width, height = (-(-side // halved) for side in plane.size)
    whole = plane.crop((0, 0, width * halved, height * halved))
    if whole.width > plane.width:
        whole.paste(plane.crop((plane.width - 1, 0, plane.width, plane.height)), (plane.width, 0))
    if whole.height > plane.height:
        whole.paste(whole.crop((0, plane.height - 1, whole.width, plane.height)), (0, plane.height))
    return whole.resize((width, height), Image.Resampling.LANCZOS)


def _with_margin(plane: Image.Image) -> Image.Image:
    """Return a plane with its outermost samples repeated around it."""
    width, height = plane.size
    wide = Image.new("L", (width + 2 * MARGIN, height))
    wide.paste(plane.crop((0, 0, 1, height)).resize((MARGIN, height)), (0, 0))
    wide.paste(plane, (MARGIN, 0))
    wide.paste(plane.crop((width - 1, 0, width, height)).resize((MARGIN, height)), (MARGIN + width, 0))
    whole = Image.new("L", (wide.width, height + 2 * MARGIN))
    whole.paste(wide.crop((0, 0, wide.width, 1)).resize((wide.width, MARGIN)), (0, 0))
    whole.paste(wide, (0, MARGIN))
    bottom = wide.crop((0, height - 1, wide.width, height)).resize((wide.width, MARGIN))
    whole.paste(bottom, (0, MARGIN + height))
    return whole
