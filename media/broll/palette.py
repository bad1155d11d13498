"""Palettes: five colours that go together."""

from typing import Literal

PaletteName = Literal["ocean", "ember", "aurora", "orchid", "graphite"]

ROLES = ("background", "surface", "primary", "secondary", "accent")
PALETTES: dict[PaletteName, tuple[str, str, str, str, str]] = {
    "ocean": ("#04070f", "#10141f", "#2f8cff", "#19d3c5", "#ffb347"),
    "ember": ("#0b0604", "#1a1210", "#ff7a2f", "#ffd08a", "#4fd1ff"),
    "aurora": ("#030a0a", "#0e1716", "#27e0a0", "#5aa9ff", "#d9ff5a"),
    "orchid": ("#08050f", "#15111f", "#8f6bff", "#ff6bb5", "#6bf0ff"),
    "graphite": ("#07080a", "#15171a", "#c9d4e3", "#7f93ad", "#ff5a36"),
}


def colors_of(name: PaletteName, instead: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the colours of a palette by their roles.

    Args:
        name: Which.
        instead: Colours that replace the primary, the secondary, the accent, the background and the surface,
            in this order: whoever has one brand colour says one.
    """
    colors = dict(zip(ROLES, PALETTES[name], strict=True))
    order = ("primary", "secondary", "accent", "background", "surface")
    return colors | dict(zip(order, (color.lower() for color in instead), strict=False))
