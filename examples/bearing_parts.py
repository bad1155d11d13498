"""The eleven distinct parts of the example bearing unit, in millimetres, about the Z axis."""

# ruff: noqa: RUF001 - part names are written as a catalogue writes them
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from OCP.BRep import BRep_Builder, BRep_Tool
from OCP.BRepAlgoAPI import BRepAlgoAPI_Common, BRepAlgoAPI_Cut, BRepAlgoAPI_Fuse
from OCP.BRepBuilderAPI import (
    BRepBuilderAPI_MakeEdge,
    BRepBuilderAPI_MakeFace,
    BRepBuilderAPI_MakePolygon,
    BRepBuilderAPI_MakeWire,
)
from OCP.BRepPrimAPI import BRepPrimAPI_MakeCylinder, BRepPrimAPI_MakePrism, BRepPrimAPI_MakeRevol
from OCP.GC import GC_MakeArcOfCircle
from OCP.Geom import Geom_Plane
from OCP.gp import gp_Ax1, gp_Ax2, gp_Dir, gp_Pnt, gp_Trsf, gp_Vec
from OCP.TopLoc import TopLoc_Location
from OCP.TopoDS import TopoDS, TopoDS_Compound, TopoDS_Shape

BALLS, BOLTS, SCREWS = 22, 16, 24  # balls in each of the two rows
FLANGE_RADIUS, HUB_BOTTOM = 126.0, -30.0
PITCH_RADIUS, BALL_RADIUS, ROW_Z = 62.0, 7.0, 13.0
HUB_TOP, FACE_Z, BOLT_CIRCLE, SCREW_CIRCLE = 15.0, 21.0, 111.0, 86.0

Rgb = tuple[float, float, float]
Point = tuple[float, float]
BLUE_PAINT: Rgb = (0.06, 0.20, 0.42)
STEEL: Rgb = (0.66, 0.67, 0.69)
POLISHED_STEEL: Rgb = (0.82, 0.83, 0.85)
ZINC: Rgb = (0.74, 0.75, 0.76)
BLACK_OXIDE: Rgb = (0.10, 0.10, 0.11)
BRASS: Rgb = (0.80, 0.62, 0.25)
RUBBER: Rgb = (0.12, 0.12, 0.13)


@dataclass(frozen=True)
class Part:
    """One distinct part: its product name, solid in millimetres, colour and faces of another colour."""

    name: str
    solid: TopoDS_Shape
    colour: Rgb
    machined: Callable[[TopoDS_Shape], bool] | None = None


def revolved(points: list[Point | tuple[Point, Point]]) -> TopoDS_Shape:
    """Turn a closed profile of (radius, z) points about Z; a pair of points is an arc (middle, end)."""
    wire = BRepBuilderAPI_MakeWire()
    ends = [point[1] if isinstance(point[0], tuple) else point for point in points]
    for start, target in pairwise([ends[-1], *points]):
        begin = start[1] if isinstance(start[0], tuple) else start
        if isinstance(target[0], tuple):
            middle, end = target
            arc = GC_MakeArcOfCircle(_point(begin), _point(middle), _point(end)).Value()
            wire.Add(BRepBuilderAPI_MakeEdge(arc).Edge())
        else:
            wire.Add(BRepBuilderAPI_MakeEdge(_point(begin), _point(target)).Edge())
    profile = BRepBuilderAPI_MakeFace(wire.Wire()).Face()
    return BRepPrimAPI_MakeRevol(profile, gp_Ax1(gp_Pnt(0, 0, 0), gp_Dir(0, 0, 1))).Shape()


def _point(at: Point) -> gp_Pnt:
    return gp_Pnt(at[0], 0.0, at[1])


def chamfered(inner: float, outer: float, bottom: float, top: float, size: float) -> TopoDS_Shape:
    """Build a ring of rectangular section (all in mm) with its four edges chamfered by `size`."""
    i, o, b, t, c = inner, outer, bottom, top, size
    return revolved(
        [(i + c, b), (o - c, b), (o, b + c), (o, t - c), (o - c, t), (i + c, t), (i, t - c), (i, b + c)]
    )


def hexagon(across_flats: float, bottom: float, top: float) -> TopoDS_Shape:
    """Build a hexagonal prism about Z, in mm."""
    polygon = BRepBuilderAPI_MakePolygon()
    for corner in range(6):
        angle = math.radians(60 * corner)
        reach = across_flats / math.sqrt(3)
        polygon.Add(gp_Pnt(reach * math.cos(angle), reach * math.sin(angle), bottom))
    polygon.Close()
    face = BRepBuilderAPI_MakeFace(polygon.Wire()).Face()
    return BRepPrimAPI_MakePrism(face, gp_Vec(0, 0, top - bottom)).Shape()


