"""Put together what a finished job says of itself."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from media.asset import Asset
from media.cost import Cost
from media.deliverables import Delivered, name_for_people
from media.digest import digest_of
from media.frame_warnings import warnings_about
from media.frames import Frame
from media.geometry.prepare import geometry_digest
from media.geometry.report import Geometry
from media.job import GeometryJob
from media.manifest import Content, FrameEntry, Manifest, Output, Record, Role
from media.plan import Plan
from media.scene import Scene
from media.source import Source
from media.tools import Tools

GEOMETRY_RESULT_RECIPE = 1
"""Raise by hand when the same geometry would be delivered in another form."""
WHOLE, PREPARING = "whole", "preparing"
"""What all of a job took, and geometry and scene of that; known where one process did all of it."""
SCENE = "scene"
NOT_KNOWN: Mapping[str, float] = {}
SUFFIXES = {"model/gltf-binary": ".glb", "model/vnd.usda": ".usda", "model/vnd.usdz+zip": ".usdz"}


class Made(BaseModel):
    """Everything that the stages of a job made, or found."""

    model_config = ConfigDict(frozen=True)

    geometry: Geometry
    scene: Scene
    frames: tuple[Frame, ...]
    delivered: tuple[Delivered, ...]


def manifest_of(
    plan: Plan,
    made: Made,
    tools: Tools,
    cost: Cost | None = None,
    seconds: Mapping[str, float] = NOT_KNOWN,
) -> Manifest:
    """Return the manifest of a job whose every part is stored.

    Args:
        plan: What was to be made.
        made: What was.
        tools: With what.
        cost: What rented machines cost for it.
        seconds: What `WHOLE` and `PREPARING` took, if that is known.
    """
    geometry, frames, delivered = made.geometry, made.frames, made.delivered
    entries = (FrameEntry(number=f.number, key=f.key, sha256=f.sha256, size=f.size) for f in frames)
    content = Content(
        job=plan.result,
        noun=plan.job.noun,
        outputs=tuple(output for one in delivered for output in one.outputs),
        frames=tuple(entries),
    )
    encoded = next((one for one in delivered if one.encoder), None)
    record = Record(
        source=plan.source.name,
        source_sha256=plan.source.asset.sha256,
        asked=plan.job.model_dump(mode="json", exclude={"source"}),
        route=geometry.report.route,
        route_why=geometry.report.why,
        geometry=plan.geometry,
        scene=plan.scene,
        render=plan.render,
        blender=tools.blender.version,
        reused=_reused(geometry, made.scene, frames),
        frames=tuple(frames),
        encoder=encoded.encoder if encoded else "",
        encoder_reason=encoded.encoder_reason if encoded else "",
        seconds={
            "scene import": made.scene.import_seconds,
            "frames": sum(frame.seconds for frame in frames),
            "deliverables": sum(one.seconds for one in delivered),
            **seconds,
        },
        machine=tools.machine,
        cost=cost,
        warnings=(*geometry.report.warnings, *made.scene.warnings, *warnings_about(frames)),
    )
    return Manifest(content=content, record=record)


def geometry_result(source: Source, job: GeometryJob) -> str:
    """Return the digest that names a geometry which is wanted for itself."""
    geometry = geometry_digest(source, job.detail, job.conventions)
    return digest_of({"stage": "geometry-result", "recipe": GEOMETRY_RESULT_RECIPE, "geometry": geometry})


def geometry_manifest(job: GeometryJob, source: Source, geometry: Geometry) -> Manifest:
    """Return the manifest of a geometry that is wanted for itself."""
    files: tuple[tuple[Role, Asset | None], ...] = (("glb", geometry.glb), ("usd", geometry.usd))
    outputs = tuple(
        Output(
            role=role,
            asset=asset,
            download_name=name_for_people(source.name, role, SUFFIXES.get(asset.media_type, ".usdc")),
        )
        for role, asset in files
        if asset
    )
    record = Record(
        source=source.name,
        source_sha256=source.asset.sha256,
        asked=job.model_dump(mode="json", exclude={"source"}),
        route=geometry.report.route,
        route_why=geometry.report.why,
        geometry=geometry.digest,
        reused=("geometry",) if geometry.found else (),
        warnings=geometry.report.warnings,
    )
    content = Content(
        job=geometry_result(source, job),
        noun=job.noun,
        outputs=outputs,
    )
    return Manifest(content=content, record=record)


def _reused(geometry: Geometry, scene: Scene, frames: Sequence[Frame]) -> tuple[str, ...]:
    found = [name for name, stage in (("geometry", geometry), (SCENE, scene)) if stage.found]
    count = sum(frame.found for frame in frames)
    return (*found, *([f"{count} of {len(frames)} frames"] if count else []))
