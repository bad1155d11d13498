"""The index of a catalogue: what each picture is and where it lies, for people, shops and the next run."""

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from media.catalogue.inventory import Inventory
from media.catalogue.order import Problem
from media.catalogue.picture import Picture
from media.catalogue.sources import Version
from media.digest import digest_of
from media.faults import fault_point
from media.manifest import Manifest, manifest_key
from media.record import PREPARING, SCENE, WHOLE
from media.source import Source
from media.store import Missing, ObjectStore, Stat
from media.store.keys import key_for
from media.store.protocol import StoredWrong
from media.store.touch import kept


class Entry(BaseModel):
    """One finished picture.

    Attributes of the record are of the time when it was made.
    """

    model_config = ConfigDict(frozen=True)

    product: str
    output: str = Field(description="The name of its type of output.")
    job: str = Field(description="Its digest, by which its manifest is found.")
    noun: str = Field(description="still or turntable.")
    file: str = Field(description="Key of the picture or video.")
    uri: str = Field(description="Its address.")
    media_type: str
    poster: str = Field(default="", description="Key of a small picture of it.")
    width: int
    height: int
    samples: int
    frames: int
    geometry: str = Field(description="Digest of the product's geometry.")
    scene: str = Field(default="", description="Digest of its prepared scene.")
    seconds: float = Field(description="What rendering its frames took.")
    whole: float = Field(default=0.0, description="What all of it took, if that is known.")
    preparing: float = Field(
        default=0.0, description="What geometry and scene took of that, if they were made for it."
    )
    usd: str = Field(default="", description="What rented machines cost for it, if any were.")
    device: str = Field(default="", description="What rendered it.")
    warmth: str = Field(default="", description="Whether Blender was started for it, or had its scene open.")
    warnings: tuple[str, ...] = ()
    etag: str = Field(description="That of its manifest: whether this entry still says what that says.")
    promised: dict[str, int] = Field(description="Every object that its manifest promises, with its size.")


class Index(BaseModel):
    """A catalogue as it is after a run."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    version: Literal[1] = Field(default=1, alias="schema")
    pictures: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    sources: tuple[Source, ...] = Field(default=(), description="The files that pictures were made of.")
    versions: dict[str, Version] = Field(default={}, description="What was at addresses that tell versions.")
    gallery: str = Field(default="", description="Digest of the gallery that shows it.")


def index_key(orders: str) -> str:
    """Return the key of the index of the catalogue whose order list is at this address."""
    return key_for("catalogues", digest_of({"stage": "catalogue", "orders": orders}), "index.json")


def read_index(key: str, store: ObjectStore) -> Index:
    """Return the index of the last run, or an empty one: it only saves questions."""
    try:
        return Index.model_validate_json(store.get(key))
    except (Missing, StoredWrong, ValidationError):
        return Index()


def keep_index(index: Index, orders: str, store: ObjectStore) -> None:
    """Store an index for the next run, or note that it is used, and let go of a gallery that it replaces."""
    key = index_key(orders)
    before = read_index(key, store)
    if before == index and kept(store.stat(key), store):
        return
    fault_point("index.before_put")
    store.put(key, index.model_dump_json(by_alias=True).encode())
    if before.gallery not in {"", index.gallery}:
        store.delete(manifest_key(before.gallery))


def entry_of(picture: Picture, manifest: Manifest, stat: Stat) -> Entry:
    """Return the entry of a picture that is finished; `stat` is that of its manifest."""
    content, record, job = manifest.content, manifest.record, picture.plan.job
    main = content.outputs[0].asset
    poster = next((one.asset.key for one in content.outputs if one.role == "poster"), "")
    promised = {one.asset.key: one.asset.size for one in content.outputs}
    promised |= {frame.key: frame.size for frame in content.frames}
    return Entry(
        product=picture.product,
        output=picture.output,
        job=content.job,
        noun=content.noun,
        file=main.key,
        uri=main.uri,
        media_type=main.media_type,
        poster=poster,
        width=job.width,
        height=job.height,
        samples=job.samples_per_pixel,
        frames=picture.plan.frames,
        geometry=picture.plan.geometry,
        scene=picture.plan.scene,
        whole=round(record.seconds.get(WHOLE, 0.0), 3),
        preparing=0.0 if SCENE in record.reused else round(record.seconds.get(PREPARING, 0.0), 3),
        seconds=round(sum(frame.seconds for frame in record.frames), 3),
        usd=str(record.cost.usd) if record.cost else "",
        device=record.frames[0].device.name if record.frames else "",
        warmth=record.frames[0].warmth if record.frames else "",
        warnings=record.warnings,
        etag=stat.etag,
        promised=promised,
    )


def still_true(entry: Entry, inventory: Inventory, store: ObjectStore) -> bool:
    """Return whether a picture's manifest is as it was, and all that it promises is stored."""
    manifest = inventory.stat(manifest_key(entry.job), store)
    if manifest is None or manifest.etag != entry.etag:
        return False
    stats = ((inventory.stat(key, store), size) for key, size in entry.promised.items())
    return all(stat is not None and stat.size == size for stat, size in stats)


def entries_by_job(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Return entries by the digest of their job; equal pictures of several products share one."""
    return {entry.job: entry for entry in entries}
