"""Put together what a finished job on a shot says of itself."""

from collections.abc import Sequence

from media.cost import Cost
from media.deliverables import Delivered
from media.frame_warnings import warnings_about
from media.frames import Frame
from media.manifest import Content, FrameEntry, Manifest, Record
from media.shot.plan import ShotPlan
from media.tools import Tools


def shot_manifest(
    plan: ShotPlan,
    frames: Sequence[Frame],
    delivered: Sequence[Delivered],
    tools: Tools,
    cost: Cost | None = None,
) -> Manifest:
    """Return the manifest of a job on a shot whose every part is stored."""
    content = Content(
        job=plan.result,
        noun=plan.noun,
        outputs=tuple(output for one in delivered for output in one.outputs),
        frames=tuple(
            FrameEntry(number=f.number, key=f.key, sha256=f.sha256, size=f.size, display=f.display)
            for f in frames
        ),
    )
    built = plan.source.built
    encoded = next((one for one in delivered if one.encoder), None)
    found = sum(frame.found for frame in frames)
    record = Record(
        source=plan.source.name,
        source_sha256=plan.source.asset.sha256,
        asked=built.asked if built else plan.job.model_dump(mode="json", exclude={"source"}),
        built=built.digest if built else "",
        route="blend",
        route_why=_why(plan),
        geometry="",
        scene=plan.shot.digest,
        render=plan.render,
        blender=tools.blender.version,
        reused=(
            *(("shot",) if plan.shot.found else ()),
            *((f"{found} of {len(frames)} frames",) if found else ()),
        ),
        frames=tuple(frames),
        encoder=encoded.encoder if encoded else "",
        encoder_reason=encoded.encoder_reason if encoded else "",
        seconds={
            "frames": sum(frame.seconds for frame in frames),
            "deliverables": sum(one.seconds for one in delivered),
        },
        machine=tools.machine,
        cost=cost,
        warnings=(
            *(finding.message for finding in plan.findings if finding.level != "note"),
            *warnings_about(frames),
        ),
    )
    return Manifest(content=content, record=record)


def _why(plan: ShotPlan) -> str:
    written_by = plan.shot.report.written_by
    if not written_by[0].isdigit():
        return f"a scene of {written_by} with its own camera"
    return f"a Blender file, {plan.job.blend}"