def turned(degrees: float, x: float = 0.0, z: float = 0.0) -> gp_Trsf:
    """Place something at radius `x` and height `z` (mm), then turn it about Z."""
    turn, shift = gp_Trsf(), gp_Trsf()
    turn.SetRotation(gp_Ax1(gp_Pnt(0, 0, 0), gp_Dir(0, 0, 1)), math.radians(degrees))
    shift.SetTranslation(gp_Vec(x, 0, z))
    return turn.Multiplied(shift)


def upside_down() -> gp_Trsf:
    """Turn something over about X."""
    flip = gp_Trsf()
    flip.SetRotation(gp_Ax1(gp_Pnt(0, 0, 0), gp_Dir(1, 0, 0)), math.pi)
    return flip


def around(count: int) -> Iterator[tuple[int, float]]:
    """Yield number (from 1) and angle in degrees of `count` equal steps around the circle."""
    return ((step + 1, 360.0 * step / count) for step in range(count))


def cut_around(body: TopoDS_Shape, tool: TopoDS_Shape, count: int, radius: float, z: float) -> TopoDS_Shape:
    """Cut `tool` out of `body` at `count` places around a circle (mm)."""
    tools, builder = TopoDS_Compound(), BRep_Builder()
    builder.MakeCompound(tools)
    for _, angle in around(count):
        builder.Add(tools, tool.Moved(TopLoc_Location(turned(angle, radius, z))))
    return BRepAlgoAPI_Cut(body, tools).Shape()


def housing() -> Part:
    """Build the flanged housing: painted, with machined bore, flange top and hub face."""
    rim = FLANGE_RADIUS
    body = revolved(
        [
            (70, HUB_BOTTOM), (94.5, HUB_BOTTOM), (96, HUB_BOTTOM + 1.5),
            (96, -15), ((96.3, -14.3), (97, -14)),
            (rim - 1.5, -14), (rim, -12.5), (rim, -1.5), (rim - 1.5, 0), (99, 0), ((96.9, 0.9), (96, 3)),
            (96, HUB_TOP - 1), (95, HUB_TOP), (79, HUB_TOP), (78, HUB_TOP - 1),
            (78, -FACE_Z), (71, -FACE_Z), (70, -FACE_Z - 1),
        ]
    )  # fmt: skip
    hole = revolved([(0, -1), (6.5, -1), (6.5, 0), (5.5, 1), (5.5, 13), (6.5, 14), (6.5, 15), (0, 15)])
    body = cut_around(body, hole, BOLTS, BOLT_CIRCLE, -14)
    tapped = revolved([(0, -10), (2.1, -10), (2.1, -0.5), (2.6, 0), (2.6, 1), (0, 1)])
    return Part(
        "Flanschgehäuse", cut_around(body, tapped, SCREWS, SCREW_CIRCLE, HUB_TOP), BLUE_PAINT, _is_top
    )


def _is_top(face: TopoDS_Shape) -> bool:
    """Say whether a face is one of the flat faces that a lathe leaves bright."""
    surface = BRep_Tool.Surface_s(TopoDS.Face(face))
    if not isinstance(surface, Geom_Plane):
        return False
    return math.isclose(surface.Pln().Location().Z(), HUB_TOP, abs_tol=1e-6)


def outer_ring() -> Part:
    """Build the outer ring with two raceways and the step that the clamp ring holds."""
    land, groove, half = 66.5, 69.1, 5.6
    profile: list[Point | tuple[Point, Point]] = [
        (69.5, -FACE_Z), (76.5, -FACE_Z), (78, -FACE_Z + 1.5), (78, HUB_TOP - 0.5), (77.5, HUB_TOP),
        (73, HUB_TOP), (72.7, FACE_Z - 0.8), (71.9, FACE_Z), (69.5, FACE_Z), (land, FACE_Z - 2),
        (land, ROW_Z + half), ((groove, ROW_Z), (land, ROW_Z - half)),
        (land, -ROW_Z + half), ((groove, -ROW_Z), (land, -ROW_Z - half)), (land, -FACE_Z + 2),
    ]  # fmt: skip
    return Part("Außenring", revolved(profile), STEEL)


