"""Decode a rendered EXR completely and measure it: one of four channels, or one of layers and passes."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from media.errors import OutOfResources
from media.frame_spec import BadFrame, FrameSpec, UnreadableFrame

EXR_SIGNATURE = b"\x76\x2f\x31\x01"

COMPOSITE = "Composite.Combined."
MOST_VALUES = 2**31
"""So many are decoded at once, which takes 8 GiB: 60 channels of an 8K picture."""

Measured = tuple[int, int, bool]
"""Channels, bits a channel, and whether all pixels are equal or all are fully transparent."""
Planes = dict[str, np.ndarray[Any, Any]]


def measure_exr(data: bytes, path: Path, expected: FrameSpec) -> Measured:
    """Return channels, bit depth and uniformity of an EXR that holds one picture.

    Its ZIP blocks carry checksums; PIZ, DWA and uncompressed ones do not, so there a flipped byte can pass.

    Raises:
        UnreadableFrame: It does not decode.
        BadFrame: It is of another size or layout, or has NaN or infinite pixels.
    """
    for width, height, channels in _sizes(data, path):
        expected.require(width, height, channels)
    planes = _planes(path)
    _require_finite(planes)
    return len(planes), _bits(planes), _is_uniform(planes)


def measure_layers(data: bytes, path: Path, expected: FrameSpec) -> Measured:
    """Return channels and bit depth of the combined pass, and the uniformity of all layers' together.

    Passes other than combined may hold infinite values, as depth does where nothing is. Where the scene has a
    compositor, what it made is the picture, and a layer may be empty because nothing was made of it.

    Raises:
        UnreadableFrame: It does not decode.
        BadFrame: It is of another size, lacks a layer or a pass, or has NaN or infinite combined pixels.
        OutOfResources: It holds more than is decoded here.
    """
    values = 0
    for width, height, channels in _sizes(data, path):
        expected.require(width, height)
        values += width * height * channels
    if values > MOST_VALUES:
        raise OutOfResources(
            f"{path.name}: expected at most {MOST_VALUES} values in all passes, found {values}; choose fewer "
            "passes or a smaller picture"
        )
    planes = _planes(path)
    _require_passes(expected, planes)
    combined = {layer: _of(planes, f"{layer}.Combined.") for layer in expected.layers}
    if composite := _of(planes, COMPOSITE):
        combined = {"Composite": composite, **combined}
    for layer, those in combined.items():
        _require_finite(those, f" in combined of layer {layer}")
    pictures = [composite] if composite else list(combined.values())
    return len(pictures[0]), _bits(pictures[0]), all(_is_uniform(one) for one in pictures)


def _sizes(data: bytes, path: Path) -> Iterable[tuple[int, int, int]]:
    """Return width, height and channels of every part: Blender writes one, or from 5.0 on one a pass."""
    if not data.startswith(EXR_SIGNATURE):
        raise UnreadableFrame(f"expected an EXR, found {data[:8]!r} at the start of {len(data)} bytes")
    with _reading(path, header_only=True) as parts:
        windows = [(part.header["dataWindow"], len(part.header["channels"])) for part in parts]
        return [(int(last[0] - first[0]) + 1, int(last[1] - first[1]) + 1, n) for (first, last), n in windows]


def _planes(path: Path) -> Planes:
    """Return every channel of every part, decoded; OpenEXR leaves out those of a part that ends early."""
    with _reading(path, header_only=False) as parts:
        planes = {name: one.pixels for part in parts for name, one in part.channels.items()}
    with _reading(path, header_only=True) as parts:
        said = {one.name for part in parts for one in part.header["channels"]}
    if missing := said - planes.keys():
        raise UnreadableFrame(
            f"expected an EXR that decodes, found that {len(missing)} of {len(said)} channels do not"
        )
    return planes


@contextmanager
def _reading(path: Path, *, header_only: bool) -> Iterator[list[Any]]:
    """Provide the parts of a file, each channel by itself."""
    import OpenEXR  # noqa: PLC0415 - EXR is rare, and OpenEXR takes 0.4 s to import

    try:
        yield OpenEXR.File(str(path), separate_channels=True, header_only=header_only).parts
    except (RuntimeError, ValueError, KeyError) as problem:
        raise UnreadableFrame(f"expected an EXR that decodes, found: {problem}") from problem


def _require_passes(expected: FrameSpec, planes: Planes) -> None:
    missing = [
        f"{layer}.{names[0]}"
        for layer in expected.layers
        for names in expected.passes
        if not any(_of(planes, f"{layer}.{name}.") for name in names)
    ]
    if missing:
        there = sorted({name.rpartition(".")[0] for name in planes})
        raise BadFrame(f"expected the passes {', '.join(missing)}, found only {', '.join(there)[:500]}")


def _of(planes: Planes, begin: str) -> Planes:
    """Return the planes of one pass, by the names of their channels."""
    return {name.removeprefix(begin): one for name, one in planes.items() if name.startswith(begin)}


def _require_finite(planes: Planes, where: str = "") -> None:
    if wrong := sum(int((~np.isfinite(one)).sum()) for one in planes.values()):
        raise BadFrame(f"expected finite pixels{where}, found {wrong} NaN or infinite values")


def _bits(planes: Planes) -> int:
    return max(int(one.dtype.itemsize) for one in planes.values()) * 8


def _is_uniform(planes: Planes) -> bool:
    transparent = "A" in planes and not planes["A"].any()
    return bool(transparent or all((one == one[0, 0]).all() for one in planes.values()))
