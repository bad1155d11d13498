"""A rack of servers as one mesh: its front lies in the plane x = 0 and looks along +x, it stands on z = 0.

Lengths are metres. What a rack holds is left to chance; thousands of parts, but only what can be seen.
"""

from dataclasses import dataclass
from random import Random

from blender_scripts.broll.palette import Palette, Rgb, mixed
from blender_scripts.broll.server_room.solids import STEADY, Point, Solids

WIDTH = 0.6
HEIGHT = 2.12
PANEL, LAMP, GRID = range(3)
UNIT = 0.04445
_DEPTH = 0.15  # what stands farther back is never seen
_POST = 0.03
_PLINTH = 0.1
_HEADER = 0.08
_LEFT, _RIGHT = 0.055, 0.545
_RECESS = -0.05  # servers stand so far behind a door
_PART, _BEHIND_DOOR, _INSIDE = (0.0, 0.0, 0.65), (0.0, 0.75, 0.1), (0.0, 0.9, 0.0)  # see `Solids`
_SLOWEST, _FASTEST = 0.2, 0.8  # blinks a second: at 0.8, light takes 0.6 s to come and as long to go


@dataclass(frozen=True)
class RackStyle:
    """What racks have in common.

    Attributes:
        palette: What they are coloured with.
        activity: Share of the lamps that blink.
        warnings: Share of the lamps in the accent.
        seconds: Length of the clip, in which a lamp blinks a whole number of times if it is a loop.
        loop: Whether it is.
    """

    palette: Palette
    activity: float
    warnings: float
    seconds: float
    loop: bool


