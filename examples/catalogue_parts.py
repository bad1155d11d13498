"""Products of an example catalogue, each by a few numbers: bearings, spur gears, brackets and housings.

Millimetres, about the Z axis; brackets stand on their foot.
"""

import math
from collections.abc import Iterator

from bearing import Assembly
from bearing_parts import (
    BLACK_OXIDE,
    BRASS,
    POLISHED_STEEL,
    RUBBER,
    STEEL,
    Part,
    Point,
    Rgb,
    around,
    chamfered,
    cut_around,
    revolved,
    turned,
)
from OCP.BRepAlgoAPI import BRepAlgoAPI_Cut, BRepAlgoAPI_Fuse
from OCP.BRepBuilderAPI import BRepBuilderAPI_MakeFace, BRepBuilderAPI_MakePolygon
from OCP.BRepPrimAPI import BRepPrimAPI_MakeBox, BRepPrimAPI_MakeCylinder, BRepPrimAPI_MakePrism
from OCP.gp import gp_Ax2, gp_Dir, gp_Pnt, gp_Trsf, gp_Vec
from OCP.TopLoc import TopLoc_Location
from OCP.TopoDS import TopoDS_Shape

PRESSURE_ANGLE = math.radians(20)
FLANK_POINTS = 7


def deep_groove_bearing(name: str, bore: float, outside: float, width: float) -> Assembly:
    """Put a deep groove ball bearing together, one side open so that the balls show."""
    section, half, pitch = (outside - bore) / 2, width / 2, (outside + bore) / 4
    radius, land = 0.29 * section, 0.2 * section
    inner, outer = bore / 2, outside / 2
    groove = 0.8 * radius
    rings = Assembly(name)
    inner_profile: list[Point | tuple[Point, Point]] = [
        (inner, -half + 0.6), (inner + 0.6, -half), (pitch - land, -half), (pitch - land, -groove),
        ((pitch - radius, 0), (pitch - land, groove)), (pitch - land, half),
        (inner + 0.6, half), (inner, half - 0.6),
    ]  # fmt: skip
    outer_profile: list[Point | tuple[Point, Point]] = [
        (pitch + land, -half), (outer - 0.6, -half), (outer, -half + 0.6),
        (outer, half - 0.6), (outer - 0.6, half), (pitch + land, half), (pitch + land, groove),
        ((pitch + radius, 0), (pitch + land, -groove)),
    ]  # fmt: skip
    rings.place("inner ring", Part("inner ring", revolved(inner_profile), STEEL))
    rings.place("outer ring", Part("outer ring", revolved(outer_profile), STEEL))
    count = int(math.pi * pitch / radius * 0.42)
    sphere: list[Point | tuple[Point, Point]] = [(0, -radius), ((radius, 0), (0, radius))]
    ball = Part("ball", revolved(sphere), POLISHED_STEEL)
    for number, angle in around(count):
        rings.place(f"ball {number}", ball, turned(angle, pitch))
    band = chamfered(pitch - 0.12 * section, pitch + 0.12 * section, -0.62 * radius, 0.62 * radius, 0.15)
    across = gp_Ax2(gp_Pnt(-section, 0, 0), gp_Dir(1, 0, 0))
    pocket = BRepPrimAPI_MakeCylinder(across, radius * 1.04, 2 * section).Shape()
    rings.place("cage", Part("cage", cut_around(band, pocket, count, pitch, 0), BRASS))
    seal = chamfered(pitch - land, pitch + land, -half + 0.3, -half + 1.1, 0.2)
    rings.place("seal", Part("seal", seal, RUBBER))
    return rings


def spur_gear(name: str, teeth: int, module: float, width: float, colour: Rgb = STEEL) -> Assembly:
    """Put an involute spur gear with hub, keyway and lightening holes together."""
    wire = BRepBuilderAPI_MakePolygon()
    for x, y in _gear_outline(teeth, module):
        wire.Add(gp_Pnt(x, y, 0))
    wire.Close()
    blank = BRepPrimAPI_MakePrism(BRepBuilderAPI_MakeFace(wire.Wire()).Face(), gp_Vec(0, 0, width)).Shape()
    root = module * (teeth - 2.5) / 2
    bore = max(4.0, root * 0.28)
    hub = chamfered(bore, bore * 1.75, 0, width * 1.6, 0.6)
    body = BRepAlgoAPI_Cut(blank, _cylinder(bore, width * 3, -width)).Shape()
    body = BRepAlgoAPI_Fuse(body, hub).Shape()
    reach = (bore * 1.75 + root) / 2
    if root - bore * 1.75 > 4 * module:
        hole = _cylinder((root - bore * 1.75) * 0.27, width * 3, -width)
        body = cut_around(body, hole, 6, reach, 0)
    key = _box(bore * 0.35, bore * 1.3, width * 3).Moved(_moved(-bore * 0.175, 0, -width))
    return _single(name, "gear", BRepAlgoAPI_Cut(body, key).Shape(), colour)


