"""The parts of a CAD document, and how often its assemblies place them; see `occt`.

Assemblies that hold each other twice make 2^n places of n lines, so nobody goes to every place to count them.
"""

# ruff: noqa: FBT003 - OCCT's signatures take plain booleans
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from OCP.IFSelect import IFSelect_SelectModelEntities, IFSelect_SelectType
from OCP.OCP.collections import Sequence_TDF_Label
from OCP.StepRepr import StepRepr_NextAssemblyUsageOccurrence
from OCP.TDF import TDF_Label
from OCP.TDocStd import TDocStd_Document
from OCP.TopoDS import TopoDS_Shape
from OCP.XCAFDoc import XCAFDoc_DocumentTool, XCAFDoc_ShapeTool
from OCP.XSControl import XSControl_WorkSession

from media.geometry.occt_counts import Counts, Refused

MAX_PLACED = 1_000_000

Key = TypeVar("Key", bound=Hashable)


def refuse_multiplied(session: XSControl_WorkSession) -> None:
    """Refuse a STEP file that places too much; the kernel's transfer would go to every place.

    Raises:
        Refused: It does.
    """
    uses = IFSelect_SelectType(StepRepr_NextAssemblyUsageOccurrence.get_type_descriptor_s())
    uses.SetInput(IFSelect_SelectModelEntities())
    found = session.EvalSelection(uses)
    below: dict[object, list[object]] = {}
    while found.More():
        use = found.Value()
        whole, part = use.RelatingProductDefinition(), use.RelatedProductDefinition()
        below.setdefault(whole, []).append(part)
        below.setdefault(part, [])
        found.Next()
    times_placed(below)


def leaves(document: TDocStd_Document, counts: Counts) -> list[TopoDS_Shape]:
    """Return the distinct parts, and count how often they are placed.

    Raises:
        Refused: They are placed too often to be written.
    """
    roots = Sequence_TDF_Label()
    XCAFDoc_DocumentTool.ShapeTool_s(document.Main()).GetFreeShapes(roots)
    below: dict[int, list[int]] = {}
    parts: dict[int, TopoDS_Shape] = {}
    pending = [_product(root) for root in listed(roots)]
    while pending:
        label = pending.pop()
        if label.Tag() in below:
            continue
        products: list[TDF_Label] = []
        if XCAFDoc_ShapeTool.IsAssembly_s(label):
            components = Sequence_TDF_Label()
            XCAFDoc_ShapeTool.GetComponents_s(label, components, False)
            products = [_product(component) for component in listed(components)]
        else:
            parts[label.Tag()] = XCAFDoc_ShapeTool.GetShape_s(label)
        below[label.Tag()] = [product.Tag() for product in products]
        pending += products
    times = times_placed(below)
    counts.parts = sum(times[tag] for tag in parts)
    return list(parts.values())


def times_placed(below: Mapping[Key, Sequence[Key]]) -> dict[Key, int]:
    """Return how often each product is placed, by what is directly below each; nothing in a circle is.

    Raises:
        Refused: All of them together more than a million times.
    """
    users = Counter(part for parts in below.values() for part in parts)
    ready = [product for product in below if not users[product]]
    times = dict.fromkeys(below, 0) | dict.fromkeys(ready, 1)
    while ready:
        product = ready.pop()
        for part in below[product]:
            times[part] += times[product]
            users[part] -= 1
            if not users[part]:
                ready.append(part)
    if sum(times.values()) > MAX_PLACED:
        raise Refused(f"assemblies that place more than {MAX_PLACED} parts")
    return times


def listed(labels: Sequence_TDF_Label) -> list[TDF_Label]:
    """Return OCCT's sequence as a list."""
    return [labels.Value(number + 1) for number in range(labels.Length())]


def _product(label: TDF_Label) -> TDF_Label:
    """Return what a place refers to; a product stands for itself."""
    if not XCAFDoc_ShapeTool.IsReference_s(label):
        return label
    product = TDF_Label()
    XCAFDoc_ShapeTool.GetReferredShape_s(label, product)
    return product
