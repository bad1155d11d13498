"""What is round the racks of a server room, for one bay of three racks; a room is many bays.

Lengths are metres, the aisle runs along y, its middle is x = 0 and its floor z = 0.
"""

from dataclasses import dataclass
from random import Random

from blender_scripts.broll.palette import Palette, Rgb, mixed
from blender_scripts.broll.server_room.rack import HEIGHT, LAMP, PANEL, WIDTH
from blender_scripts.broll.server_room.solids import STEADY, Solids

BAY = 3 * WIDTH
HALF = 0.95  # from the middle of the aisle to the fronts of the racks
CEILING = 2.95
STRIP, FLOOR = LAMP, 2
_TILE = WIDTH
_GAP = 0.004
_TRAY = (0.12, 0.5)  # from the front of the racks backwards
_TRAY_HEIGHT = 2.38
_STEADY_LIGHT = (0.0, 0.75, 0.0)


@dataclass(frozen=True)
class BayStyle:
    """How a bay looks: its colours, and those of the lamps over the aisle."""

    palette: Palette
    lamp: Rgb

    def shade(self, lightness: float) -> Rgb:
        """Return the colour of a part, from the surface's own to that of bare metal."""
        return mixed(self.palette.surface, (0.8, 0.82, 0.85), lightness)


def bay(style: BayStyle, chance: Random) -> Solids:
    """Return floor, ceiling, walls, cable trays and strips of light of a bay."""
    solids = Solids()
    _add_floor(solids, style, chance)
    _add_shell(solids, style)
    for side in (-1, 1):
        _add_tray(solids, style, chance, side)
        _add_strips(solids, style, side)
    _add_luminaire(solids, style)
    return solids


def _add_floor(solids: Solids, style: BayStyle, chance: Random) -> None:
    """Tiles, each of a slightly other lightness and polish, over dark joints."""
    solids.box((-3, 0, -0.1), (3, BAY, -0.006), PANEL, style.shade(0.0))
    for row in range(round(BAY / _TILE)):
        for column in range(-3, 3):
            low = (column * _TILE + _GAP / 2, row * _TILE + _GAP / 2, -0.05)
            high = ((column + 1) * _TILE - _GAP / 2, (row + 1) * _TILE - _GAP / 2, 0.0)
            tint = style.shade(chance.uniform(0.03, 0.05))
            solids.box(low, high, FLOOR, tint, (chance.uniform(-0.025, 0.025), 0.0, 0.0))


def _add_shell(solids: Solids, style: BayStyle) -> None:
    """The ceiling with its beams, and the walls that close what is behind the racks."""
    dark, beam = style.shade(0.01), style.shade(0.03)
    solids.box((-3, 0, CEILING), (3, BAY, CEILING + 0.1), PANEL, dark)
    for y in (0.0, BAY / 2):
        solids.box((-3, y, CEILING - 0.1), (3, y + 0.05, CEILING), PANEL, beam)
    for side in (-1, 1):
        wall = sorted((side * (HALF + 0.75), side * (HALF + 0.8)))
        solids.box((wall[0], 0, HEIGHT), (wall[1], BAY, CEILING), PANEL, dark)
        duct = sorted((side * (HALF - 0.02), side * (HALF - 0.32)))
        solids.box((duct[0], 0, CEILING - 0.2), (duct[1], BAY, CEILING - 0.12), PANEL, style.shade(0.05))


def _add_tray(solids: Solids, style: BayStyle, chance: Random, side: int) -> None:
    """A ladder of metal over a row of racks, with cables on it."""
    metal = style.shade(0.22)
    edges = [side * (HALF - 0.03 + back) for back in _TRAY]
    for edge in edges:
        low, high = sorted((edge, edge + side * 0.012))
        solids.box((low, 0, _TRAY_HEIGHT), (high, BAY, _TRAY_HEIGHT + 0.07), PANEL, metal)
    for number in range(6):
        y = (number + 0.5) * BAY / 6
        solids.box((min(edges), y, _TRAY_HEIGHT), (max(edges), y + 0.025, _TRAY_HEIGHT + 0.012), PANEL, metal)
    low, high = min(edges) + 0.03, max(edges) - 0.03
    dyes = (style.palette.primary, style.palette.secondary, style.palette.accent)
    for number in range(11):
        x = low + (high - low) * (number + 0.5) / 11
        tint = mixed(style.shade(0.02), dyes[number % 3], chance.choice((0.0, 0.12, 0.35)))
        bend, lift = chance.uniform(-0.012, 0.012), chance.uniform(0.0, 0.03)
        steps = [0, 0.25, 0.5, 0.75, 1]
        path = [
            (
                x + bend * (step * (1 - step) * 4),
                step * BAY,
                _TRAY_HEIGHT + 0.03 + lift * step * (1 - step) * 4,
            )
            for step in steps
        ]
        solids.tube(path, 0.013, PANEL, tint)


def _add_strips(solids: Solids, style: BayStyle, side: int) -> None:
    """Light along the foot of the racks and along their upper edge, and upright between two bays."""
    low, high = sorted((side * (HALF - 0.012), side * (HALF + 0.01)))
    solids.box((low, 0, 0.012), (high, BAY, 0.03), STRIP, style.palette.primary, _STEADY_LIGHT)
    solids.box(
        (low, 0, HEIGHT + 0.01), (high, BAY, HEIGHT + 0.022), STRIP, style.palette.primary, _STEADY_LIGHT
    )
    low, high = sorted((side * (HALF - 0.034), side * (HALF + 0.02)))
    solids.box((low, -0.028, 0), (high, 0.028, HEIGHT + 0.05), PANEL, style.shade(0.03), STEADY)
    low, high = sorted((side * (HALF - 0.036), side * (HALF - 0.03)))
    solids.box((low, -0.006, 0.12), (high, 0.006, HEIGHT), STRIP, style.palette.secondary, _STEADY_LIGHT)


def _add_luminaire(solids: Solids, style: BayStyle) -> None:
    """A long lamp over the middle of the aisle."""
    solids.box((-0.1, 0.12, CEILING - 0.2), (0.1, BAY - 0.12, CEILING - 0.12), PANEL, style.shade(0.04))
    tint = style.lamp
    solids.box(
        (-0.075, 0.15, CEILING - 0.208), (0.075, BAY - 0.15, CEILING - 0.2), STRIP, tint, _STEADY_LIGHT
    )
