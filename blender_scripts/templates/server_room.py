"""An aisle of a data centre, along which the camera glides."""

import math
from dataclasses import dataclass
from random import Random

import bpy

from blender_scripts.broll.lens import SENSOR, add_camera
from blender_scripts.broll.motion import drifting, swinging
from blender_scripts.broll.palette import Rgb, mixed
from blender_scripts.broll.picture import Effort, add_glow, set_background, spend
from blender_scripts.broll.server_room.aisle import BAY, CEILING, HALF, BayStyle, bay
from blender_scripts.broll.server_room.haze import Haze
from blender_scripts.broll.server_room.light import Strip
from blender_scripts.broll.server_room.materials import SHIFT, Lens, lamps, panel, perforated, polished
from blender_scripts.broll.server_room.rack import WIDTH, Rack, RackStyle
from blender_scripts.broll.server_room.solids import Finish
from blender_scripts.broll.stage import Stage

BLACK: Rgb = (0.0, 0.0, 0.0)
WHITE: Rgb = (1.0, 0.97, 0.93)
HAZE_FROM, HAZE_TO = 2.5, 25.0
BEHIND = 3  # bays behind the camera, for what the floor and the doors mirror
KINDS = 8
F_STOP = 0.9
FINE = 1920  # pixels across: no pattern is to be finer than that
# All that is seen shines, and only the floor mirrors it.
EFFORT = Effort(noise=0.2, bounces=0, diffuse=0, glossy=0, by_nearness=False, denoised_by="RGB")
OVER_WATTS, LOW_WATTS = 23.0, 3.8  # a metre
LONGEST_STEP = 0.03  # metres a frame: at the picture's edge 2 % of its width


@dataclass(frozen=True)
class Wishes:
    """The template's own parameters."""

    doors: str
    activity: float
    warnings: float
    brightness: float
    tint: float
    camera_height: float
    speed: float


def build(stage: Stage) -> None:
    """Build it."""
    wishes = _wishes(stage)
    lamp = mixed(WHITE, stage.palette.primary, wishes.tint)
    haze = Haze(_air(stage, wishes), HAZE_FROM, HAZE_TO)
    set_background(stage, haze.color, haze.color)
    stage.scene.world.cycles.sampling_method = "NONE"
    spend(stage, EFFORT)
    strips = _strips(stage, wishes, lamp)
    racks = Finish(_rack_materials(stage, haze, lamp), strips, x=-HALF)
    room = Finish(_bay_materials(stage, wishes, haze), strips)
    bays = _bays_passed(stage, wishes)
    ahead = bays + HAZE_TO / BAY + 2
    _add_rows(stage, wishes, racks, bays, int(ahead))
    _add_bays(stage, lamp, room, int(ahead))
    _add_camera(stage, wishes, bays)
    add_glow(stage, strength=0.3, threshold=1.0)


def _wishes(stage: Stage) -> Wishes:
    read = stage.parameters
    return Wishes(
        doors=read.text("doors", "mixed", ("perforated", "open", "mixed")),
        activity=read.number("activity", 0.0, 1.0, 0.5),
        warnings=read.number("warnings", 0.0, 0.5, 0.06),
        brightness=read.number("brightness", 0.3, 1.6, 1.0),
        tint=read.number("tint", 0.0, 1.0, 0.45),
        camera_height=read.number("camera_height", 0.5, 1.8, 1.25),
        speed=read.number("speed", 0.1, 0.7, 0.4),
    )


def _air(stage: Stage, wishes: Wishes) -> Rgb:
    """Return the colour of the haze: the background in the room's light, a little greyed."""
    air = mixed(stage.palette.background, stage.palette.primary, 0.24)
    grey = sum(air) / 3
    return mixed(BLACK, mixed(air, (grey, grey, grey), 0.2), 0.5 + 0.5 * wishes.brightness)


def _bays_passed(stage: Stage, wishes: Wishes) -> float:
    """Return how many bays the camera passes: whole ones in a loop, none in one too short for that."""
    bays = wishes.speed * stage.seconds / BAY
    if not stage.loop:
        return bays
    whole = max(round(bays), 1)
    return whole if whole * BAY / stage.frames <= LONGEST_STEP else 0


def _rack_materials(stage: Stage, haze: Haze, lamp: Rgb) -> list[bpy.types.Material]:
    mirrored = mixed(BLACK, mixed(haze.color, lamp, 0.07), 0.38)
    return [
        haze.over(panel("rack", mirrored, gloss=0.08)),
        haze.over(lamps(stage, "status", 5.0)),
        haze.over(perforated("grid", mirrored, _lens(stage))),
    ]


