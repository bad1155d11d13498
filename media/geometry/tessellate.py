"""From a STEP file to a GLB and a USD master, by two children that work side by side."""

import json
import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from media.errors import BadInput, ToolFailed
from media.geometry.children import DoneModel, Refused, outcome, start_module, start_reader, twice
from media.geometry.gltf import Gltf, read_glb
from media.geometry.report import GeometryReport, Tessellation
from media.geometry.step_report import Tessellated, report_on_step
from media.geometry.step_text import read_step_text, unpack
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
    with ExitStack() as children:
        writers: list[Child] = []

        def start_writer(stage: str) -> None:
            """Have pxr load while OCCT tessellates, and not at all for a file that cannot be read."""
            if stage == "tessellate" and not writers:
                writers.append(
                    children.enter_context(start_module("usd_master", folder=folder, limits=limits))
                )

        counts = _run_kernel(_write_job(step, glb, tessellation), name, limits, start_writer)
        (writer,) = writers
        writer.send(json.dumps({"glb": str(glb), "usd": str(usd)}).encode() + b"\n")
        report = report_on_step(counts, text, _sound(glb), name)
        _finish_master(writer, report, usd, limits)
    return Made(glb, usd, report)


def _write_job(step: Path, glb: Path, tessellation: Tessellation) -> Path:
    """Write what OCCT is to do; see `media.geometry.occt`."""
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
    return job


def _run_kernel(job: Path, name: str, limits: Limits, on_stage: Callable[[str], None]) -> Tessellated:
    """Run OCCT on the file, twice if it dies of it."""

    def attempt() -> Tessellated:
        with start_reader("occt", job, limits=limits) as child:
            return outcome(child, KERNEL, Tessellated, limits, on_stage)

    try:
        return twice(attempt, name, KERNEL)
    except Refused as refusal:
        raise BadInput(
            f"{name}: expected a STEP file with solid shapes, found {refusal}; export it again"
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
