"""The end of a catalogue's run: what it has now, as an index, a gallery and a manifest."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from pydantic import TypeAdapter

from media.asset import Asset
from media.catalogue.assessment import Assessment, read_entry
from media.catalogue.forecast import Forecast
from media.catalogue.gallery import gallery_page
from media.catalogue.index import Entry, Index, keep_index
from media.catalogue.job import CatalogueJob
from media.catalogue.order import Problem
from media.catalogue.picture import Picture
from media.catalogue.rendering import Outcome
from media.digest import digest_of, sha256_of
from media.faults import fault_point
from media.manifest import Content, Manifest, Output, Record, Role, find_manifest, publish_manifest
from media.store import ObjectStore
from media.store.keys import key_for

RECIPE = 1
"""Raise by hand when the same pictures would give another gallery."""
MOST_PROBLEMS = 100
"""In the manifest; the index has all."""
FORECASTS = TypeAdapter(tuple[Forecast, ...])
BECAME = ("rendered", "found", "failed", "not begun")
NONE_MADE = ("failed", "not begun")
NEVER_BEGUN = Outcome(job="", became="failed", reason="no run got as far as this picture; start it again")


@dataclass(frozen=True)
class Row:
    """One picture in the table at the end.

    Attributes:
        became: rendered, found, failed, or not begun for want of budget.
        reason: Why it failed, or what is odd about it.
        warmth: Whether Blender was started for it, was warm, or had its scene open.
    """

    product: str
    output: str
    became: str
    reason: str = ""
    seconds: float = 0.0
    usd: str = ""
    warmth: str = ""


@dataclass(frozen=True)
class Published:
    """What a catalogue has after a run.

    Attributes:
        manifest: Promises gallery and index.
        rows: A row for each picture, and one for each product that could not be read.
        found: Whether all of it was as it was.
    """

    manifest: Manifest
    rows: tuple[Row, ...]
    found: bool


def publish(
    job: CatalogueJob, catalogue: Assessment, outcomes: Mapping[str, Outcome], store: ObjectStore
) -> Published:
    """Write index and gallery of a catalogue, and a manifest that promises them.

    Args:
        job: What was asked for.
        catalogue: What was there before.
        outcomes: What became of each missing picture, by digest.
        store: Where all of it goes.
    """
    entries: list[Entry] = []
    rows: list[Row] = []
    problems = list(catalogue.problems)
    read: dict[str, Entry | None] = dict(catalogue.finished)
    shown: dict[str, Picture] = {}
    for picture in catalogue.pictures:
        outcome = outcomes.get(picture.result, NEVER_BEGUN)
        if picture.result not in read:
            read[picture.result] = None if outcome.became in NONE_MADE else read_entry(picture, store)
        entry = read[picture.result]
        if entry is None:
            reason = outcome.reason or _why_not_found(picture, outcome)
            problems.append(
                Problem(place=picture.place, product=picture.product, reason=f"{picture.output}: {reason}")
            )
            became = outcome.became if outcome.became in NONE_MADE else "failed"
            rows.append(Row(picture.product, picture.output, became, reason, outcome.seconds))
        else:
            entries.append(entry.model_copy(update={"product": picture.product, "output": picture.output}))
            rows.append(_row(picture, entry, outcome, shown.setdefault(picture.result, picture)))
    rows += [Row(one.product, "", "failed", f"{one.place}: {one.reason}") for one in catalogue.problems]
    sources = {source.asset.sha256: source for source in catalogue.sources}
    index = Index(
        pictures=tuple(entries),
        problems=tuple(problems),
        sources=tuple(sources.values()),
        versions=catalogue.versions,
    )
    manifest, found = _promised(job, index, store)
    keep_index(index.model_copy(update={"gallery": manifest.content.job}), job.orders, store)
    return Published(manifest, tuple(rows), found)


def publish_forecast(job: CatalogueJob, rows: Sequence[Forecast], store: ObjectStore) -> Manifest:
    """Write what a catalogue would take, and a manifest that promises it."""
    data = FORECASTS.dump_json(tuple(rows), indent=1)
    output = _stored("forecast", "forecast.json", "application/json", data, store)
    digest = digest_of({"stage": "forecast", "recipe": RECIPE, "rows": output.asset.sha256})
    if manifest := find_manifest(digest, store):
        return manifest
    content = Content(job=digest, noun="forecast", outputs=(output,))
    return publish_manifest(Manifest(content=content, record=_record(job)), store)


def _row(picture: Picture, entry: Entry, outcome: Outcome, first: Picture) -> Row:
    """Return a picture's row; of several products that share it, the first has its time and cost."""
    product, output, why = picture.product, picture.output, "; ".join(entry.warnings)
    if outcome is NEVER_BEGUN or outcome.became == "found":
        return Row(product, output, "found", why)
    if first is not picture:
        return Row(product, output, "found", f"the same picture as {first.product}, {first.output}")
    return Row(product, output, outcome.became, why, outcome.seconds, entry.usd, entry.warmth)