def _bay_materials(stage: Stage, wishes: Wishes, haze: Haze) -> list[bpy.types.Material]:
    return [
        haze.over(panel("structure", mixed(BLACK, haze.color, 0.5), gloss=0.03)),
        haze.over(lamps(stage, "strip", 1.2 + 1.3 * wishes.brightness)),
        haze.over(polished("floor", roughness=0.1)),
    ]


def _add_rows(stage: Stage, wishes: Wishes, finish: Finish, bays: float, ahead: int) -> None:
    """Two rows of racks; in a loop, the same again after as many bays as the camera passes."""
    style = RackStyle(stage.palette, wishes.activity, wishes.warnings, stage.seconds, stage.loop)
    chance = stage.chance("racks")
    kinds = []
    for number in range(KINDS):
        has_door = wishes.doors == "perforated" or (wishes.doors == "mixed" and number % 2 == 0)
        solids = Rack(style, chance, has_door=has_door).built()
        kinds.append(solids.mesh(f"rack {number}", finish))
    period = 3 * int(bays) if stage.loop and bays else 3 * (ahead + BEHIND)
    for side in (-1, 1):
        order = _order(stage.chance(f"row {side}"), period)
        for number in range(-3 * BEHIND, 3 * ahead):
            kind, shift = order[number % period]
            rack = stage.add("rack", kinds[kind])
            rack[SHIFT] = shift
            rack.location = (side * HALF, (number + (side > 0)) * WIDTH, 0.0)
            rack.rotation_euler = (0.0, 0.0, math.pi if side > 0 else 0.0)


def _order(chance: Random, count: int) -> list[tuple[int, float]]:
    """Return kinds of racks, never one beside its like, and when their lamps blink."""
    order: list[tuple[int, float]] = []
    last = -1
    for _ in range(count):
        last = chance.choice([kind for kind in range(KINDS) if kind != last])
        order.append((last, chance.random()))
    return order


def _add_bays(stage: Stage, lamp: Rgb, finish: Finish, ahead: int) -> None:
    mesh = bay(BayStyle(stage.palette, lamp), stage.chance("bay")).mesh("bay", finish)
    for number in range(-BEHIND, ahead):
        stage.add("bay", mesh).location = (0.0, number * BAY, 0.0)


def _strips(stage: Stage, wishes: Wishes, lamp: Rgb) -> list[Strip]:
    """Return the lamps over the aisle and at the feet of the racks."""
    primary = stage.palette.primary
    over = Strip(0.0, CEILING - 0.22, (0.0, -1.0), lamp, OVER_WATTS * wishes.brightness)
    watts, turn = LOW_WATTS * wishes.brightness, 2.4
    low = [
        Strip(side * (HALF - 0.1), 0.03, (-side * math.sin(turn), -math.cos(turn)), primary, watts)
        for side in (-1, 1)
    ]
    return [over, *low]


def _add_camera(stage: Stage, wishes: Wishes, bays: float) -> None:
    """Glide along the aisle, a little beside its middle, looking a little across it.

    What it looks at goes round, not to and fro: a short loop, in which the camera does not glide, stands
    still at no moment, nor at its seam.
    """
    chance = stage.chance("camera")
    side = chance.choice((-1, 1))
    # The narrower the picture, the more it shows one row instead of both: what a tall one gains in
    # height would else be floor and ceiling.
    narrow = min(max(1.6 - stage.aspect, 0.0), 1.0)
    length, focus = _length(stage), _focus(stage)
    beside = side * (chance.uniform(0.08, 0.2) + 0.3 * narrow)
    across = -side * (chance.uniform(0.1, 0.35) + 0.17 * focus * narrow)
    start = 0.3 * BAY

    def advance(moment: float) -> float:
        share = moment if stage.loop else drifting(moment)
        return start + share * bays * BAY

    def place_at(moment: float) -> tuple[float, float, float]:
        return (beside + 0.015 * swinging(moment), advance(moment), wishes.camera_height)

    def target_at(moment: float) -> tuple[float, float, float]:
        return (
            beside + across + 0.05 * swinging(moment, phase=0.25),
            advance(moment) + focus,
            0.97 * wishes.camera_height + 0.025 * swinging(moment),
        )

    add_camera(stage, place_at, target_at, focal_length=length, f_stop=F_STOP)


def _length(stage: Stage) -> float:
    """Return the focal length in millimetres: the narrower the picture, the longer."""
    return min(max(37.0 / math.sqrt(stage.aspect), 26.0), 43.0)


def _focus(stage: Stage) -> float:
    return 3.4 * _length(stage) / 28.0


def _lens(stage: Stage) -> Lens:
    length = _length(stage)
    return Lens(_focus(stage), length / 1000 / F_STOP, SENSOR / length / FINE)
