"""The parts of a CAD document, and how often its assemblies place them; see `occt`.

Assemblies that hold each other twice make 2^n places of n lines, so nobody goes to every place to count them.
"""

# ruff: noqa: FBT003 - OCCT's signatures take plain booleans
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from OCP.IFSelect import IFSelect_SelectModelEntities, IFSelect_SelectType
from OCP.OCP.collections import Sequence_TDF_Label
from OCP.StepRepr import (
    StepRepr_MappedItem,
    StepRepr_NextAssemblyUsageOccurrence,
    StepRepr_Representation,
)
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
    for below in (_assembled(session), _mapped(session)):
        times_placed(below)


def _assembled(session: XSControl_WorkSession) -> dict[object, list[object]]:
    """Return what each product of a STEP file places."""
    below: dict[object, list[object]] = {}
    for use in _entities(session, StepRepr_NextAssemblyUsageOccurrence):
        whole, part = use.RelatingProductDefinition(), use.RelatedProductDefinition()
        below.setdefault(whole, []).append(part)
        below.setdefault(part, [])
    return below


def _mapped(session: XSControl_WorkSession) -> dict[object, list[object]]:
    """Return what each representation of a STEP file takes over from others, the older way of placing."""
    below: dict[object, list[object]] = {}
    if not any(True for _ in _entities(session, StepRepr_MappedItem)):
        return below
    for whole in _entities(session, StepRepr_Representation):
        items = (whole.ItemsValue(number + 1) for number in range(whole.NbItems()))
        for item in items:
            source = item.MappingSource() if isinstance(item, StepRepr_MappedItem) else None
            if source is not None:
                below.setdefault(whole, []).append(source.MappedRepresentation())
                below.setdefault(source.MappedRepresentation(), [])
    return below


def _entities(session: XSControl_WorkSession, kind: Any) -> Iterator[Any]:  # noqa: ANN401 - OCCT has no types
    """Yield a file's entities of a kind."""
    chosen = IFSelect_SelectType(kind.get_type_descriptor_s())
    chosen.SetInput(IFSelect_SelectModelEntities())
    found = session.EvalSelection(chosen)
    while found.More():
        yield found.Value()
        found.Next()


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
