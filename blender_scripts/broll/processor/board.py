"""The board round a chip: lacquer, traces, and parts near enough to be seen, mostly out of focus."""

import math
from random import Random

from blender_scripts.broll.processor.light import trace_light
from blender_scripts.broll.processor.materials import GOLD, lit_mask, metal, moulded, solder_mask
from blender_scripts.broll.processor.package import SIDE, add_part, two_ended
from blender_scripts.broll.processor.slabs import frame, slab
from blender_scripts.broll.processor.traces import Trace, fanned_out, trace_mesh, turned
from blender_scripts.broll.stage import Stage

PITCH = 0.024
REACH = 2.6


def add_board(stage: Stage) -> None:
    """Add the board with all that is on it but the chip."""
    add_part(
        stage,
        slab("board", (14.0, 14.0, 0.2), 0.06, 0.01),
        solder_mask("solder mask", 0.75, 0.38),
        (0, 0, -0.06),
    )
    traces = _traces(stage.chance("traces"))
    add_part(
        stage,
        trace_mesh("traces", traces, 0.0125, 0.0028),
        lit_mask("trace", trace_light),
        (0, 0, 0),
    )
    _add_vias(stage, traces)
    _add_small_parts(stage)
    _add_large_parts(stage)


def _traces(chance: Random) -> list[Trace]:
    """Return the lanes of all four sides; about half of them carry light."""
    traces = []
    for quarter in range(4):
        bundle_phase = chance.random()
        for number, points in enumerate(fanned_out(chance, SIDE / 2 - 0.05, SIDE / 2 - 0.1, PITCH, REACH)):
            if number % 5 == 0:
                bundle_phase = chance.random()
            is_lit = chance.random() < 0.5  # noqa: PLR2004 - taste
            marks = {
                "phase": bundle_phase + chance.uniform(0.0, 0.35),
                "light": chance.uniform(0.45, 1.0) if is_lit else 0.0,
                "hue": 2.0 if chance.random() < 0.08 else chance.uniform(0.0, 1.0),  # noqa: PLR2004 - taste
            }
            traces.append(Trace(turned(points, quarter), marks))
    return traces


def _add_vias(stage: Stage, traces: list[Trace]) -> None:
    """Gold rings where traces end, and some between."""
    chance, gold = stage.chance("vias"), metal("via", GOLD, 0.26)
    ring = frame("via", (0.034, 0.034, 0.017), (0.016, 0.016, 0.008), 0.004, 0.001)
    places = [trace.points[-1] for trace in traces]
    for _ in range(90):
        angle, distance = chance.uniform(0, math.tau), chance.uniform(0.78, 2.4)
        places.append((distance * math.cos(angle), distance * math.sin(angle)))
    for x, y in places:
        add_part(stage, ring, gold, (x, y, 0.0))


def _add_small_parts(stage: Stage) -> None:
    """Ceramic capacitors in rows along the chip's sides, and scattered in groups farther out."""
    chance = stage.chance("small parts")
    kinds = [
        two_ended("capacitor", (0.06, 0.032, 0.028), 0.75),
        two_ended("resistor", (0.072, 0.038, 0.016), 0.0),
    ]
    for quarter in range(4):
        for row in range(chance.randint(2, 3)):
            start, kind = chance.uniform(-0.5, 0.25), chance.choice(kinds)
            for at in range(chance.randint(3, 7)):
                x, y = start + at * 0.062, -(SIDE / 2 + 0.09 + row * 0.095)
                ((px, py),) = turned([(x, y)], quarter)
                kind(stage, (px, py, 0.0), 90.0 * quarter + 90.0)
    for _ in range(46):
        angle, distance = chance.uniform(0, math.tau), chance.uniform(1.0, 3.4)
        kind, turn = chance.choice(kinds), chance.choice((0.0, 90.0))
        for at in range(chance.randint(1, 5)):
            along = at * 0.075
            x, y = (
                distance * math.cos(angle) + along * (turn > 0),
                distance * math.sin(angle) + along * (turn == 0),
            )
            kind(stage, (x, y, 0.0), turn)


def _add_large_parts(stage: Stage) -> None:
    """Memory chips, chokes and metal cans round about, each kind in rows, none near the chip."""
    chance = stage.chance("large parts")
    black, can = moulded("epoxy", 0.03, 0.42), metal("can", (0.62, 0.63, 0.66, 1.0), 0.3)
    memory = slab("memory", (0.5, 0.34, 0.012), 0.06, 0.008)
    choke = slab("choke", (0.26, 0.26, 0.03), 0.2, 0.02)
    tall = slab("can", (0.2, 0.2, 0.1), 0.3, 0.02)
    shift = chance.uniform(-0.25, 0.25)
    for at in range(9):
        x = (at - 4) * 0.34 + shift
        add_part(stage, choke, black, (x, 1.32, 0.0))
        add_part(stage, tall, can, (x + 0.12, 1.66 + 0.08 * (at % 2), 0.0))
    for side in (-1, 1):
        for at in range(4):
            place = side * (1.3 + chance.uniform(0, 0.08)), 0.75 - at * 0.6 + shift, 0.0
            add_part(stage, memory, black, place, 90.0)
    slot = slab("slot", (4.5, 0.1, 0.02), 0.22, 0.015)
    for at in range(3):
        add_part(stage, slot, black, (0.4, 2.3 + at * 0.3, 0.0))
