"""From a CAD file to a GLB and a USD master, by two children that work side by side."""

import json
import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from media.errors import BadInput, ToolFailed
from media.geometry.children import DoneModel, Refused, outcome, start_module, start_reader, twice
from media.geometry.conventions import Conventions
from media.geometry.gltf import Gltf, read_glb
from media.geometry.iges_text import IgesText, read_iges_text
from media.geometry.model_file import ModelFile
from media.geometry.report import GeometryReport, Tessellation
from media.geometry.step_report import Tessellated, report_on_cad
from media.geometry.step_text import StepText, read_step_text, unpack
from media.kind import Kind
from media.process import Child, Limits

logger = logging.getLogger(__name__)

KERNEL = "the CAD kernel (OCCT)"
USD_WRITER = "the USD writer"


class Mastered(DoneModel):
    """What the USD writer wrote."""

    meshes: int
    instances: int


@dataclass(frozen=True)
class Made:
    """Files that were made in a workspace, and what is known of them."""

    glb: Path
    usd: Path | None
    report: GeometryReport


def make_from_cad(
    file: ModelFile, folder: Path, tessellation: Tessellation, conventions: Conventions, limits: Limits
) -> Made:
    """Tessellate a STEP or IGES file.

    Args:
        file: The file.
        folder: A workspace of its own that the results are written to.
        tessellation: How finely.
        conventions: Which way is up, if it is not Z.
        limits: What each child may use.

    Raises:
        BadInput: The file is damaged, empty or depends on files that are not there.
        OutOfResources, TimedOut, ToolFailed: A child was stopped or broke.
    """
    file, text = _examined(file, folder)
    glb, usd = folder / "model.glb", folder / "master.usdc"
    with ExitStack() as children:
        writers: list[Child] = []

        def start_writer(stage: str) -> None:
            """Have pxr load while OCCT tessellates, and not at all for a file that cannot be read."""
            if stage == "tessellate" and not writers:
                writers.append(
                    children.enter_context(start_module("usd_master", folder=folder, limits=limits))
                )

        counts = _run_kernel(_write_job(file, glb, tessellation, conventions), file, limits, start_writer)
        (writer,) = writers
        writer.send(json.dumps({"glb": str(glb), "usd": str(usd)}).encode() + b"\n")
        report = report_on_cad(counts, text, _sound(glb), file.name)
        _finish_master(writer, report, usd, limits)
    return Made(glb, usd, report)


def _examined(file: ModelFile, folder: Path) -> tuple[ModelFile, StepText | IgesText]:
    """Return the file, unpacked, and what its text says."""
    if file.kind is Kind.IGES:
        return file, read_iges_text(file.path, file.name)
    if file.kind is Kind.STEP_GZ:
        plain = folder / "source.stp"
        unpack(file.path, plain, file.name)
        file = replace(file, path=plain)
    return file, read_step_text(file.path, file.name)


def _write_job(file: ModelFile, glb: Path, tessellation: Tessellation, conventions: Conventions) -> Path:
    """Write down what OCCT is to do; returns the file."""
    job = glb.with_name("job.json")
    job.write_text(
        json.dumps(
            {
                "format": "iges" if file.kind is Kind.IGES else "step",
                "source": str(file.path),
                "raw": str(glb.with_name("raw.glb")),
                "glb": str(glb),
                "deflection": str(tessellation.deflection),
                "angle": str(tessellation.angle),
                "up_axis": conventions.axis,
            }
        )
    )
    return job


def _run_kernel(job: Path, file: ModelFile, limits: Limits, on_stage: Callable[[str], None]) -> Tessellated:
    """Run OCCT on the file, twice if it dies of it."""

    def attempt() -> Tessellated:
        with start_reader("occt", job, limits=limits) as child:
            return outcome(child, KERNEL, Tessellated, limits, on_stage)

    try:
        return twice(attempt, file.name, KERNEL)
    except Refused as refusal:
        raise BadInput(
            f"{file.name}: expected a {'IGES' if file.kind is Kind.IGES else 'STEP'} file with solid shapes, "
            f"found {refusal}; export it again"
        ) from refusal


def _sound(glb: Path) -> Gltf:
    """Read what the kernel wrote, believing as little of it as of a stranger's file."""
    try:
        return read_glb(glb, glb.name)
    except BadInput as error:
        raise ToolFailed(f"{KERNEL} wrote a GLB that is not sound: {error}") from error


def _finish_master(writer: Child, report: GeometryReport, usd: Path, limits: Limits) -> None:
    """Wait for the USD writer, and believe only what agrees with the GLB."""
    mastered = outcome(writer, USD_WRITER, Mastered, limits)
    if mastered.instances != report.parts or not usd.is_file():
        raise ToolFailed(f"{USD_WRITER}: expected {report.parts} placed parts, found {mastered.instances}")
