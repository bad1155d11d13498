"""From a mesh file without unit and up axis (STL, OBJ, PLY) to a GLB, by a child of its own."""

import json
from pathlib import Path

from media.errors import BadInput, ToolFailed
from media.geometry.children import DoneModel, Refused, outcome, sentence, start_reader, twice
from media.geometry.conventions import METRES, Conventions
from media.geometry.given import report_on_glb
from media.geometry.model_file import ModelFile
from media.geometry.tessellate import Made
from media.kind import Kind
from media.process import Limits

READER = "the mesh reader"
RECIPE = 2
"""Raise by hand when the same mesh file would give another GLB; it is in the geometry's digest."""
LACKS = {
    Kind.STL: "STL holds bare triangles (no assembly, colours or smooth normals; only as text, names)",
    Kind.OBJ: "OBJ holds polygons in named parts (no assembly, no instances)",
    Kind.PLY: "PLY holds polygons, perhaps with colours (no assembly, no parts or names)",
}


class MeshRead(DoneModel):
    """What the mesh reader found; see `media.geometry.mesh_reader`."""

    missing: tuple[str, ...]
    warnings: tuple[str, ...]


def make_from_mesh(file: ModelFile, folder: Path, conventions: Conventions, limits: Limits) -> Made:
    """Turn a mesh file into a GLB.

    Args:
        file: The file; its materials and pictures are read below its root.
        folder: A workspace of its own that the result is written to.
        conventions: Its unit and up axis.
        limits: What the child may use.

    Raises:
        BadInput: The file is damaged or shows nothing.
        OutOfResources, TimedOut, ToolFailed: The child was stopped or broke.
    """
    glb, job = folder / "model.glb", folder / "job.json"
    job.write_text(
        json.dumps(
            {
                "kind": file.kind.value,
                "source": str(file.path),
                "root": str(file.root),
                "glb": str(glb),
                "metres": str(METRES[conventions.mesh_unit]),
                "up_axis": conventions.axis,
            }
        )
    )
    read = _run_reader(job, file, limits)
    try:
        report = report_on_glb(glb, file.name)
    except BadInput as error:
        raise ToolFailed(f"{READER} wrote a GLB that is not sound: {error}") from error
    lost = f"Files it refers to are missing: {sentence(read.missing)}."
    made = {
        "why": f"{LACKS[file.kind]}; it was written as GLB, which goes to Blender as it is.",
        "unit": conventions.mesh_unit,
        "missing_external_references": read.missing,
        "warnings": (*report.warnings, *([lost] if read.missing else []), *read.warnings),
    }
    return Made(glb, None, report.model_copy(update=made))


def _run_reader(job: Path, file: ModelFile, limits: Limits) -> MeshRead:
    def attempt() -> MeshRead:
        with start_reader("mesh_reader", job, limits=limits) as child:
            return outcome(child, READER, MeshRead, limits)

    try:
        return twice(attempt, file.name, READER)
    except Refused as refusal:
        raise BadInput(
            f"{file.name}: expected {file.kind.upper()} with triangles, found {refusal}; export it again"
        ) from refusal
