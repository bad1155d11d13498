"""How light comes to a chip: along the traces, into the cores one after the other, and then at rest.

All of it is a function of `moment`, written as shader nodes; in a loop, what runs and what breathes comes
round a whole number of times.
"""

import math

import bpy

from blender_scripts.broll.processor.signals import Signal, of_mesh, of_scene

SPACING = 0.95  # units of a trace between one pulse and the next
HEAD, TAIL = 0.035, 0.3  # units that a pulse rises and falls over
FRONT = 1.3  # units from the chip where the first light starts
ARRIVES = 0.55  # of the time until all cores wake: when the first light has come in
PULSE, REST = 2.6, 0.16  # how bright a pulse is, and a trace between pulses
BREATH_S = 4.0


def trace_light(tree: bpy.types.NodeTree) -> Signal:
    """Return how bright a point of a trace is."""
    moment, reach, seconds = of_scene(tree, "moment"), of_mesh(tree, "reach"), of_scene(tree, "seconds")
    rounds = (seconds * of_scene(tree, "pulses")).rounded().at_least(1.0)
    place = (reach / SPACING + moment * rounds + of_mesh(tree, "phase")).fraction() * SPACING
    # `place` grows outwards from a pulse's head: a steep rise, a long fall, and dark before the next.
    pulse = place.eased(0.0, HEAD) * place.eased(TAIL + HEAD, HEAD)
    front = (of_scene(tree, "wake") * ARRIVES - moment) / (of_scene(tree, "wake") * ARRIVES) * FRONT
    arrived = of_scene(tree, "loop").between((reach - front).eased(-0.02, 0.25), 1.0)
    return (pulse * PULSE + REST) * arrived * of_mesh(tree, "light")


def core_light(tree: bpy.types.NodeTree) -> Signal:
    """Return how bright a point of the die is: a block shines from its edges inwards."""
    apart = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(tree.nodes.new("ShaderNodeUVMap").outputs[0], apart.inputs[0])
    inside = [(Signal(apart.outputs[axis]) - 0.5) * 2.0 for axis in (0, 1)]
    edge = (inside[0] * inside[0]).at_least(inside[1] * inside[1]).power(3.0)
    light = of_mesh(tree, "light") + edge * of_mesh(tree, "edge")
    return (awake(tree, of_mesh(tree, "order")) + 0.012) * light


def awake(tree: bpy.types.NodeTree, order: Signal | float) -> Signal:
    """Return how awake a core is: 0 asleep, 1 at rest, a little more while it wakes."""
    moment, wake, seconds = of_scene(tree, "moment"), of_scene(tree, "wake"), of_scene(tree, "seconds")
    rise = (seconds / 1.2).power(-1.0)
    start = wake * (ARRIVES * 0.8)
    since = moment - start - (wake - start - rise) * order
    flash = since.eased(0.0, rise) * (since.eased(rise, rise * 3.0) * -0.45 + 1.45)
    turns = (seconds / BREATH_S).rounded().at_least(1.0)
    wave = ((moment * turns - order * 0.7) * math.tau).sine()
    return of_scene(tree, "loop").between(flash * (wave * 0.1 + 0.9), wave * 0.3 + 0.7)
