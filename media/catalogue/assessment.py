"""What a catalogue has and what it lacks, found out by reading lists and renting nothing."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from media.catalogue.fetching import read_list
from media.catalogue.index import Entry, Index, entries_by_job, entry_of, index_key, read_index, still_true
from media.catalogue.inventory import NOTHING_LISTED, Inventory, take_inventory
from media.catalogue.job import CatalogueJob
from media.catalogue.order import Orders, Problem
from media.catalogue.picture import Picture, pictures_of
from media.catalogue.reading import read_orders
from media.catalogue.sources import Known, Version, beside, bring_in
from media.faults import fault_point
from media.manifest import find_manifest, manifest_key
from media.source import Source
from media.store import ObjectStore
from media.tools import Tools

WORTH_A_LIST = 50
"""Fewer pictures than this are asked for one by one."""
AT_A_TIME = 8


class Assessment:
    """What a catalogue asks for, and what of it is there.

    A plain class on purpose: Prefect looks into every field of a dataclass or model that a task is given, for
    futures, which takes minutes for thousands of pictures.

    Attributes:
        pictures: All that is asked for, in the order of the list.
        problems: Lines that were left out, and products without a source.
        finished: The pictures that are, by the digest of their job.
        sources: The stored files.
        versions: What was at addresses that tell versions.
        missing: The pictures to render, each once though several products may ask for it, the urgent first.
    """

    def __init__(
        self,
        pictures: Sequence[Picture],
        problems: Sequence[Problem],
        finished: Mapping[str, Entry],
        sources: Sequence[Source],
        versions: Mapping[str, Version],
    ) -> None:
        self.pictures = tuple(pictures)
        self.problems = tuple(problems)
        self.finished = dict(finished)
        self.sources = tuple(sources)
        self.versions = dict(versions)
        self.missing = _by_urgency(one for one in self.pictures if one.result not in self.finished)


def assess(job: CatalogueJob, tools: Tools) -> Assessment:
    """Find out what a catalogue asks for and what of it is there; sources are in the store afterwards.

    Raises:
        BadInput: The order list is none.
        Unavailable: It, or the store, cannot be read now.
    """
    orders = read_orders(read_list(job.orders, tools.access), job.orders, job.output_types)
    index = read_index(index_key(job.orders), tools.store)
    inventory = take_inventory(tools.store) if _is_long(orders) else NOTHING_LISTED
    brought = bring_in(
        (beside(job.orders, line.product.source) for line in orders.lines),
        tools.store,
        tools.access,
        Known(
            {source.asset.sha256: source for source in index.sources},
            lambda key: inventory.stat(key, tools.store) is not None,
            index.versions,
        ),
    )
    sources = brought.sources
    pictures, problems = pictures_of(orders, job.orders, sources, tools.blender)
    found = find_finished(pictures, index, inventory, tools.store)
    fault_point("catalogue.after_assessment")
    stored = [source for source in sources.values() if isinstance(source, Source)]
    return Assessment(pictures, [*orders.problems, *problems], found, stored, brought.versions)


def find_finished(
    pictures: Iterable[Picture], index: Index, inventory: Inventory, store: ObjectStore
) -> dict[str, Entry]:
    """Return the entries of those pictures that are finished, by digest.

    What the last run's index says is believed of a picture whose manifest is unchanged since and whose
    objects are all there; any other manifest is read.
    """
    known = entries_by_job(index.pictures)
    distinct = {picture.result: picture for picture in pictures}

    def entry_of_one(picture: Picture) -> Entry | None:
        entry = known.get(picture.result)
        if entry and still_true(entry, inventory, store):
            return entry
        return read_entry(picture, store) if inventory.stat(manifest_key(picture.result), store) else None

    with ThreadPoolExecutor(AT_A_TIME) as several:
        entries = several.map(entry_of_one, distinct.values())
        return {result: entry for result, entry in zip(distinct, entries, strict=True) if entry}


def read_entry(picture: Picture, store: ObjectStore) -> Entry | None:
    """Return the entry of a picture as its manifest says, or None if it is not finished."""
    manifest = find_manifest(picture.result, store)
    stat = store.stat(manifest_key(picture.result)) if manifest else None
    return entry_of(picture, manifest, stat) if manifest and stat else None


def _by_urgency(pictures: Iterable[Picture]) -> list[Picture]:
    """Return distinct pictures, each as urgent as the most urgent product that asks for it."""
    distinct: dict[str, Picture] = {}
    priority: dict[str, int] = {}
    for one in pictures:
        distinct.setdefault(one.result, one)
        priority[one.result] = max(one.priority, priority.get(one.result, one.priority))
    return sorted(distinct.values(), key=lambda one: -priority[one.result])  # which keeps their order


def _is_long(orders: Orders) -> bool:
    return sum(len(line.product.outputs) for line in orders.lines) >= WORTH_A_LIST