def angle_bracket(name: str, leg: float, breadth: float, thick: float, colour: Rgb) -> Assembly:
    """Put a bracket of two plates, a gusset and bolted holes together."""
    foot = _box(leg, breadth, thick)
    wall = _box(thick, breadth, leg)
    rib = BRepBuilderAPI_MakePolygon()
    for x, z in ((thick, thick), (leg * 0.7, thick), (thick, leg * 0.7)):
        rib.Add(gp_Pnt(x, 0, z))
    rib.Close()
    gusset = BRepPrimAPI_MakePrism(BRepBuilderAPI_MakeFace(rib.Wire()).Face(), gp_Vec(0, thick, 0)).Shape()
    body = BRepAlgoAPI_Fuse(foot, wall).Shape()
    body = BRepAlgoAPI_Fuse(body, gusset.Moved(_moved(0, (breadth - thick) / 2, 0))).Shape()
    hole, whole = breadth * 0.09, Assembly(name)
    head = _head(hole * 1.8, thick, thick + hole * 1.3)
    shank = _cylinder(hole * 0.92, thick * 1.4, -thick * 0.4)
    screw = Part("screw", BRepAlgoAPI_Fuse(head, shank).Shape(), BLACK_OXIDE)
    for number, side in enumerate((0.22, 0.78), start=1):
        where = _shifted(leg * 0.7, breadth * side, 0)
        down = _cylinder(hole, thick * 3, -thick).Moved(TopLoc_Location(where))
        across = gp_Ax2(gp_Pnt(-thick, breadth * side, leg * 0.7), gp_Dir(1, 0, 0))
        through = BRepPrimAPI_MakeCylinder(across, hole, thick * 3).Shape()
        body = BRepAlgoAPI_Cut(BRepAlgoAPI_Cut(body, down).Shape(), through).Shape()
        whole.place(f"screw {number}", screw, where)
    whole.place("bracket", Part("bracket", body, colour))
    return whole


def flanged_housing(name: str, bore: float, side: float, height: float, colour: Rgb) -> Assembly:
    """Put a square flanged housing with a hub, a bush and four screws together."""
    corner, thick = side * 0.16, height * 0.32
    plate = _box(side - 2 * corner, side, thick).Moved(_moved(corner - side / 2, -side / 2, 0))
    plate = BRepAlgoAPI_Fuse(
        plate, _box(side, side - 2 * corner, thick).Moved(_moved(-side / 2, corner - side / 2, 0))
    ).Shape()
    for x in (-1, 1):
        for y in (-1, 1):
            at = _moved(x * (side / 2 - corner), y * (side / 2 - corner), 0)
            plate = BRepAlgoAPI_Fuse(plate, _cylinder(corner, thick).Moved(at)).Shape()
    hub = chamfered(bore, bore * 1.75, 0, height, bore * 0.08)
    body = BRepAlgoAPI_Fuse(plate, hub).Shape()
    body = BRepAlgoAPI_Cut(body, _cylinder(bore, height * 3, -height)).Shape()
    whole = Assembly(name)
    reach, hole = (side / 2 - corner) * math.sqrt(2), corner * 0.38
    head = _head(hole * 1.7, thick, thick + hole * 1.2)
    screw = Part("screw", BRepAlgoAPI_Fuse(head, _cylinder(hole * 0.9, thick)).Shape(), BLACK_OXIDE)
    for number, angle in around(4):
        whole.place(f"screw {number}", screw, turned(angle + 45, reach))
    whole.place("housing", Part("housing", body, colour))
    whole.place("bush", Part("bush", chamfered(bore * 0.72, bore, -height * 0.08, height * 1.08, 0.4), BRASS))
    return whole


def _gear_outline(teeth: int, module: float) -> Iterator[Point]:
    """Yield the corners of a gear's outline: involute flanks (ISO 53), straight to the root circle below."""
    pitch, base = module * teeth / 2, module * teeth / 2 * math.cos(PRESSURE_ANGLE)
    tip, root = pitch + module, pitch - 1.25 * module
    half = math.pi / (2 * teeth) + math.tan(PRESSURE_ANGLE) - PRESSURE_ANGLE
    first = max(base, root)
    flank = []
    for step in range(FLANK_POINTS):
        radius = first + (tip - first) * step / (FLANK_POINTS - 1)
        unrolled = math.sqrt(max(0.0, (radius / base) ** 2 - 1))
        flank.append((radius, half - (unrolled - math.atan(unrolled))))
    tooth = [(root, -flank[0][1]), *((r, -a) for r, a in flank), *reversed(flank), (root, flank[0][1])]
    if first <= root:
        tooth = tooth[1:-1]
    for _, degrees in around(teeth):
        turn = math.radians(degrees)
        for radius, angle in tooth:
            yield radius * math.cos(turn + angle), radius * math.sin(turn + angle)


def _single(name: str, part: str, solid: TopoDS_Shape, colour: Rgb) -> Assembly:
    whole = Assembly(name)
    whole.place(part, Part(part, solid, colour))
    return whole


def _head(radius: float, bottom: float, top: float) -> TopoDS_Shape:
    """Build a screw's head whose upper edge is chamfered."""
    edge = (top - bottom) * 0.15
    return revolved([(0, bottom), (radius, bottom), (radius, top - edge), (radius - edge, top), (0, top)])


def _cylinder(radius: float, height: float, bottom: float = 0.0) -> TopoDS_Shape:
    axis = gp_Ax2(gp_Pnt(0, 0, bottom), gp_Dir(0, 0, 1))
    return BRepPrimAPI_MakeCylinder(axis, radius, height).Shape()


def _box(x: float, y: float, z: float) -> TopoDS_Shape:
    return BRepPrimAPI_MakeBox(x, y, z).Shape()


def _moved(x: float, y: float, z: float) -> TopLoc_Location:
    return TopLoc_Location(_shifted(x, y, z))


def _shifted(x: float, y: float, z: float) -> gp_Trsf:
    shift = gp_Trsf()
    shift.SetTranslation(gp_Vec(x, y, z))
    return shift
