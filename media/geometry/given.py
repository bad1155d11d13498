"""What is in a GLB or USD that was given to us; nothing is tessellated."""

from dataclasses import asdict
from pathlib import Path

from media.errors import BadInput
from media.geometry.children import DoneModel, Refused, outcome, sentence, start_reader, twice
from media.geometry.gltf import read_glb
from media.geometry.gltf_caps import check_caps
from media.geometry.placement import bounds, content
from media.geometry.report import GeometryReport
from media.geometry.usd_files import USD_READER
from media.process import Limits


class UsdContent(DoneModel):
    """What the USD reader found; see `media.geometry.usd_content`."""

    parts: int
    distinct_parts: int
    triangles: int
    distinct_triangles: int
    bounds_min: tuple[float, float, float]
    bounds_max: tuple[float, float, float]
    unit: str
    part_names: tuple[str, ...]
    missing: tuple[str, ...]


def report_on_glb(path: Path, name: str) -> GeometryReport:
    """Check a given GLB and say what is in it.

    Raises:
        BadInput: It is damaged, shows nothing, or depends on other files.
    """
    gltf = read_glb(path, name)
    check_caps(gltf, name)
    try:
        low, high = bounds(gltf)
    except ValueError as error:
        raise BadInput(f"{name}: expected a GLB with something to show, found {error}") from error
    return GeometryReport(
        route="glb",
        why="A GLB holds finished meshes, so it goes to Blender as it is.",
        **asdict(content(gltf)),
        bounds_min=tuple(low.tolist()),
        bounds_max=tuple(high.tolist()),
        unit="m",
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
    )
