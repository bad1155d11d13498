"""The file formats of a shot's frames, and the passes that one of them keeps."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from media.frame_gate import FileFormat

Format = Literal["png", "exr", "exr_multilayer", "webp"]
Depth = Literal["8", "16", "32"]
Pass = Literal[
    "combined",
    "depth",
    "mist",
    "position",
    "normal",
    "vector",
    "uv",
    "albedo",
    "object_index",
    "material_index",
    "diffuse_color",
    "diffuse_direct",
    "diffuse_indirect",
    "glossy_color",
    "glossy_direct",
    "glossy_indirect",
    "transmission_color",
    "transmission_direct",
    "transmission_indirect",
    "volume_direct",
    "volume_indirect",
    "emission",
    "environment",
    "ambient_occlusion",
    "shadow_catcher",
    "cryptomatte_object",
    "cryptomatte_material",
    "cryptomatte_asset",
]
DISPLAY = ".display.png"
"""What shows a frame that has no one look: what Blender makes of it by the scene's view transform."""


@dataclass(frozen=True)
class FrameFormat:
    """What a format is.

    Attributes:
        blender: Blender's name for it.
        suffix: Of the file.
        depths: Bits a channel that it can have, the usual one first.
        shown_by: The suffix of the picture that shows a frame: its own, or of another one beside it.
    """

    blender: FileFormat
    suffix: str
    depths: tuple[Depth, ...]
    shown_by: str

    @property
    def is_light(self) -> bool:
        """Whether it keeps light as the scene has it, which is no picture before it is transformed."""
        return self.shown_by != self.suffix


FORMATS: dict[Format, FrameFormat] = {
    "png": FrameFormat("PNG", ".png", ("8", "16"), ".png"),
    "exr": FrameFormat("OPEN_EXR", ".exr", ("16", "32"), DISPLAY),
    "exr_multilayer": FrameFormat("OPEN_EXR_MULTILAYER", ".exr", ("16", "32"), DISPLAY),
    "webp": FrameFormat("WEBP", ".webp", ("8",), ".webp"),
}

NAMES_IN_EXR: dict[Pass, tuple[str, ...]] = {
    "combined": ("Combined",),
    "depth": ("Depth",),
    "mist": ("Mist",),
    "position": ("Position",),
    "normal": ("Normal",),
    "vector": ("Vector",),
    "uv": ("UV",),
    "albedo": ("Denoising Albedo",),
    "object_index": ("Object Index", "IndexOB"),
    "material_index": ("Material Index", "IndexMA"),
    "diffuse_color": ("Diffuse Color", "DiffCol"),
    "diffuse_direct": ("Diffuse Direct", "DiffDir"),
    "diffuse_indirect": ("Diffuse Indirect", "DiffInd"),
    "glossy_color": ("Glossy Color", "GlossCol"),
    "glossy_direct": ("Glossy Direct", "GlossDir"),
    "glossy_indirect": ("Glossy Indirect", "GlossInd"),
    "transmission_color": ("Transmission Color", "TransCol"),
    "transmission_direct": ("Transmission Direct", "TransDir"),
    "transmission_indirect": ("Transmission Indirect", "TransInd"),
    "volume_direct": ("Volume Direct", "VolumeDir"),
    "volume_indirect": ("Volume Indirect", "VolumeInd"),
    "emission": ("Emission", "Emit"),
    "environment": ("Environment", "Env"),
    "ambient_occlusion": ("Ambient Occlusion", "AO"),
    "shadow_catcher": ("Shadow Catcher",),
    "cryptomatte_object": ("CryptoObject00",),
    "cryptomatte_material": ("CryptoMaterial00",),
    "cryptomatte_asset": ("CryptoAsset00",),
}
"""What Blender calls a pass in a file: from 5.0 on, and before if that was something else."""


def in_order(passes: Iterable[Pass]) -> list[Pass]:
    """Return passes once each and in one order, so that the same wish has the same name."""
    wanted = set(passes)
    return [one for one in NAMES_IN_EXR if one in wanted]
