"""What a run's page shows of its result: pictures, a table of what was made, and where it lies."""

import re
from collections.abc import Iterable, Sequence

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from media.address import readable
from media.blender_events import FrameRefused
from media.contact_sheet import as_data_uri
from media.cost import Cost
from media.frames import Frame
from media.manifest import Manifest, Output, manifest_key
from media.store import ObjectStore
from tasks.proofs import show_proofs

PICTURES = {
    "poster": "Poster",
    "contact-sheet": "Contact sheet",
    "before-after": "Before and after",
    "waveform": "Waveform",
    "sprite": "Thumbnails",
}


def show_finished(manifest: Manifest, store: ObjectStore, *, found: bool = False) -> None:
    """Show all there is to see of a finished job."""
    show_previews(manifest.content.outputs, manifest.content.job, manifest.record.source, store)
    show_result(manifest, store, found=found)


def show_previews(outputs: Iterable[Output], job: str, source: str, store: ObjectStore) -> None:
    """Show poster and contact sheet; as data URIs they need no server and never expire.

    Args:
        outputs: Finished files, the previews among them.
        job: The job's digest.
        source: The source's file name.
        store: Where the outputs lie.
    """
    for output in outputs:
        if output.role in PICTURES:
            create_markdown_artifact(
                markdown=f"![{output.download_name}]({as_data_uri(store.get(output.asset.key))})",
                key=f"{output.role}-{job[:12]}",
                description=f"{PICTURES[output.role]} of {source}",
            )


def show_result(manifest: Manifest, store: ObjectStore, *, found: bool = False) -> None:
    """Show what was made, on what, how long it took, and where it lies."""
    content, record = manifest.content, manifest.record
    name = f"{record.source}, {content.noun}"
    create_table_artifact(
        table=_table(manifest, found=found),
        key=f"result-{content.job[:12]}",
        description=f"{'Found' if found else 'Made'}: {name}",
    )
    if record.frames:
        show_proofs(record.proofs, [frame.number for frame in record.frames], content.job[:12])
    create_markdown_artifact(
        markdown="\n\n".join([_account(manifest), *_places(manifest, store)]),
        key=f"files-{content.job[:12]}",
        description=f"Where the files are, and how they were made: {name}",
    )


def show_refused(refused: FrameRefused, source: str) -> None:
    """Show a frame that was not what it must be, as far as anything can be seen of it."""
    words = [f"Frame {refused.frame}: {as_plain(refused.reason)}"]
    if refused.thumbnail:
        words.append(f"![frame {refused.frame}]({as_data_uri(refused.thumbnail)})")
    create_markdown_artifact(
        markdown="\n\n".join(words),
        key=f"refused-{refused.frame:06d}",
        description=f"A frame of {source} that came out wrong twice",
    )


def as_plain(text: str) -> str:
    """Return markdown that shows a text as it stands: a stranger's names may look like pictures or links."""
    return re.sub(r"([\\`*_\[\]<>!|~#])", r"\\\1", " ".join(text.split()))


def _table(manifest: Manifest, *, found: bool) -> list[dict[str, str]]:
    record = manifest.record
    rows = [_frames(record.frames, found=found)] if record.frames else []
    for output in manifest.content.outputs:
        made_by = record.encoder if output.role == "video" else ""
        what = output.role.replace("-", " ")
        rows.append(_row(what, "found" if found else "made", output.asset.size, by=made_by))
    return rows


def _frames(frames: Sequence[Frame], *, found: bool) -> dict[str, str]:
    old = len(frames) if found else sum(frame.found for frame in frames)
    seconds = f"{sum(frame.seconds for frame in frames):.1f}"
    name = f"{len(frames)} frame{'s' * (len(frames) > 1)}"
    made = f"{len(frames) - old} made, {old} found"
    return _row(name, made, sum(frame.size for frame in frames), seconds, _devices(frames))


def _row(name: str, made: str, size: int, seconds: str = "", by: str = "") -> dict[str, str]:
    return {
        "what": name,
        "made or found": made,
        "size": readable_size(size),
        "seconds": seconds,
        "made by": by,
    }


def _account(manifest: Manifest) -> str:
    """Tell how the job was done, as a list in markdown."""
    record = manifest.record
    facts = [f"{'Geometry' if record.geometry else 'Scene'}: {record.route_why}"] if record.route else []
    if record.frames:
        facts.append(f"Rendered by Blender {record.blender} on {_devices(record.frames)}.")
    if record.encoder:
        facts.append(f"Encoded by {record.encoder}: {record.encoder_reason}.")
    if record.cost:
        facts.append(_costs(record.cost))
    elif record.frames:
        made = sum(frame.seconds for frame in record.frames if not frame.found)
        facts.append(f"Cost: nothing was rented; machines that were there rendered for {made:.0f} s.")
    facts += [f"Found, not made again: {', '.join(record.reused)}."] if record.reused else []
    facts += [f"**Note:** {as_plain(warning)}" for warning in record.warnings]
    return "\n".join(f"- {fact}" for fact in facts)


def _costs(cost: Cost) -> str:
    per_frame = f", ${cost.usd_per_frame:.4f} a frame" if cost.usd_per_frame is not None else ""
    machines = ", ".join(f"{one.offer} for {one.seconds:.0f} s" for one in cost.machines)
    return f"Cost ${cost.usd:.4f}{per_frame}: {machines}."


def _places(manifest: Manifest, store: ObjectStore) -> Iterable[str]:
    """Tell where each file lies, under the name that people know it by."""
    for output in manifest.content.outputs:
        yield f"**{output.download_name}**, {readable_size(output.asset.size)}"
        yield f"```\n{readable(store.uri(output.asset.key))}\n```"
    yield f"**manifest.json**\n\n```\n{readable(store.uri(manifest_key(manifest.content.job)))}\n```"


def _devices(frames: Iterable[Frame]) -> str:
    return ", ".join(sorted({f"{frame.device.name} ({frame.device.type})" for frame in frames}))


def readable_size(size: float) -> str:
    """Return a number of bytes as people read it."""
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1024:  # noqa: PLR2004 - what a KiB is
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"
