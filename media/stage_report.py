"""Reports of stages: small records, each beside or naming the stored files that it is about."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from pydantic import BaseModel

from media.asset import Asset
from media.store import Missing, ObjectStore
from media.store.touch import kept

logger = logging.getLogger(__name__)

Report = TypeVar("Report", bound=BaseModel)


def find_report(
    key: str, kind: type[Report], store: ObjectStore, assets: Callable[[Report], Iterable[Asset | None]]
) -> Report | None:
    """Return the report at `key`, marked as found, if every file it is about is stored; all count as used.

    Args:
        key: Where it lies.
        kind: What it is; it has a field `found`.
        store: Where to look.
        assets: Returns the files that it is about.
    """
    if not kept(store.stat(key), store):
        return None
    try:
        report = kind.model_validate_json(store.get(key))
    except Missing:  # deleted just now
        return None
    for asset in assets(report):
        stat = store.stat(asset.key) if asset else None
        if asset and (stat is None or stat.size != asset.size or not kept(stat, store)):
            logger.warning("%s is not in the store as its report says; making it again", asset.key)
            return None
    return report.model_copy(update={"found": True})
