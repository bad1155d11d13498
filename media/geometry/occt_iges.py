"""Read an IGES file with OCCT, and make parts of what belongs together; see `occt`.

IGES knows no products. What exporters do to keep parts apart is to group their faces or write solids, so a
group of groups or of solids is taken as an assembly, a group of faces as a part, and loose faces as one part.
"""

# ruff: noqa: FBT003 - OCCT's signatures take plain booleans
from pathlib import Path

from OCP.BRep import BRep_Builder
from OCP.IFSelect import IFSelect_RetDone
from OCP.IGESCAFControl import IGESCAFControl_Reader
from OCP.OCP.collections import Sequence_TDF_Label
from OCP.Quantity import Quantity_Color
from OCP.TCollection import TCollection_ExtendedString
from OCP.TDF import TDF_Label
from OCP.TDocStd import TDocStd_Document
from OCP.TopAbs import TopAbs_COMPOUND, TopAbs_FACE, TopAbs_SHELL, TopAbs_SOLID
from OCP.TopoDS import TopoDS_Compound, TopoDS_Iterator, TopoDS_Shape
from OCP.XCAFDoc import (
    XCAFDoc_ColorSurf,
    XCAFDoc_ColorTool,
    XCAFDoc_DocumentTool,
    XCAFDoc_Editor,
    XCAFDoc_ShapeTool,
)

from media.geometry.occt_counts import Counts, Refused
from media.geometry.occt_parts import listed


def read_iges(path: Path, counts: Counts) -> TDocStd_Document:
    """Read an IGES file into an XCAF document in millimetres. Raises `Refused`."""
    reader = IGESCAFControl_Reader()
    reader.SetLayerMode(False)
    if reader.ReadFile(str(path)) != IFSelect_RetDone:
        raise Refused("a file that the IGES reader cannot parse (damaged)")
    model = reader.WS().Model()
    counts.check_fails = model.GlobalCheck(True).NbFails()
    document = TDocStd_Document(TCollection_ExtendedString("BinXCAF"))
    if not reader.Transfer(document):
        raise Refused("no shapes")
    counts.unit = model.GlobalSection().UnitName().ToCString()
    join_loose_faces(document)
    part_groups(document)
    return document


def join_loose_faces(document: TDocStd_Document) -> None:
    """Replace faces that belong to no group by one part that holds them all, with their colours."""
    tool = XCAFDoc_DocumentTool.ShapeTool_s(document.Main())
    colours = XCAFDoc_DocumentTool.ColorTool_s(document.Main())
    loose = [label for label in free(tool) if shape_of(label).ShapeType() in {TopAbs_FACE, TopAbs_SHELL}]
    if len(loose) < 2:  # noqa: PLR2004 - one face is a part of its own
        return
    together, builder = TopoDS_Compound(), BRep_Builder()
    builder.MakeCompound(together)
    for label in loose:
        builder.Add(together, shape_of(label))
    part = tool.AddShape(together, False)
    for label in loose:
        shape, colour = shape_of(label), Quantity_Color()
        has_colour = XCAFDoc_ColorTool.GetColor_s(label, XCAFDoc_ColorSurf, colour)
        tool.RemoveShape(label, False)
        if has_colour:
            colours.SetColor(tool.AddSubShape(part, shape), colour, XCAFDoc_ColorSurf)


def part_groups(document: TDocStd_Document) -> None:
    """Turn groups of groups and groups of solids into assemblies."""
    tool = XCAFDoc_DocumentTool.ShapeTool_s(document.Main())
    pending = free(tool)
    while pending:
        label = pending.pop()
        if not holds_parts(shape_of(label)):
            continue
        # One level at a time: all at once, OCCT 8 divides down to faces and places them wrongly.
        if XCAFDoc_Editor.Expand_s(document.Main(), label, False):
            components = Sequence_TDF_Label()
            XCAFDoc_ShapeTool.GetComponents_s(label, components, False)
            for component in listed(components):
                product = TDF_Label()
                XCAFDoc_ShapeTool.GetReferredShape_s(component, product)
                pending.append(product)


def holds_parts(shape: TopoDS_Shape) -> bool:
    """Say whether a shape is a group of several things of which one is a group or a solid itself."""
    if shape.IsNull() or shape.ShapeType() != TopAbs_COMPOUND:
        return False
    kinds = []
    below = TopoDS_Iterator(shape)
    while below.More():
        kinds.append(below.Value().ShapeType())
        below.Next()
    return len(kinds) > 1 and bool({TopAbs_COMPOUND, TopAbs_SOLID} & set(kinds))


def free(tool: XCAFDoc_ShapeTool) -> list[TDF_Label]:
    """Return the labels that stand at the top."""
    roots = Sequence_TDF_Label()
    tool.GetFreeShapes(roots)
    return listed(roots)


def shape_of(label: TDF_Label) -> TopoDS_Shape:
    """Return the shape of a label."""
    return XCAFDoc_ShapeTool.GetShape_s(label)
