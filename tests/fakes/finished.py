"""Finished pictures without a renderer: frames are painted, and all else is the product's own code."""

from dataclasses import dataclass
from pathlib import Path

from media.asset import Asset
from media.blender_events import Device, FrameWritten
from media.deliverables import deliver_previews, deliver_still
from media.frame_gate import FrameFacts
from media.frames import commit
from media.geometry.report import Geometry, GeometryReport
from media.job import StillJob
from media.manifest import Manifest, publish_manifest
from media.plan import Plan
from media.record import PREPARING, WHOLE, Made, manifest_of
from media.scene import Scene
from media.tools import Tools
from tests.fakes.pictures import frame

DEVICE = Device(type="CPU", name="a painter")
REPORT = GeometryReport(
    route="glb",
    why="nobody looked",
    parts=1,
    distinct_parts=1,
    triangles=1,
    distinct_triangles=1,
    bounds_min=(0, 0, 0),
    bounds_max=(1, 1, 1),
    unit="mm",
)
NO_ASSET = Asset(uri="nowhere", sha256="0" * 64, size=0, media_type="", key="")


@dataclass(frozen=True)
class Told:
    """What a record says of a picture.

    Attributes:
        seconds: Those of the frame and those of all of it; the latter are not told if they are none.
        warnings: What was odd.
    """

    seconds: tuple[float, float] = (1.0, 0.0)
    warnings: tuple[str, ...] = ()


NOTHING_ODD = Told()


def finish(plan: Plan, tools: Tools, folder: Path, *, colour: int = 1, told: Told = NOTHING_ODD) -> Manifest:
    """Commit a painted frame of a still, deliver it and publish its manifest."""
    job = plan.job
    assert isinstance(job, StillJob)
    path = folder / "frame.png"
    path.write_bytes(frame(colour, job.width, job.height))
    written = FrameWritten(
        event="frame_written",
        frame=1,
        path=path,
        seconds=told.seconds[0],
        peak_memory_bytes=1,
        device=DEVICE,
        samples=job.samples_per_pixel,
        persistent_data=False,
    )
    facts = FrameFacts.model_construct(uniform=False)
    committed = commit(written, facts, plan, tools.store)
    made = Made(
        geometry=Geometry(digest=plan.geometry, report=REPORT),
        scene=Scene(digest=plan.scene, asset=NO_ASSET, import_seconds=0.0, warnings=told.warnings),
        frames=(committed,),
        delivered=(deliver_still(plan, job.format, tools), deliver_previews(plan, tools)),
    )
    took = {WHOLE: told.seconds[1], PREPARING: 0.5} if told.seconds[1] else {}
    return publish_manifest(manifest_of(plan, made, tools, seconds=took), tools.store)