def inner_ring() -> Part:
    """Build the inner ring with its two raceways."""
    land, groove, half = 57.5, 54.9, 5.6
    profile: list[Point | tuple[Point, Point]] = [
        (54.5, -FACE_Z), (land, -FACE_Z + 2),
        (land, -ROW_Z - half), ((groove, -ROW_Z), (land, -ROW_Z + half)),
        (land, ROW_Z - half), ((groove, ROW_Z), (land, ROW_Z + half)), (land, FACE_Z - 2),
        (54.5, FACE_Z), (47, FACE_Z), ((45.6, FACE_Z - 0.6), (45, FACE_Z - 2)),
        (45, -FACE_Z + 2), ((45.6, -FACE_Z + 0.6), (47, -FACE_Z)),
    ]  # fmt: skip
    return Part("Innenring", revolved(profile), STEEL)


def cage() -> Part:
    """Build the machined cage of one row, its pockets drilled from outside."""
    ring = chamfered(59.3, 64.7, ROW_Z - 10.5, ROW_Z + 4.5, 0.5)
    axis = gp_Ax2(gp_Pnt(-15, 0, 0), gp_Dir(1, 0, 0))
    drill = BRepPrimAPI_MakeCylinder(axis, BALL_RADIUS + 0.3, 30).Shape()
    return Part("Käfig", cut_around(ring, drill, BALLS, PITCH_RADIUS, ROW_Z), BRASS)


def seal() -> Part:
    """Build the seal, cut open over 220 degrees."""
    profile = [
        (55.7, 20.3), (59, 20.1), (60, 19.7), (64.5, 19.7), (65.5, 20.1), (68.5, 20.3),
        (68.5, 21.2), (67.4, 21.7), (65.2, 21.7), (64.2, 21.1), (60.5, 21.1),
        (59.4, 21.9), (56.8, 21.9), (55.7, 21.2),
    ]  # fmt: skip
    wire = BRepBuilderAPI_MakePolygon()
    for at in profile:
        wire.Add(_point(at))
    wire.Close()
    face = BRepBuilderAPI_MakeFace(wire.Wire()).Face()
    axis = gp_Ax1(gp_Pnt(0, 0, 0), gp_Dir(0, 0, 1))
    solid = BRepPrimAPI_MakeRevol(face, axis, math.radians(140)).Shape()
    return Part("Dichtscheibe (Schnittmodell)", solid, RUBBER)


def clamp_ring() -> Part:
    """Build the ring that holds the outer ring down, with counterbored holes."""
    ring = chamfered(73.2, 94.5, HUB_TOP, FACE_Z, 0.8)
    hole = revolved([(0, -1), (2.75, -1), (2.75, 3), (4.9, 3), (4.9, 5.5), (5.4, 6), (5.4, 7), (0, 7)])
    return Part("Deckelring", cut_around(ring, hole, SCREWS, SCREW_CIRCLE, HUB_TOP), ZINC)


def ball() -> Part:
    """Build a ball, named as one orders it."""
    half_circle: list[Point | tuple[Point, Point]] = [
        (0, -BALL_RADIUS), ((BALL_RADIUS, 0), (0, BALL_RADIUS)),
    ]  # fmt: skip
    return Part("Kugel Ø14 G10", revolved(half_circle), POLISHED_STEEL)


def cap_screw() -> Part:
    """Build an M5 cap screw; its head's lower face is at 0."""
    body = revolved(
        [
            (0, -12),
            (1.7, -12),
            (2.1, -11.4),
            (2.1, 0),
            (4.25, 0),
            (4.25, 4.4),
            ((4.07, 4.83), (3.65, 5)),
            (0, 5),
        ]
    )
    socket = hexagon(4, 2.2, 6)
    return Part("Zylinderschraube M5×12", BRepAlgoAPI_Cut(body, socket).Shape(), BLACK_OXIDE)


def bolt() -> Part:
    """Build an M10 hex bolt; its head's lower face is at 0."""
    crown = revolved([(0, 0), (7.6, 0), (9.3, 0.6), (9.3, 5.4), (7.6, 6.4), (0, 6.4)])
    head = BRepAlgoAPI_Common(hexagon(16, 0, 6.4), crown).Shape()
    shank = revolved([(0, -28), (4, -28), (5, -27), (5, -0.2), (5, 0.5), (0, 0.5)])
    return Part("Sechskantschraube M10×28", BRepAlgoAPI_Fuse(head, shank).Shape(), ZINC)


def nut() -> Part:
    """Build an M10 nut; it hangs below 0."""
    crown = revolved([(5, -7.4), (5.6, -8), (7.6, -8), (9.3, -7), (9.3, -1), (7.6, 0), (5.6, 0), (5, -0.6)])
    return Part("Sechskantmutter M10", BRepAlgoAPI_Common(hexagon(16, -8, 0), crown).Shape(), ZINC)


def washer() -> Part:
    """Build a washer for M10; it stands on 0."""
    return Part("Scheibe Ø10,5", chamfered(5.25, 10, 0, 2, 0.3), ZINC)
