"""What a run's page shows of its result: pictures, and a table of what was made."""

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from media.contact_sheet import as_data_uri
from media.deliverables import Delivered
from media.frames import Frame
from media.manifest import Manifest
from media.plan import Plan
from media.store import ObjectStore


def show_previews(plan: Plan, previews: Delivered, store: ObjectStore) -> None:
    """Show poster and contact sheet; as data URIs they need no server and never expire."""
    for output in previews.outputs:
        picture = as_data_uri(store.get(output.asset.key))
        create_markdown_artifact(
            markdown=f"![{output.download_name}]({picture})",
            key=f"{output.role}-{plan.result[:12]}",
            description=f"{plan.source.name}: {output.role}",
        )


def show_result(manifest: Manifest, store: ObjectStore, *, found: bool = False) -> None:
    """Show what was made, on what, how long it took, and where it lies."""
    rows = [
        {
            "output": output.download_name,
            "size": _bytes(output.asset.size),
            "made or found": "found" if found else "made",
            "where": store.uri(output.asset.key),
        }
        for output in manifest.content.outputs
    ]
    if frames := manifest.record.frames:
        rows.insert(0, _row_of(frames, found=found))
    create_table_artifact(
        table=rows,
        key=f"result-{manifest.content.job[:12]}",
        description=f"{manifest.record.source}: {manifest.content.noun}, {manifest.record.route_why}",
    )


def _row_of(frames: tuple[Frame, ...], *, found: bool) -> dict[str, str]:
    old = len(frames) if found else sum(frame.found for frame in frames)
    devices = sorted({f"{frame.device.name} ({frame.device.type})" for frame in frames})
    return {
        "output": f"{len(frames)} frame{'s' * (len(frames) > 1)}, {sum(f.seconds for f in frames):.0f} s",
        "size": _bytes(sum(frame.size for frame in frames)),
        "made or found": f"{len(frames) - old} made, {old} found",
        "where": ", ".join(devices),
    }


def _bytes(size: float) -> str:
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1024:  # noqa: PLR2004 - what a KiB is
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"
