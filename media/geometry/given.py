"""What is in a GLB or USD that was given to us; nothing is tessellated."""

import json
from pathlib import Path

from media.errors import BadInput
from media.geometry.children import (
    DoneModel,
    Refused,
    limits_for,
    outcome,
    sentence,
    start_reader,
    twice,
)
from media.geometry.report import GeometryReport
from media.geometry.usd_files import USD_READER
from media.process import Limits

GLB_READER = "the GLB reader"


class GlbContent(DoneModel):
    """What the GLB reader found; see `media.geometry.glb_content`."""

    parts: int
    distinct_parts: int
    triangles: int
    distinct_triangles: int
    bounds_min: tuple[float, float, float]
    bounds_max: tuple[float, float, float]
    part_names: tuple[str, ...]


class UsdContent(GlbContent):
    """What the USD reader found; see `media.geometry.usd_content`."""

    unit: str
    missing: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def report_on_glb(path: Path, name: str, limits: Limits | None = None) -> GeometryReport:
    """Check a given GLB in a child and say what is in it.

    Args:
        path: The file, in a workspace of its own.
        name: What its owner calls it.
        limits: What the child may use, instead of bounds by the size of the file.

    Raises:
        BadInput: It is damaged, shows nothing, or depends on other files.
        OutOfResources, TimedOut, ToolFailed: The child was stopped or broke.
    """
    bounded = limits or limits_for(path.stat().st_size)
    job = path.with_name("glb.json")
    job.write_text(json.dumps({"source": str(path), "name": name}))

    def attempt() -> GlbContent:
        with start_reader("glb_content", job, limits=bounded) as child:
            return outcome(child, GLB_READER, GlbContent, bounded)

    try:
        content = twice(attempt, name, GLB_READER)
    except Refused as refusal:
        raise BadInput(str(refusal)) from refusal
    return GeometryReport(
        route="glb",
        why="A GLB holds finished meshes, so it goes to Blender as it is.",
        unit="m",
        source_format="glb",
        **content.model_dump(),
    )


def report_on_usd(path: Path, name: str, limits: Limits) -> GeometryReport:
    """Check a given USD in a child and say what is in it.

    Raises:
        BadInput: It is damaged, shows nothing, or depends on other files.
        OutOfResources, TimedOut, ToolFailed: The child was stopped or broke.
    """

    def attempt() -> UsdContent:
        with start_reader("usd_content", path, limits=limits) as child:
            return outcome(child, USD_READER, UsdContent, limits)

    try:
        content = twice(attempt, name, USD_READER)
    except Refused as refusal:
        raise BadInput(
            f"{name}: expected a USD scene with meshes, found {refusal}; export it again"
        ) from refusal
    if content.missing:
        raise BadInput(
            f"{name}: expected a USD scene in one file, found references to others "
            f"({sentence(content.missing)}); flatten it or send it as one .usdz"
        )
    return GeometryReport(
        route="usd-given",
        why="A USD scene holds finished meshes, so it goes to Blender as it is.",
        **content.model_dump(exclude={"missing"}),
        source_format="usd",
    )
