"""Read a STEP or IGES file with OCCT and write it as GLB: a child of its own, since damaged files kill it.

    python -m media.geometry.witness occt job.json

Reports JSON lines on file descriptor 3: {"event": "stage", "name": …} when a stage begins, then either
{"event": "refused", "found": …} or {"event": "done", …} with the fields of `media.geometry.tessellate.Done`.
OCCT itself prints to stdout.
"""

# ruff: noqa: FBT003 - OCCT's signatures take plain booleans
import json
import math
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from OCP.Bnd import Bnd_Box
from OCP.BRep import BRep_Tool
from OCP.BRepBndLib import BRepBndLib
from OCP.BRepMesh import BRepMesh_IncrementalMesh
from OCP.IFSelect import IFSelect_RetDone
from OCP.Message import Message_ProgressRange
from OCP.OCP.collections import (
    IndexedDataMap_TCollection_AsciiString_TCollection_AsciiString,
    Sequence_TCollection_AsciiString,
)
from OCP.RWGltf import RWGltf_CafWriter, RWGltf_WriterTrsfFormat_TRS
from OCP.RWMesh import (
    RWMesh_CoordinateSystem_Yup,
    RWMesh_CoordinateSystem_Zup,
    RWMesh_NameFormat_InstanceOrProduct,
    RWMesh_NameFormat_Product,
)
from OCP.STEPCAFControl import STEPCAFControl_Reader
from OCP.STEPConstruct import STEPConstruct_ExternRefs
from OCP.TCollection import TCollection_AsciiString, TCollection_ExtendedString
from OCP.TDocStd import TDocStd_Document
from OCP.TopAbs import TopAbs_FACE
from OCP.TopExp import TopExp_Explorer
from OCP.TopLoc import TopLoc_Location
from OCP.TopoDS import TopoDS, TopoDS_Shape

from media.geometry.deduplicate import deduplicate
from media.geometry.occt_counts import Counts, Refused
from media.geometry.occt_parts import leaves, refuse_multiplied
from media.reference import member, shown

REPORT_FD = 3


def main(argv: list[str]) -> None:
    """Do the job in the JSON file `argv[1]`: format, source, raw, glb, deflection, angle, up_axis."""
    job = json.loads(Path(argv[1]).read_text())
    with os.fdopen(REPORT_FD, "w") as reports:

        def report(event: str, **values: object) -> None:
            reports.write(json.dumps({"event": event, **values}) + "\n")
            reports.flush()

        try:
            counts = convert(job, lambda name: report("stage", name=name))
        except Refused as refusal:
            report("refused", found=str(refusal))
            return
        report("done", **asdict(counts))
    os._exit(0)  # everything is written and closed; taking the kernel's memory apart would take 0.3 s


def convert(job: dict[str, str], stage: Callable[[str], None]) -> Counts:
    """Read, tessellate and write; returns what was found. Raises `Refused`."""
    counts = Counts()
    stage("read")
    if job["format"] == "iges":
        from media.geometry.occt_iges import read_iges  # noqa: PLC0415 - a STEP file need not pay for it

        document = read_iges(Path(job["source"]), counts)
    else:
        document = read_step(Path(job["source"]), counts)
    shapes = leaves(document, counts)
    if not any(has_faces(shape) for shape in shapes):
        missing = ", ".join(counts.missing_files)
        raise Refused(
            f"an assembly in several files where one is needed ({missing})" if missing else "no shapes"
        )
    stage("tessellate")
    whole = diagonal([shape for shape in shapes if has_faces(shape)])
    for shape in shapes:
        if has_faces(shape):
            tessellate(shape, whole, float(job["deflection"]), float(job["angle"]), counts)
    if counts.faces_without_triangles == counts.faces:
        raise Refused("shapes of which not one face could be tessellated")
    stage("write")
    write(document, Path(job["raw"]), job["up_axis"])
    deduplicate(Path(job["raw"]), Path(job["glb"]))
    return counts


