"""Write small STEP files for the tests, with OCCT, in a process of its own: `make_step.py FOLDER`."""

# ruff: noqa: FBT003 - OCCT's signatures take plain booleans
import os
import sys
from pathlib import Path

from OCP.BRepBuilderAPI import BRepBuilderAPI_MakeEdge, BRepBuilderAPI_MakeVertex
from OCP.BRepPrimAPI import BRepPrimAPI_MakeBox, BRepPrimAPI_MakeCylinder
from OCP.gp import gp_Pnt, gp_Trsf, gp_Vec
from OCP.Interface import Interface_Static
from OCP.Quantity import Quantity_Color, Quantity_TOC_sRGB
from OCP.STEPCAFControl import STEPCAFControl_Writer
from OCP.TCollection import TCollection_ExtendedString
from OCP.TDataStd import TDataStd_Name
from OCP.TDocStd import TDocStd_Document
from OCP.TopAbs import TopAbs_FACE
from OCP.TopExp import TopExp_Explorer
from OCP.TopLoc import TopLoc_Location
from OCP.TopoDS import TopoDS_Shape
from OCP.XCAFDoc import XCAFDoc_ColorSurf, XCAFDoc_DocumentTool

RED, GREY = (0.8, 0.05, 0.05), (0.7, 0.7, 0.7)


class Model:
    """A document with one assembly."""

    def __init__(self) -> None:
        self.document = TDocStd_Document(TCollection_ExtendedString("BinXCAF"))
        self.shapes = XCAFDoc_DocumentTool.ShapeTool_s(self.document.Main())
        self.colours = XCAFDoc_DocumentTool.ColorTool_s(self.document.Main())
        self.root = self.shapes.NewShape()
        name(self.root, "Baugruppe")

    def part(self, shape: TopoDS_Shape, called: str, colour: tuple[float, float, float] | None = None):
        label = self.shapes.AddShape(shape, False)
        name(label, called)
        if colour:
            self.colours.SetColor(label, Quantity_Color(*colour, Quantity_TOC_sRGB), XCAFDoc_ColorSurf)
        return label

    def place(self, label, called: str, x: float) -> None:
        move = gp_Trsf()
        move.SetTranslation(gp_Vec(x, 0, 0))
        name(self.shapes.AddComponent(self.root, label, TopLoc_Location(move)), called)

    def write(self, path: Path, multi: str | None = None) -> None:
        self.shapes.UpdateAssemblies()
        writer = STEPCAFControl_Writer()
        writer.Transfer(self.document, theIsMulti=multi)
        writer.Write(str(path))


def name(label, called: str) -> None:
    TDataStd_Name.Set_s(label, TCollection_ExtendedString(called, True))


def pair(first_name: str = "Würfel", place_name: str = "links") -> Model:
    """Build two places of a red cube of 10 mm with a grey top, 30 mm apart, and a pin without colour."""
    model = Model()
    cube = BRepPrimAPI_MakeBox(10.0, 10.0, 10.0).Shape()
    label = model.part(cube, first_name, RED)
    faces = TopExp_Explorer(cube, TopAbs_FACE)
    while faces.More():
        top = faces.Current()
        faces.Next()
    face = model.shapes.AddSubShape(label, top)
    model.colours.SetColor(face, Quantity_Color(*GREY, Quantity_TOC_sRGB), XCAFDoc_ColorSurf)
    model.place(label, place_name, 0.0)
    model.place(label, "rechts", 30.0)
    model.place(model.part(BRepPrimAPI_MakeCylinder(2.0, 40.0).Shape(), "Stift Ø4"), "", 15.0)
    return model


def main(folder: Path) -> None:
    """Write every file into `folder`."""
    os.chdir(folder)  # the multi-file writer writes beside the current folder
    pair().write(Path("pair.step"))
    pair("Open CASCADE STEP translator 8.0 1.1", "=>[0:1:1:15]").write(Path("unnamed.step"))
    pair().write(Path("scattered.step"), "part_")
    for number, name_of_schema in ((3, "ap203"), (5, "ap242"), (4, "ap214")):  # the last is the default again
        Interface_Static.SetIVal_s("write.step.schema", number)
        pair().write(Path(f"{name_of_schema}.step"))
    empty = Model()
    empty.place(empty.part(BRepBuilderAPI_MakeVertex(gp_Pnt(0, 0, 0)).Shape(), "Punkt"), "Punkt", 0.0)
    empty.write(Path("no_faces.step"))
    line = Model()
    edge = BRepBuilderAPI_MakeEdge(gp_Pnt(0, 0, 0), gp_Pnt(1, 0, 0)).Shape()
    line.place(line.part(edge, "Linie"), "Linie", 0.0)
    line.place(line.part(BRepPrimAPI_MakeBox(1.0, 1.0, 1.0).Shape(), "Klotz"), "Klotz", 0.0)
    line.write(Path("with_line.step"))
    line.place(line.part(BRepBuilderAPI_MakeVertex(gp_Pnt(5, 5, 5)).Shape(), "Punkt"), "Punkt", 0.0)
    line.write(Path("with_point.step"))
    twins = Model()
    cube = twins.part(BRepPrimAPI_MakeBox(1.0, 1.0, 1.0).Shape(), "Klotz")
    twins.place(cube, "Klotz 1", 0.0)
    twins.place(cube, "Klotz 2", 1.0)
    twins.write(Path("twins.step"))
    Interface_Static.SetCVal_s("write.step.unit", "INCH")
    pair().write(Path("inch.step"))
    Interface_Static.SetCVal_s("write.step.unit", "M")
    pair().write(Path("metre.step"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
