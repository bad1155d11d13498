"""Find or make the prepared shot of a source: opened once, cleaned, looked through, and made whole."""

import logging
from pathlib import Path

from media.archive import extract
from media.asset import Asset, fetch_asset
from media.blender import Blender, run_script
from media.blender_events import ShotSaved
from media.bundle import MAIN, packed
from media.digest import digest_of, sha256_of_file
from media.errors import BadInput, ToolFailed
from media.faults import fault_point
from media.kind import Kind, kind_of_file
from media.shot.job import ShotJob
from media.shot.report import Shot, ShotReport
from media.source import Source
from media.store import Missing, ObjectStore
from media.store.keys import key_for
from media.store.once import write_first
from media.store.single_flight import Work, once_at_a_time
from media.store.touch import kept
from media.tools import Tools
from media.workspace import workspace

logger = logging.getLogger(__name__)

RECIPE = 2
"""Raise by hand when the same source would give another prepared shot."""
PREPARED = "prepared.blend"
REPORT = "shot.json"
MOST_MAIN_BYTES = 4096


def shot_digest(source: Source, blender: Blender, *, trusted: bool) -> str:
    """Return the digest of the prepared shot of a source."""
    return digest_of(
        {
            "stage": "shot",
            "recipe": RECIPE,
            "source": source.asset.sha256,
            "trusted": trusted,
            "blender": blender.series,
        }
    )


def expect_consent(job: ShotJob, source: Source) -> None:
    """Refuse a Blender file of which the job does not say how to open it.

    Raises:
        BadInput: The job says nothing of it.
    """
    if job.blend == "refused":
        raise BadInput(
            f"{source.name}: expected to be told how to open a Blender file, which can hold programs; say "
            'blend "cleaned" for a stranger\'s, or "trusted" for your own'
        )


def prepare_shot(source: Source, tools: Tools, *, trusted: bool) -> Shot:
    """Find or make the prepared shot of a source, or wait for who is making it.

    Raises:
        BadInput: It is no .blend, nor a ZIP of one, or Blender cannot read it.
        OutOfResources, TimedOut, ToolFailed: The child that reads it was stopped or broke.
    """
    digest = shot_digest(source, tools.blender, trusted=trusted)
    work = Work(
        name=source.name,
        find=lambda: find_shot(digest, tools.store),
        make=lambda: _made(digest, source, tools, trusted=trusted),
        publish=lambda shot: _published(shot, tools.store),
    )
    return once_at_a_time(digest, work, tools.store)


def find_shot(digest: str, store: ObjectStore) -> Shot | None:
    """Return the shot of this digest if all of it is stored; what is, counts as used."""
    key = key_for("scenes", digest, REPORT)
    if not kept(store.stat(key), store):
        return None
    try:
        shot = Shot.model_validate_json(store.get(key))
    except Missing:  # deleted just now
        return None
    stat = store.stat(shot.asset.key)
    if stat is None or stat.size != shot.asset.size or not kept(stat, store):
        return None
    return shot.model_copy(update={"found": True})


def fetch_shot(shot: Shot, store: ObjectStore, folder: Path) -> Path:
    """Copy a shot into `folder`, with what it needs, and return where its .blend is.

    Raises:
        Missing: It was deleted since it was found.
    """
    if shot.asset.key.endswith(".blend"):
        path = folder / PREPARED
        fetch_asset(shot.asset, store, path)
        return path
    fetch_asset(shot.asset, store, folder / "shot.zip")
    extract(folder / "shot.zip", folder / "files", "shot.zip")
    return folder / "files" / (folder / "files" / MAIN).read_text(encoding="utf-8").strip()


def _made(digest: str, source: Source, tools: Tools, *, trusted: bool) -> Shot:
    with workspace() as folder:
        root = folder / "files"
        blend = _unpacked(source, root, tools.store)
        output = blend.with_name(PREPARED)
        saved = _saved(
            {
                "do": "prepare_shot",
                "source": str(blend),
                "folder": str(root),
                "trusted": trusted,
                "output": str(output),
            },
            tools.blender if trusted else tools.blender.confined,
            folder,
        )
        report = ShotReport(**saved.model_dump(include=set(ShotReport.model_fields)))
        return Shot(digest=digest, asset=_stored(output, root, saved.files, tools.store), report=report)


def _unpacked(source: Source, root: Path, store: ObjectStore) -> Path:
    """Bring a source into a new folder and return where its .blend is."""
    if source.kind is Kind.BLEND:
        root.mkdir()
        fetch_asset(source.asset, store, root / "source.blend")
        return root / "source.blend"
    if source.kind is not Kind.ZIP:
        raise BadInput(
            f"{source.name}: expected a .blend or a ZIP of one, found a file of the kind {source.kind}; "
            "render it by render-still or render-turntable"
        )
    archive = root.with_suffix(".zip")
    fetch_asset(source.asset, store, archive)
    places = extract(archive, root, source.name)
    return root / _main_of(root, [place for place in places if place.endswith(".blend")], source.name)


def _main_of(root: Path, blends: list[str], name: str) -> str:
    """Return the .blend that an archive's main.txt names, or the only one, or the only one at its top."""
    note = root / MAIN
    if note.is_file() and note.stat().st_size <= MOST_MAIN_BYTES:
        named = note.read_text(encoding="utf-8-sig", errors="replace").strip()
        if named in blends:
            return named
    at_top = [place for place in blends if "/" not in place]
    chosen = next((those for those in (blends, at_top) if len(those) == 1), None)
    if chosen is None:
        raise BadInput(
            f"{name}: expected one .blend at the top of the archive, found {len(at_top)}; add a {MAIN} that "
            "names it"
        )
    if kind_of_file(root / chosen[0], chosen[0]) is not Kind.BLEND:
        raise BadInput(f"{name}: expected a Blender file in {chosen[0]}, found another; send a .blend")
    return chosen[0]


def _saved(job: dict[str, object], blender: Blender, folder: Path) -> ShotSaved:
    for event in run_script(blender, job, folder):
        if isinstance(event, ShotSaved) and event.path.is_file():
            return event
    raise ToolFailed("Blender ended without having saved the shot; run the job again")


def _stored(blend: Path, root: Path, files: tuple[str, ...], store: ObjectStore) -> Asset:
    """Put a shot under the digest of its bytes, as one file if it needs no other."""
    path, name, kind = blend, "shot.blend", "application/x-blender"
    if files:
        path, name, kind = root.with_name("shot.zip"), "shot.zip", "application/zip"
        main = blend.relative_to(root).as_posix()
        packed(main, {place: root / place for place in (main, *files)}, path)
    sha256 = sha256_of_file(path)
    key = key_for("scenes", sha256, name)
    fault_point("shot.before_put")
    stat = store.put(key, path, sha256=sha256)
    return Asset(uri=store.uri(key), sha256=sha256, size=stat.size, media_type=kind, key=key)


def _published(shot: Shot, store: ObjectStore) -> Shot:
    """Write the report, once; whoever was first has made the shot that counts."""
    fault_point("shot.before_report")
    key = key_for("scenes", shot.digest, REPORT)
    data = shot.model_dump_json().encode()
    first = write_first(key, data, store, lambda: find_shot(shot.digest, store))
    return first.model_copy(update={"found": False}) if first else shot
