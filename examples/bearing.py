"""Write a flanged ball bearing unit as STEP: exactly 140 placed parts, 11 of them distinct.

    python examples/bearing.py out.step [--schema AP203|AP214|AP242] [--unit mm|inch|m] [--distinct]

The axis is Z and the unit is measured in millimetres while it is built; `--unit` is what the file is written
in. The same arguments give the same bytes: the header's date is fixed. The shape is a product as one would
buy it: a painted housing with machined faces, two rows of balls in brass cages between steel rings, seals
that are cut open so that the balls show, a clamp ring with cap screws and bolts with washers and nuts.
"""

# ruff: noqa: FBT003 - OCCT's signatures take plain booleans
import argparse
import ctypes
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from bearing_parts import (
    BALLS,
    BOLT_CIRCLE,
    BOLTS,
    FLANGE_RADIUS,
    HUB_BOTTOM,
    HUB_TOP,
    PITCH_RADIUS,
    ROW_Z,
    SCREW_CIRCLE,
    SCREWS,
    STEEL,
    Part,
    around,
    ball,
    bolt,
    cage,
    cap_screw,
    clamp_ring,
    housing,
    inner_ring,
    nut,
    outer_ring,
    seal,
    turned,
    upside_down,
    washer,
)
from OCP.BRepBuilderAPI import BRepBuilderAPI_Copy
from OCP.gp import gp_Trsf
from OCP.IFSelect import IFSelect_RetDone
from OCP.Interface import Interface_Static
from OCP.Message import Message
from OCP.Quantity import Quantity_Color, Quantity_TOC_sRGB
from OCP.STEPCAFControl import STEPCAFControl_Writer
from OCP.TCollection import TCollection_ExtendedString
from OCP.TDataStd import TDataStd_Name
from OCP.TDF import TDF_Label
from OCP.TDocStd import TDocStd_Document
from OCP.TopAbs import TopAbs_FACE
from OCP.TopExp import TopExp_Explorer
from OCP.TopLoc import TopLoc_Location
from OCP.TopoDS import TopoDS_Shape
from OCP.XCAFDoc import XCAFDoc_ColorSurf, XCAFDoc_DocumentTool

