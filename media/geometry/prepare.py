"""Find or make the geometry of a source: nothing is tessellated twice."""

import logging
from functools import cache
from importlib.metadata import version
from pathlib import Path

from media.asset import Asset, fetch_asset
from media.digest import Digestible, digest_of, sha256_of_file
from media.errors import BadInput
from media.faults import fault_point
from media.geometry.children import limits_for
from media.geometry.conventions import UNSAID, Conventions
from media.geometry.given import report_on_glb, report_on_usd
from media.geometry.mesh import RECIPE as MESH_RECIPE
from media.geometry.mesh import make_from_mesh
from media.geometry.model_file import ModelFile
from media.geometry.one_file import as_one_file
from media.geometry.report import USDZ_TYPE, Detail, Geometry, Tessellation
from media.geometry.tessellate import Made, make_from_cad
from media.kind import Kind
from media.process import Limits
from media.source import Source
from media.stage_report import find_report
from media.store import ObjectStore
from media.store.keys import key_for
from media.store.once import write_first
from media.store.single_flight import Work, once_at_a_time
from media.workspace import workspace

logger = logging.getLogger(__name__)

RECIPE = 2
"""Raise by hand when the same source and tessellation would give other files or another report."""

OCCT_PACKAGE = "cadquery-ocp-novtk"
GLB_TYPE, USD_TYPE = "model/gltf-binary", "application/octet-stream"
REPORT_NAME = "report.json"


def geometry_digest(
    source: Source, detail: Detail | Tessellation = "normal", conventions: Conventions = UNSAID
) -> str:
    """Return the digest of the geometry of a source.

    Only what changes the result is in it: given GLB and USD know no detail, no CAD kernel, no unit and no up
    axis of others, and a guessed unit is the same as that unit said. What is in a ZIP nobody knows yet.
    """
    made_of: dict[str, Digestible] = {"stage": "geometry", "recipe": RECIPE, "source": source.asset.sha256}
    if source.kind.is_cad or source.kind is Kind.ZIP:
        tessellation = _tessellation(detail)
        made_of |= {
            "deflection": tessellation.deflection,
            "angle": tessellation.angle,
            "occt": _occt_series(),
        }
        if conventions.axis != Conventions().axis:
            made_of["up_axis"] = conventions.axis
    if source.kind.is_mesh or source.kind is Kind.ZIP:
        made_of |= {"meshes": MESH_RECIPE, "unit": conventions.mesh_unit, "up_axis": conventions.axis}
    return digest_of(made_of)


def prepare_geometry(
    source: Source,
    store: ObjectStore,
    detail: Detail | Tessellation = "normal",
    conventions: Conventions = UNSAID,
    limits: Limits | None = None,
) -> Geometry:
    """Find the geometry of a source in the store, or make it and store it, or wait for who is making it.

    Args:
        source: What was downloaded; its name is used in messages only.
        store: Where it lies and where the result goes.
        detail: How closely triangles follow curved surfaces, for STEP and IGES.
        conventions: Unit and up axis, where the format leaves them open.
        limits: What each child process may use, instead of bounds by the size of the source.

    Raises:
        BadInput: The source cannot be used; the sentence says why.
        OutOfResources, TimedOut, ToolFailed: A child process was stopped or broke.
    """
    digest = geometry_digest(source, detail, conventions)
    work = Work(
        name=source.name,
        find=lambda: find_geometry(digest, store),
        make=lambda: _made(source, store, _tessellation(detail), conventions, limits),
        publish=lambda geometry: _published(geometry, store),
    )
    return _with_remarks(once_at_a_time(digest, work, store), conventions)


def find_geometry(digest: str, store: ObjectStore) -> Geometry | None:
    """Return the geometry of this digest if its report and its files are stored; they count as used."""
    key = key_for("geometry", digest, REPORT_NAME)
    return find_report(key, Geometry, store, lambda geometry: (geometry.glb, geometry.usd))


