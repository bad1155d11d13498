"""From a STEP file to a GLB and a USD master, by two children that work side by side."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path

from media.errors import BadInput, ToolFailed
from media.geometry.children import DoneModel, Refused, outcome, sentence, start_module, twice
from media.geometry.gltf import Gltf, read_glb
from media.geometry.placement import bounds, placed, triangles
from media.geometry.report import GeometryReport, Tessellation
from media.geometry.step_text import StepText, read_step_text, unpack
from media.kind import Kind
from media.process import Child, Limits

logger = logging.getLogger(__name__)

KERNEL = "the CAD kernel (OCCT)"
USD_WRITER = "the USD writer"
UNITS = {
    "millimetre": "mm",
    "centimetre": "cm",
    "metre": "m",
    "inch": "inch",
    "foot": "foot",
    "micrometre": "µm",
}


class Tessellated(DoneModel):
    """What the CAD kernel found; see `media.geometry.occt.Counts`."""

    parts: int
    distinct_parts: int
    solids: int
    faces: int
    faces_without_triangles: int
    check_fails: int
    unit: str
    missing_files: tuple[str, ...]


class Mastered(DoneModel):
    """What the USD writer wrote."""

    meshes: int
    instances: int


@dataclass(frozen=True)
class Made:
    """Files that were made in a workspace, and what is known of them."""

    glb: Path
    usd: Path
    report: GeometryReport


def make_from_step(source: Path, name: str, kind: Kind, tessellation: Tessellation, limits: Limits) -> Made:
    """Tessellate a STEP file beside itself.

    Args:
        source: The file, in a workspace of its own that the results are written to.
        name: What its owner calls it.
        kind: STEP, plain or compressed.
        tessellation: How finely.
        limits: What each child may use.

    Raises:
        BadInput: The file is damaged, empty or depends on files that are not there.
        OutOfResources, TimedOut, ToolFailed: A child was stopped or broke.
    """
    folder = source.parent
    step = source
    if kind is Kind.STEP_GZ:
        step = folder / "source.stp"
        unpack(source, step, name)
    text = read_step_text(step, name)
    glb, usd = folder / "model.glb", folder / "master.usdc"
    with start_module("usd_master", folder=folder, limits=limits) as writer:  # pxr loads while OCCT works
        counts = _run_kernel(step, glb, name, tessellation, limits)
        writer.send(json.dumps({"glb": str(glb), "usd": str(usd)}).encode() + b"\n")
        report = _report(counts, text, read_glb(glb, name), name)
        _finish_master(writer, report, usd)
    return Made(glb, usd, report)


def _run_kernel(step: Path, glb: Path, name: str, tessellation: Tessellation, limits: Limits) -> Tessellated:
    """Run OCCT on the file, twice if it dies of it."""
    job = glb.with_name("job.json")
    job.write_text(
        json.dumps(
            {
                "source": str(step),
                "raw": str(glb.with_name("raw.glb")),
                "glb": str(glb),
                "deflection": str(tessellation.deflection),
                "angle": str(tessellation.angle),
            }
        )
    )

    def attempt() -> Tessellated:
        with start_module("occt", str(job), folder=glb.parent, limits=limits) as child:
            child.close_stdin()
            return outcome(child, KERNEL, Tessellated)

    try:
        return twice(attempt, name, KERNEL)
    except Refused as refusal:
        raise BadInput(
            f"{name}: expected a STEP file with solid shapes, found {refusal}; export it again"
        ) from refusal


def _finish_master(writer: Child, report: GeometryReport, usd: Path) -> None:
    """Wait for the USD writer, and believe only what agrees with the GLB."""
    mastered = outcome(writer, USD_WRITER, Mastered)
    if mastered.instances != report.parts or not usd.is_file():
        raise ToolFailed(f"{USD_WRITER}: expected {report.parts} placed parts, found {mastered.instances}")


def _report(counts: Tessellated, text: StepText, gltf: Gltf, name: str) -> GeometryReport:
    """Say what came of the file, from the GLB itself where it can tell.

    Raises:
        BadInput: The file is damaged and part of its geometry is lost.
    """
    low, high = bounds(gltf)
    places = list(placed(gltf))
    per_mesh = [triangles(gltf, mesh) for mesh in range(len(gltf.document.meshes))]
    return GeometryReport(
        route="usd-made",
        why=f"STEP ({text.schema or 'no schema named'}) was tessellated by OCCT and written as GLB and USD.",
        parts=len(places),
        distinct_parts=len({place.mesh for place in places}),
        triangles=sum(per_mesh[place.mesh] for place in places),
        distinct_triangles=sum(per_mesh),
        faces=counts.faces,
        faces_without_triangles=counts.faces_without_triangles,
        bounds_min=tuple(low.tolist()),
        bounds_max=tuple(high.tolist()),
        unit=", ".join(UNITS.get(unit.lower(), unit.lower()) for unit in counts.unit.split(", ")),
        missing_external_references=counts.missing_files,
        part_names=tuple(mesh.name for mesh in gltf.document.meshes),
        warnings=tuple(_warnings(counts, text, len(places), name)),
    )


def _warnings(counts: Tessellated, text: StepText, parts: int, name: str) -> list[str]:
    """Say what a user should look at, one sentence each. Raises `BadInput` when geometry is surely lost."""
    lost = text.faces - counts.faces
    if counts.check_fails and lost > 0:
        raise BadInput(
            f"{name}: expected the {text.faces} faces that its text defines, found {counts.faces}, and "
            f"{counts.check_fails} entities fail the reader's check: the file is damaged; export it again"
        )
    found = []
    if counts.check_fails:
        found.append(f"{counts.check_fails} entities fail the STEP reader's check; the file may be damaged.")
    if lost > 0:
        found.append(f"{lost} of {text.faces} faces that the file defines were not read.")
    if counts.faces_without_triangles:
        found.append(f"{counts.faces_without_triangles} of {counts.faces} faces got no triangles.")
    if counts.missing_files:
        found.append(f"Files it refers to are missing: {sentence(counts.missing_files)}.")
    if counts.parts > parts:
        found.append(f"{counts.parts - parts} of {counts.parts} placed parts have nothing to show.")
    return found