PARTS = 140
DISTINCT_PARTS = 11
SCREW_TOP = 23.0
BOUNDS_MM = ((-FLANGE_RADIUS, -FLANGE_RADIUS, HUB_BOTTOM), (FLANGE_RADIUS, FLANGE_RADIUS, SCREW_TOP))
SCHEMAS = {"AP203": "AP203", "AP214": "AP214IS", "AP242": "AP242DIS"}
UNITS = {"mm": "MM", "inch": "INCH", "m": "M"}
ASK_PERSONALITY, ADDR_NO_RANDOMIZE = 0xFFFFFFFF, 0x0040000  # personality(2)
HEADER_DATE = "2025-01-01T00:00:00"
TIMESTAMP = re.compile(rb"(FILE_NAME\('[^']*',')\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


@dataclass(frozen=True)
class Assembly:
    """A named group of placed parts and groups."""

    name: str
    children: "list[tuple[str, Part | Assembly, gp_Trsf]]" = field(default_factory=list)

    def place(self, name: str, item: "Part | Assembly", where: gp_Trsf | None = None) -> None:
        """Add one occurrence of `item`, at the origin unless `where` says otherwise."""
        self.children.append((name, item, where or gp_Trsf()))


def unit() -> Assembly:
    """Put the whole bearing unit together."""
    rolling, ring = ball(), Assembly("Kugelkranz")
    ring.place("Käfig", cage())
    for number, angle in around(BALLS):
        ring.place(f"Kugel {number}", rolling, turned(angle, PITCH_RADIUS, ROW_Z))
    bearing, cover = Assembly("Schrägkugellager zweireihig"), seal()
    bearing.place("Außenring", outer_ring())
    bearing.place("Innenring", inner_ring())
    for name, item in (("Kugelkranz", ring), ("Dichtscheibe", cover)):
        bearing.place(f"{name} oben", item, turned(-100) if item is cover else None)
        bearing.place(f"{name} unten", item, upside_down())
    body, screw = Assembly("Gehäuse komplett"), cap_screw()
    body.place("Flanschgehäuse", housing())
    body.place("Deckelring", clamp_ring())
    for number, angle in around(SCREWS):
        body.place(f"Zylinderschraube {number}", screw, turned(angle, SCREW_CIRCLE, HUB_TOP + 3))
    disc, joint = washer(), Assembly("Verschraubung M10")
    joint.place("Scheibe oben", disc)
    joint.place("Schraube", bolt(), turned(0, 0, 2))
    joint.place("Scheibe unten", disc, turned(0, 0, -16))
    joint.place("Mutter", nut(), turned(15, 0, -16))
    whole = Assembly("Flanschlagereinheit FL-140")
    whole.place("Gehäuse", body)
    whole.place("Lager", bearing)
    for number, angle in around(BOLTS):
        whole.place(f"Verschraubung {number}", joint, turned(angle, BOLT_CIRCLE))
    return whole


class Document:
    """An XCAF document that is being filled."""

    def __init__(self, *, distinct: bool) -> None:
        self.document = TDocStd_Document(TCollection_ExtendedString("BinXCAF"))
        self.shapes = XCAFDoc_DocumentTool.ShapeTool_s(self.document.Main())
        self.colours = XCAFDoc_DocumentTool.ColorTool_s(self.document.Main())
        self.distinct = distinct
        self.labels: dict[int, TDF_Label] = {}
        self.copies = 0

    def add(self, item: Part | Assembly) -> TDF_Label:
        """Add a part or an assembly with all below it; shared ones are added once."""
        if not self.distinct and id(item) in self.labels:
            return self.labels[id(item)]
        label = self._part(item) if isinstance(item, Part) else self._assembly(item)
        self.labels[id(item)] = label
        return label

    def _part(self, part: Part) -> TDF_Label:
        self.copies += 1
        solid = BRepBuilderAPI_Copy(part.solid).Shape() if self.distinct else part.solid
        return self.part(f"{part.name} #{self.copies}" if self.distinct else part.name, solid, part)

    def part(self, name: str, solid: TopoDS_Shape, part: Part) -> TDF_Label:
        """Add `solid` in the colours of `part`, of which it is a copy."""
        label = self.shapes.AddShape(solid, False)
        _name(label, name)
        self.colours.SetColor(label, Quantity_Color(*part.colour, Quantity_TOC_sRGB), XCAFDoc_ColorSurf)
        faces = TopExp_Explorer(solid, TopAbs_FACE)
        while part.machined and faces.More():
            if part.machined(faces.Current()):
                face = self.shapes.AddSubShape(label, faces.Current())
                self.colours.SetColor(face, Quantity_Color(*STEEL, Quantity_TOC_sRGB), XCAFDoc_ColorSurf)
            faces.Next()
        return label

    def _assembly(self, assembly: Assembly) -> TDF_Label:
        label = self.shapes.NewShape()
        _name(label, assembly.name)
        for name, item, where in assembly.children:
            _name(self.shapes.AddComponent(label, self.add(item), TopLoc_Location(where)), name)
        return label


def _name(label: TDF_Label, name: str) -> None:
    TDataStd_Name.Set_s(label, TCollection_ExtendedString(name, True))


def write_bearing(
    path: Path, *, schema: str = "AP214", unit_name: str = "mm", distinct: bool = False
) -> None:
    """Write the bearing unit to `path` as STEP.

    Args:
        path: The file to write.
        schema: AP203, AP214 or AP242.
        unit_name: mm, inch or m; the size of the bearing is the same.
        distinct: Share nothing: 140 parts of their own instead of 11.
    """
    write_assembly(path, unit(), schema=schema, unit_name=unit_name, distinct=distinct)


def write_assembly(
    path: Path, whole: Assembly, *, schema: str = "AP214", unit_name: str = "mm", distinct: bool = False
) -> None:
    """Write an assembly to `path` as STEP; arguments are those of `write_bearing`."""
    filled = Document(distinct=distinct)
    filled.add(whole)
    filled.shapes.UpdateAssemblies()
    Message.DefaultMessenger_s().ChangePrinters().Clear()  # OCCT's own statistics
    writer = STEPCAFControl_Writer()
    Interface_Static.SetCVal_s("write.step.schema", SCHEMAS[schema])
    Interface_Static.SetCVal_s("write.step.unit", UNITS[unit_name])
    writer.Transfer(filled.document)
    if writer.Write(str(path)) != IFSelect_RetDone:
        raise OSError(f"{path}: the STEP writer could not write it")
    path.write_bytes(TIMESTAMP.sub(rb"\g<1>" + HEADER_DATE.encode(), path.read_bytes(), count=1))


def same_addresses_every_time() -> None:
    """Start this script again without address randomisation, once, where the system allows it.

    OCCT writes colours in the order of addresses in memory; with the same addresses the bytes are the same.
    The arguments lie there too, so this holds for the same call, from whatever environment.
    """
    libc = ctypes.CDLL(None)
    persona = libc.personality(ASK_PERSONALITY)
    if persona & ADDR_NO_RANDOMIZE or libc.personality(persona | ADDR_NO_RANDOMIZE) < 0:
        return
    if libc.personality(ASK_PERSONALITY) & ADDR_NO_RANDOMIZE:
        os.execve(sys.executable, [sys.executable, *sys.argv], {"PATH": os.defpath})  # noqa: S606 - ourselves


def main() -> None:
    """Read the command line and write the file."""
    same_addresses_every_time()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--schema", choices=SCHEMAS, default="AP214")
    parser.add_argument("--unit", choices=UNITS, default="mm")
    parser.add_argument("--distinct", action="store_true")
    args = parser.parse_args()
    write_bearing(args.out, schema=args.schema, unit_name=args.unit, distinct=args.distinct)
    print(args.out)


if __name__ == "__main__":
    main()