class Rack:
    """A rack that is being filled."""

    def __init__(self, style: RackStyle, chance: Random, *, has_door: bool) -> None:
        """Begin with an empty one."""
        self.style, self.chance, self.has_door = style, chance, has_door
        self.solids = Solids(has_backs=False)
        self._front = _RECESS if has_door else -0.012
        self._family = chance.choice((0, 0, 1))

    def built(self) -> Solids:
        """Return the solids of the whole rack."""
        self._add_frame()
        self._fill()
        if self.has_door:
            self._add_door()
        return self.solids

    def shade(self, lightness: float) -> Rgb:
        """Return the colour of a part, from the surface's own to that of bare metal."""
        return mixed(self.style.palette.surface, (0.8, 0.82, 0.85), lightness)

    def part(self, y: tuple[float, float], z: tuple[float, float], proud: float, tint: Rgb) -> None:
        """Add a part that stands out of the servers' front by so much."""
        low, high = (self._front - 0.02, y[0], z[0]), (self._front + proud, y[1], z[1])
        self.solids.box(low, high, PANEL, tint, _BEHIND_DOOR if self.has_door else _PART)

    def lamp(self, y: float, z: float, proud: float, size: tuple[float, float] = (0.005, 0.005)) -> None:
        """Add a lamp on the servers' front, its lower corner at a place."""
        palette, chance = self.style.palette, self.chance
        usual, other = (palette.primary, palette.secondary)[:: -1 if self._family else 1]
        draw = chance.random()
        tint = palette.accent if draw < self.style.warnings else other if draw > 0.86 else usual  # noqa: PLR2004 - taste
        low = (self._front, y, z)
        high = (self._front + proud + 0.0015, y + size[0], z + size[1])
        self.solids.box(low, high, LAMP, tint, self._pulse())

    def _pulse(self) -> Point:
        """Return how a lamp blinks: how often over the clip, from where on, how deep; or that it does not."""
        style, chance = self.style, self.chance
        blinks, rate, phase = (
            chance.random() < style.activity,
            chance.uniform(_SLOWEST, _FASTEST),
            chance.random(),
        )
        turns = rate * style.seconds
        if style.loop:
            turns = float(min(max(round(turns), 1), int(_FASTEST * style.seconds)))
        dark = chance.choice((0.0, 0.3, 0.6, 0.97))  # not all are busy, nor equally bright
        return (turns, phase, chance.uniform(0.7, 0.97)) if blinks else (0.0, 0.75, dark)

    def _add_frame(self) -> None:
        body, trim = self.shade(0.012), self.shade(0.045)
        add = self.solids.box
        add((-_DEPTH, 0.0, 0.0), (-0.13, WIDTH, HEIGHT), PANEL, body, _INSIDE)
        for y in (0.0, WIDTH - _POST):
            add((-0.13, y + 0.001, 0.0), (0.0, y + _POST - 0.001, HEIGHT), PANEL, trim)
        add((-0.13, _POST, HEIGHT - _HEADER), (-0.002, WIDTH - _POST, HEIGHT), PANEL, trim)
        add((-0.13, _POST, 0.0), (-0.004, WIDTH - _POST, _PLINTH), PANEL, body)

    def _fill(self) -> None:
        """Stack servers from the bottom to the top."""
        height, top = _PLINTH + 0.012, HEIGHT - _HEADER - 0.01
        while height + UNIT < top:
            room = int((top - height) / UNIT)
            kinds = [(units, kind) for units, kind in KINDS if units <= room]
            units, kind = self.chance.choice(kinds)
            alike = self.chance.choice((1, 1, 2, 3, 4))
            for _ in range(min(alike, room // units)):
                kind(self, height, units * UNIT - 0.003)
                height += units * UNIT

    def _add_door(self) -> None:
        """Close it with a door of perforated sheet in a frame, with a handle."""
        add, rim = self.solids.box, self.shade(0.07)
        for y in (0.006, WIDTH - 0.036):
            add((0.0, y, 0.03), (0.028, y + 0.03, HEIGHT - 0.02), PANEL, rim)
        for z in (0.03, HEIGHT - 0.06):
            add((0.0, 0.036, z), (0.027, WIDTH - 0.036, z + 0.04), PANEL, rim)
        add((0.014, 0.036, 0.07), (0.016, WIDTH - 0.036, HEIGHT - 0.06), GRID, self.shade(0.05), STEADY)
        add((0.028, 0.012, 0.98), (0.05, 0.032, 1.2), PANEL, self.shade(0.25))
        add((0.05, 0.018, 1.17), (0.0512, 0.026, 1.178), LAMP, self.style.palette.secondary, (0, 0.75, 0))


def add_drives(rack: Rack, z: float, height: float) -> None:
    """Upright drives side by side, a lamp at the foot of each."""
    rack.part((_LEFT, _RIGHT), (z, z + height), 0.0, rack.shade(0.03))
    tint, count = rack.shade(rack.chance.choice((0.05, 0.09, 0.16))), 20
    step = (_RIGHT - _LEFT - 0.03) / count
    for number in range(count):
        y = _LEFT + 0.015 + number * step
        rack.part((y + 0.0015, y + step - 0.0015), (z + 0.006, z + height - 0.004), 0.006, tint)
        rack.part((y + 0.006, y + step - 0.006), (z + 0.022, z + height - 0.012), 0.009, rack.shade(0.02))
        rack.lamp(y + 0.0065, z + 0.0095, 0.007, (0.0085, 0.006))


def add_trays(rack: Rack, z: float, height: float) -> None:
    """Lying drives in rows, a bar of light on each."""
    rack.part((_LEFT, _RIGHT), (z, z + height), 0.0, rack.shade(0.02))
    rows, tint = max(round(height / 0.028), 1), rack.shade(rack.chance.choice((0.06, 0.12)))
    step, rise = (_RIGHT - _LEFT - 0.02) / 4, (height - 0.006) / rows
    for row in range(rows):
        for column in range(4):
            y, low = _LEFT + 0.01 + column * step, z + 0.003 + row * rise
            rack.part((y + 0.002, y + step - 0.002), (low + 0.0015, low + rise - 0.0015), 0.007, tint)
            rack.part(
                (y + 0.03, y + step - 0.012), (low + 0.006, low + rise - 0.006), 0.0085, rack.shade(0.015)
            )
            rack.lamp(y + 0.007, low + 0.006, 0.008, (0.014, 0.0055))


def add_switch(rack: Rack, z: float, height: float) -> None:
    """Rows of ports, a small lamp over each."""
    rack.part((_LEFT, _RIGHT), (z, z + height), 0.004, rack.shade(0.05))
    step = (_RIGHT - _LEFT - 0.1) / 16
    for number in range(16):
        y = _LEFT + 0.07 + number * step
        rack.part((y + 0.002, y + step - 0.003), (z + 0.006, z + height - 0.016), 0.005, rack.shade(0.005))
        if rack.chance.random() < 0.8:  # noqa: PLR2004 - not every port is in use
            rack.lamp(y + 0.006, z + height - 0.012, 0.005, (0.011, 0.006))
    rack.lamp(_LEFT + 0.016, z + 0.014, 0.005, (0.022, 0.009))


def add_server(rack: Rack, z: float, height: float) -> None:
    """A smooth front with a grille, and its state in a few lamps."""
    rack.part((_LEFT, _RIGHT), (z, z + height), 0.008, rack.shade(rack.chance.choice((0.04, 0.07))))
    for number in range(11):
        y = _LEFT + 0.15 + number * 0.028
        rack.part((y, y + 0.021), (z + 0.008, z + height - 0.01), 0.0095, rack.shade(0.006))
    for number in range(3):
        rack.lamp(_LEFT + 0.03 + number * 0.026, z + height / 2 - 0.004, 0.009, (0.012, 0.008))
    rack.part((_LEFT - 0.01, _LEFT + 0.012), (z + 0.002, z + height - 0.002), 0.022, rack.shade(0.2))
    rack.part((_RIGHT - 0.012, _RIGHT + 0.01), (z + 0.002, z + height - 0.002), 0.022, rack.shade(0.2))


def add_blades(rack: Rack, z: float, height: float) -> None:
    """Upright blades, each with a stroke of light."""
    rack.part((_LEFT, _RIGHT), (z, z + height), 0.0, rack.shade(0.02))
    has_strokes = rack.chance.choice((True, False))
    step = (_RIGHT - _LEFT - 0.02) / 8
    for number in range(8):
        y = _LEFT + 0.01 + number * step
        rack.part((y + 0.002, y + step - 0.002), (z + 0.004, z + height - 0.004), 0.01, rack.shade(0.06))
        rack.part((y + 0.014, y + step - 0.008), (z + 0.06, z + height - 0.07), 0.0115, rack.shade(0.008))
        rack.lamp(y + 0.02, z + height - 0.03, 0.011, (0.02, 0.006))
        if has_strokes:
            rack.lamp(y + 0.0055, z + 0.03, 0.011, (0.0035, height * 0.4))


def add_blank(rack: Rack, z: float, height: float) -> None:
    """Close an empty slot."""
    rack.part((_LEFT, _RIGHT), (z, z + height), 0.003, rack.shade(0.025))


KINDS = (
    (2, add_drives),
    (2, add_drives),
    (2, add_trays),
    (3, add_trays),
    (1, add_switch),
    (1, add_switch),
    (1, add_server),
    (2, add_server),
    (7, add_blades),
    (1, add_blank),
    (2, add_blank),
)
