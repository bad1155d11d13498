"""Find or make the prepared shot of a source: opened once, cleaned, looked through, and made whole."""

import logging
from pathlib import Path

from media.archive import extract
from media.asset import Asset, fetch_asset
from media.blender import Blender, run_script
from media.blender_events import ShotSaved
from media.bundle import MAIN, model_among, packed
from media.digest import digest_of, sha256_of_file
from media.errors import BadInput, ToolFailed
from media.faults import fault_point
from media.kind import Kind, kind_of_file
from media.shot.job import ShotJob
from media.shot.report import Shot, ShotReport
from media.source import Source
from media.stage_report import find_report
from media.store import ObjectStore
from media.store.keys import key_for
from media.store.once import write_first
from media.store.single_flight import Work, once_at_a_time
from media.tools import Tools
from media.workspace import workspace

logger = logging.getLogger(__name__)

RECIPE = 3
"""Raise by hand when the same source would give another prepared shot."""
PREPARED = "prepared.blend"
REPORT = "shot.json"
MOST_MAIN_BYTES = 4096


_REFUSED = (
    "{name}: expected to be told how to open a Blender file, which can hold programs; say "
    'blend "cleaned" for a stranger\'s, or "trusted" for your own'
)
_NO_SCENE = (
    "{name}: expected a .blend, glTF or USD scene or a ZIP of one, found a file of the kind {kind}; render "
    "it by render-still or render-turntable"
)
FORMS = {Kind.BLEND: "blend", Kind.GLB: "gltf", Kind.GLTF: "gltf"} | dict.fromkeys(
    (Kind.USDA, Kind.USDC, Kind.USDZ), "usd"
)
"""What can be a shot: scenes that may have cameras, and how Blender's side calls them."""


def shot_digest(source: Source, blender: Blender, *, trusted: bool, consent: bool = True) -> str:
    """Return the digest of the prepared shot of a source.

    Args:
        source: A scene, or a ZIP of one.
        blender: What reads it.
        trusted: Whether what a Blender file would run may run.
        consent: Whether it may be a Blender file; what a ZIP holds is seen only when it is opened.
    """
    refusing = {"consent": False} if source.kind is Kind.ZIP and not consent else {}
    return digest_of(
        {
            "stage": "shot",
            "recipe": RECIPE,
            "source": source.asset.sha256,
            "trusted": trusted,
            "blender": blender.series,
            **refusing,
        }
    )


def expect_consent(job: ShotJob, source: Source) -> None:
    """Refuse a Blender file of which the job does not say how to open it; of a ZIP, that is seen later.

    Raises:
        BadInput: The job says nothing of it.
    """
    if job.blend == "refused" and source.kind is Kind.BLEND:
        raise BadInput(_REFUSED.format(name=source.name))


def prepare_shot(source: Source, tools: Tools, *, trusted: bool, consent: bool = True) -> Shot:
    """Find or make the prepared shot of a source, or wait for who is making it; see `shot_digest`.

    Raises:
        BadInput: It is no scene, nor a ZIP of one, or Blender cannot read it, or may not.
        OutOfResources, TimedOut, ToolFailed: The child that reads it was stopped or broke.
    """
    digest = shot_digest(source, tools.blender, trusted=trusted, consent=consent)
    work = Work(
        name=source.name,
        find=lambda: find_shot(digest, tools.store),
        make=lambda: _made(digest, source, tools, trusted=trusted, consent=consent),
        publish=lambda shot: _published(shot, tools.store),
    )
    return once_at_a_time(digest, work, tools.store)


def find_shot(digest: str, store: ObjectStore) -> Shot | None:
    """Return the shot of this digest if all of it is stored; what is, counts as used."""
    return find_report(key_for("scenes", digest, REPORT), Shot, store, lambda shot: (shot.asset,))


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


def _made(digest: str, source: Source, tools: Tools, *, trusted: bool, consent: bool) -> Shot:
    with workspace() as folder:
        root = folder / "files"
        main = _unpacked(source, folder, tools.store)
        form = _form_of(main, source)
        if form == "blend" and not consent:
            raise BadInput(_REFUSED.format(name=source.name))
        trusted = trusted and form == "blend"
        output = main.with_name(PREPARED)
        if output.exists():  # such as a shot of ours, sent again
            output = main.with_name(f"{digest}.blend")
        saved = _saved(
            {
                "do": "prepare_shot",
                "source": str(main),
                "form": form,
                "folder": str(root),
                "trusted": trusted,
                "output": str(output),
            },
            tools.blender if trusted else tools.blender.confined,
            folder,
        )
        report = ShotReport(**saved.model_dump(include=set(ShotReport.model_fields)))
        return Shot(digest=digest, asset=_stored(output, root, saved.files, tools.store), report=report)


def _unpacked(source: Source, folder: Path, store: ObjectStore) -> Path:
    """Bring a source into `folder`, its files into `files` there, and return where the scene is."""
    root = folder / "files"
    if source.kind in FORMS:
        root.mkdir()
        main = root / f"source.{source.kind}"
        fetch_asset(source.asset, store, main)
        return main
    if source.kind is not Kind.ZIP:
        raise BadInput(_NO_SCENE.format(name=source.name, kind=source.kind))
    archive = folder / "files.zip"
    fetch_asset(source.asset, store, archive)
    places = extract(archive, root, source.name)
    if blends := [place for place in places if place.endswith(".blend")]:
        return root / _main_of(root, blends, source.name)
    place, _ = model_among(places, root, source.name, folder)
    return root / place


def _form_of(main: Path, source: Source) -> str:
    kind = kind_of_file(main, source.name)
    if kind not in FORMS:
        raise BadInput(_NO_SCENE.format(name=source.name, kind=kind))
    return FORMS[kind]


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
    if any(not (root / place).resolve().is_relative_to(root.resolve()) for place in files):
        raise ToolFailed("expected a shot that needs files of its own folder, found it names others")
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