def _why_not_found(picture: Picture, outcome: Outcome) -> str:
    if outcome.job not in {"", picture.result}:
        return "it was rendered by another version of Blender than plans here; give both machines the same"
    return "its manifest was withdrawn meanwhile; start it again"


def _promised(job: CatalogueJob, index: Index, store: ObjectStore) -> tuple[Manifest, bool]:
    """Return the manifest of an index and its gallery, and whether it was there."""
    digest = _digest(index, job.orders)
    if manifest := find_manifest(digest, store):
        return manifest, True
    data = index.model_dump_json(by_alias=True, exclude={"sources", "versions", "gallery"}).encode()
    page = gallery_page(index, PurePath(job.orders).name, store).encode()
    fault_point("gallery.before_put")
    outputs = (
        _stored("gallery", "gallery.html", "text/html", page, store),
        _stored("index", "index.json", "application/json", data, store),
    )
    fault_point("gallery.after_put")
    problems = tuple(f"{one.place}, {one.product}: {one.reason}" for one in index.problems[:MOST_PROBLEMS])
    content = Content(job=digest, noun=job.noun, outputs=outputs)
    return publish_manifest(Manifest(content=content, record=_record(job, problems)), store), False


def _record(job: CatalogueJob, warnings: tuple[str, ...] = ()) -> Record:
    return Record(
        source=PurePath(job.orders).name,
        source_sha256="",
        asked=job.model_dump(mode="json"),
        route="",
        route_why="",
        geometry="",
        warnings=warnings,
    )


def _digest(index: Index, orders: str) -> str:
    """Return the digest of what the gallery of an order list shows."""
    return digest_of(
        {
            "stage": "gallery",
            "recipe": RECIPE,
            "orders": orders,
            "pictures": [[one.product, one.output, one.job, one.file] for one in index.pictures],
            "problems": [[one.place, one.product, one.reason] for one in index.problems],
        }
    )


def _stored(role: Role, name: str, media_type: str, data: bytes, store: ObjectStore) -> Output:
    sha256 = sha256_of(data)
    key = key_for("catalogues", sha256, name)
    store.put(key, data)
    asset = Asset(uri=store.uri(key), sha256=sha256, size=len(data), media_type=media_type, key=key)
    return Output(role=role, asset=asset, download_name=name)


def totals(rows: Sequence[Row]) -> dict[str, int]:
    """Return how many pictures were rendered, found and failed, and not begun if there are any."""
    counts = Counter(row.became for row in rows)
    return {became: counts[became] for became in BECAME if counts[became] or became != "not begun"}


def counted(rows: Sequence[Row]) -> str:
    """Say how many pictures were rendered, found and failed."""
    return ", ".join(f"{count} {became}" for became, count in totals(rows).items())