def _with_remarks(geometry: Geometry, conventions: Conventions) -> Geometry:
    """Add what was guessed this time; it is no part of what is stored, which is the same if it was said."""
    report = geometry.report
    warnings = (*report.warnings, *conventions.remarks(report.source_format))
    return geometry.model_copy(update={"report": report.model_copy(update={"warnings": warnings})})


def _made(
    source: Source,
    store: ObjectStore,
    tessellation: Tessellation,
    conventions: Conventions,
    limits: Limits | None,
) -> Geometry:
    """Make the geometry of a source and store its files, without the report by which it is found."""
    digest = geometry_digest(source, tessellation, conventions)
    limits = limits or limits_for(source.asset.size)
    with workspace() as folder:
        path = folder / f"source.{source.kind}"
        fetch_asset(source.asset, store, path)
        file = as_one_file(ModelFile(path, source.name, source.kind, root=folder))
        if file.kind.is_cad:
            made = make_from_cad(file, folder, tessellation, conventions, limits)
            return _stored_made(made, file, digest, store)
        if file.kind.is_mesh:
            made = make_from_mesh(file, folder, conventions, limits)
            return _stored_made(made, file, digest, store)
        return _given(source, file, digest, limits, store)


def _given(source: Source, file: ModelFile, digest: str, limits: Limits, store: ObjectStore) -> Geometry:
    """Take a GLB or USD as it is; if it was sent as one, its own asset is the geometry."""
    own = source.asset if file.kind is source.kind else None
    if file.kind is Kind.GLB:
        report = report_on_glb(file.path, file.name, limits)
        return Geometry(
            digest=digest, glb=own or _stored(file.path, "model.glb", GLB_TYPE, store), report=report
        )
    if file.kind.is_usd:
        report = report_on_usd(file.path, file.name, limits)
        return Geometry(
            digest=digest, usd=own or _stored(file.path, "model.usdz", USDZ_TYPE, store), report=report
        )
    if file.kind is Kind.BLEND:
        raise BadInput(
            f"{file.name}: expected a model, found a Blender file, with its own light and cameras; "
            "render it by render-frame or render-animation"
        )
    raise BadInput(f"{file.name}: expected a model that is read here, found one of the kind {file.kind}")


def _stored_made(made: Made, file: ModelFile, digest: str, store: ObjectStore) -> Geometry:
    """Put what was made of a CAD or mesh file."""
    fault_point("geometry.before_put")
    source_format = "step" if file.kind.is_step else file.kind.value
    return Geometry(
        digest=digest,
        glb=_stored(made.glb, "model.glb", GLB_TYPE, store),
        usd=_stored(made.usd, "master.usdc", USD_TYPE, store) if made.usd else None,
        report=made.report.model_copy(update={"source_format": source_format}),
    )


def _stored(path: Path, name: str, media_type: str, store: ObjectStore) -> Asset:
    """Put a file under the digest of its bytes, so that nobody's other bytes ever replace it."""
    sha256 = sha256_of_file(path)
    key = key_for("geometry", sha256, name)
    stat = store.put(key, path, sha256=sha256)
    return Asset(uri=store.uri(key), sha256=sha256, size=stat.size, media_type=media_type, key=key)


def _published(geometry: Geometry, store: ObjectStore) -> Geometry:
    """Write the report, once; whoever was first has made the geometry that counts."""
    fault_point("geometry.before_report")
    key = key_for("geometry", geometry.digest, REPORT_NAME)
    data = geometry.model_dump_json().encode()
    if first := write_first(key, data, store, lambda: find_geometry(geometry.digest, store)):
        return first.model_copy(update={"found": False})
    report = geometry.report
    logger.info("geometry %s: %s parts, %s triangles", geometry.digest, report.parts, report.triangles)
    return geometry


@cache
def _occt_series() -> str:
    """Return the CAD kernel's major and minor version; read once, not for each of thousands."""
    return ".".join(version(OCCT_PACKAGE).split(".")[:2])


def _tessellation(detail: Detail | Tessellation) -> Tessellation:
    return detail if isinstance(detail, Tessellation) else Tessellation.of(detail)
