"""Linear light in EXR files: what a part of the samples says of every pixel, and the mean of parts.

A part has what the renderer keeps of a pixel, and for the denoiser the colours and normals of surfaces.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from media.errors import ToolFailed
from media.frame_gate import BadFrame, FrameSpec, UnreadableFrame

Plane = NDArray[np.float32]
LIGHT = ("Combined", "RGBA")
GUIDES = {"albedo": ("Denoising Albedo", "RGB"), "normal": ("Denoising Normal", "XYZ")}
"""The renderer's names for what guides the denoiser, and for its channels."""


def read_light(path: Path, spec: FrameSpec, *, guides: bool) -> dict[str, Plane]:
    """Decode a part of the samples and return its channels, each named by its pass and itself.

    Raises:
        UnreadableFrame: It is no EXR that decodes, or lacks a channel.
        BadFrame: It is of another size, or has values that are no numbers.
    """
    stored = _decoded(path)
    passes = [LIGHT, *(GUIDES.values() if guides else ())]
    wanted = [f"{name}.{channel}" for name, channels in passes for channel in channels]
    planes = {name: _only(name, stored) for name in wanted}
    for name, plane in planes.items():
        if plane.shape != (spec.height, spec.width):
            height, width = plane.shape
            raise BadFrame(
                f"expected {spec.width} x {spec.height} pixels of {name}, found {width} x {height}"
            )
        if not (finite := np.isfinite(plane)).all():
            found = int((~finite).sum())
            raise BadFrame(f"expected finite values of {name}, found {found} that are NaN or infinite")
    return planes


class Mean:
    """The mean of parts of a picture's samples, each weighted by how many it has, in double precision."""

    def __init__(self) -> None:
        """Begin with no samples."""
        self.samples = 0
        self._sums: dict[str, NDArray[np.float64]] = {}

    def add(self, planes: dict[str, Plane], samples: int) -> None:
        """Add a part.

        Raises:
            ToolFailed: It has other channels, or another size, than those before it.
        """
        if not self._sums:
            self._sums = {name: np.zeros(plane.shape) for name, plane in planes.items()}
        found = {name: plane.shape for name, plane in planes.items()}
        expected = {name: total.shape for name, total in self._sums.items()}
        if found != expected:
            raise ToolFailed(f"samples: expected parts of {expected}, found one of {found}; render it again")
        for name, plane in planes.items():
            self._sums[name] += plane * np.float64(samples)
        self.samples += samples

    def write(self, folder: Path) -> dict[str, Path]:
        """Write what there is as EXR files and return where: light, and what guides the denoiser."""
        passes = {"light": LIGHT, **GUIDES}
        return {
            name: self._written(folder / f"{name}.exr", *of)
            for name, of in passes.items()
            if f"{of[0]}.{of[1][0]}" in self._sums
        }

    def _written(self, path: Path, name: str, channels: str) -> Path:
        import OpenEXR  # noqa: PLC0415 - it takes 0.4 s to import

        header = {"compression": OpenEXR.NO_COMPRESSION, "type": OpenEXR.scanlineimage}
        planes = {
            colour: (self._sums[f"{name}.{channel}"] / self.samples).astype(np.float32)
            for colour, channel in zip("RGBA", channels, strict=False)
        }
        OpenEXR.File(header, planes).write(str(path))
        return path


def _decoded(path: Path) -> dict[str, Plane]:
    """Return all channels of an EXR, of all of its parts: Blender writes one for each pass from 5.0 on."""
    import OpenEXR  # noqa: PLC0415 - it takes 0.4 s to import

    try:
        parts = OpenEXR.File(str(path), separate_channels=True).parts
        return {name: channel.pixels for part in parts for name, channel in part.channels.items()}
    except (RuntimeError, ValueError, KeyError) as problem:
        raise UnreadableFrame(f"expected an EXR that decodes, found: {problem}") from problem


def _only(name: str, stored: dict[str, Plane]) -> Plane:
    """Return the channel of this name, whatever layer it is of."""
    found = [plane for whole, plane in stored.items() if whole.endswith(f".{name}")]
    if len(found) != 1:
        raise UnreadableFrame(f"expected one channel {name}, found {len(found)} among {sorted(stored)}"[:400])
    return found[0]
