"""How surfaces reflect, where a file does not say. Pure."""

from dataclasses import dataclass

_LEAST_ROUGHNESS = 0.08
_METAL_ROUGHNESS = 0.28
_PLASTIC_ROUGHNESS = 0.42
_UNFINISHED = ((1.0, 1.0), (0.0, 0.5), (0.0, 1.0))
"""Metallic and roughness that nobody chose: glTF's default, USD's default, a matt placeholder."""


@dataclass(frozen=True)
class Finish:
    """How a surface reflects: both from 0 to 1."""

    metallic: float
    roughness: float


def finish_of(colour: tuple[float, float, float], metallic: float, roughness: float) -> Finish:
    """Complete a finish: one that somebody chose is kept, otherwise the colour tells metal from plastic.

    CAD files carry colours but no finish; there, greys of middle brightness are nearly always bare metal,
    while colours, white and black are paint or plastic.
    """
    chosen = all(abs(metallic - m) + abs(roughness - r) > 1e-3 for m, r in _UNFINISHED)  # noqa: PLR2004
    if chosen:
        return Finish(metallic, max(roughness, _LEAST_ROUGHNESS if metallic < 1 else 0.0))
    brightest, darkest = max(colour), min(colour)
    grey = brightest - darkest < 0.12 * max(brightest, 0.05)
    if grey and 0.12 < brightest < 0.75:  # noqa: PLR2004 - linear: neither black nor white
        return Finish(1.0, _METAL_ROUGHNESS)
    return Finish(0.0, _PLASTIC_ROUGHNESS)