def read_step(path: Path, counts: Counts) -> TDocStd_Document:
    """Read a STEP file into an XCAF document in millimetres."""
    reader = STEPCAFControl_Reader()
    for set_mode in (reader.SetLayerMode, reader.SetPropsMode, reader.SetGDTMode, reader.SetViewMode):
        set_mode(False)  # nothing that a picture needs, and each costs time and may fail
    if reader.ReadFile(str(path)) != IFSelect_RetDone:
        raise Refused("a file that the STEP reader cannot parse (cut short or damaged)")
    counts.check_fails = reader.ChangeReader().WS().Model().GlobalCheck(True).NbFails()
    refuse_multiplied(reader.ChangeReader().WS())
    for name in external_files(reader):
        if member(name, "") is None:
            raise Refused(f"a reference to a file that is not beside it ({shown(name)})")
        if (path.parent / name).exists():  # only itself and our own files are there
            raise Refused(f"a reference that leads back to the file itself ({shown(name)})")
    document = TDocStd_Document(TCollection_ExtendedString("BinXCAF"))
    if not reader.Transfer(document):
        raise Refused("no product structure with shapes")
    lengths, angles, solid_angles = (Sequence_TCollection_AsciiString() for _ in range(3))
    reader.ChangeReader().FileUnits(lengths, angles, solid_angles)
    units = dict.fromkeys(lengths.Value(number + 1).ToCString() for number in range(lengths.Length()))
    counts.unit = ", ".join(units)
    counts.missing_files = missing_files(reader)
    return document


def external_files(reader: STEPCAFControl_Reader) -> list[str]:
    """Name the external files that the transfer would look for, beside the file or anywhere else.

    The text says it in several ways, and the kernel goes by others than a search of the text would find.
    """
    references = STEPConstruct_ExternRefs(reader.ChangeReader().WS())
    references.LoadExternRefs()
    names = [references.FileName(number + 1) for number in range(references.NbExternRefs())]
    return [name for name in names if name]


def missing_files(reader: STEPCAFControl_Reader) -> list[str]:
    """Name the external files that the reader looked for and could not load."""
    external = reader.ExternFiles()
    if external is None:
        return []
    files = list(external)
    return sorted({file.GetName().ToCString() for file in files if file.GetLoadStatus() != IFSelect_RetDone})


def has_faces(shape: TopoDS_Shape) -> bool:
    """Say whether there is anything to see of a shape."""
    return bool(not shape.IsNull() and TopExp_Explorer(shape, TopAbs_FACE).More())


def diagonal(shapes: list[TopoDS_Shape]) -> float:
    """Return the diagonal of the box around `shapes`, in mm."""
    box = Bnd_Box()
    for shape in shapes:
        BRepBndLib.Add_s(shape, box, False)  # exact surfaces, not an older triangulation
    return float(math.sqrt(box.SquareExtent()))


def tessellate(shape: TopoDS_Shape, whole: float, deflection: float, angle: float, counts: Counts) -> None:
    """Mesh one distinct part. See `Tessellation` for what `deflection` and `angle` (radians) mean."""
    error = deflection * math.sqrt(diagonal([shape]) * whole)
    BRepMesh_IncrementalMesh(shape, error, False, angle, True)  # absolute, in parallel
    faces = TopExp_Explorer(shape, TopAbs_FACE)
    while faces.More():
        mesh = BRep_Tool.Triangulation_s(TopoDS.Face(faces.Current()), TopLoc_Location())
        counts.faces += 1
        counts.faces_without_triangles += mesh is None or mesh.NbTriangles() == 0
        faces.Next()


def write(document: TDocStd_Document, path: Path, up_axis: str) -> None:
    """Write a tessellated document as GLB: metres, Y up, surface normals, one primitive per colour."""
    writer = RWGltf_CafWriter(TCollection_AsciiString(str(path)), True)  # binary
    writer.SetMergeFaces(True)
    writer.SetParallel(True)
    writer.SetTransformationFormat(RWGltf_WriterTrsfFormat_TRS)
    writer.SetNodeNameFormat(RWMesh_NameFormat_InstanceOrProduct)
    writer.SetMeshNameFormat(RWMesh_NameFormat_Product)
    # The unit is not set here: the writer takes the one that the reader gave the document.
    system = RWMesh_CoordinateSystem_Yup if up_axis == "y" else RWMesh_CoordinateSystem_Zup
    writer.ChangeCoordinateSystemConverter().SetInputCoordinateSystem(system)
    no_remarks = IndexedDataMap_TCollection_AsciiString_TCollection_AsciiString()
    if not writer.Perform(document, no_remarks, Message_ProgressRange()):
        raise OSError(f"{path}: OCCT could not write the GLB (is the disk full?)")


if __name__ == "__main__":
    main(sys.argv)
