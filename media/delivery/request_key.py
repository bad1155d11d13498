"""Idempotency keys: the same request under the same key is the same job, whatever its files have become.

A key is bound by whoever writes first. Asked again while the first run is at work, a second one does the same
work, and the manifest that is written first is the answer to both.
"""

import json
import logging
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from media.asset import Sha256
from media.delivery.wish import DELIVERY
from media.digest import digest_of, sha256_of
from media.errors import BadInput
from media.footage.job import FootageJob
from media.manifest import Manifest, find_manifest
from media.reference import printable
from media.store import Missing, ObjectStore
from media.store.keys import key_for
from media.store.once import write_first

logger = logging.getLogger(__name__)

Record = TypeVar("Record", bound=BaseModel)


class Asked(BaseModel):
    """What a key was first used for."""

    model_config = ConfigDict(frozen=True)

    noun: str
    asked: Sha256


class Came(BaseModel):
    """What came of it."""

    model_config = ConfigDict(frozen=True)

    job: Sha256


def digest_of_key(key: str) -> str:
    """Return the digest that stands for a caller's key; the key itself enters no name."""
    return digest_of({"stage": "request", "key": key})


def digest_of_request(job: FootageJob) -> str:
    """Return the digest that stands for a request under its key, and for no other under it."""
    key = digest_of_key(job.idempotency_key)
    return digest_of({"stage": "request", "key": key, "noun": job.noun, "asked": _asked(job)})


def bind_request(job: FootageJob, store: ObjectStore) -> Manifest | None:
    """Bind a job's key to what it asks for; returns the manifest of what came of the same request before.

    Raises:
        BadInput: The key was used for another request.
    """
    digest = digest_of_key(job.idempotency_key)
    ours = Asked(noun=job.noun, asked=_asked(job))
    place = key_for("requests", digest, "asked.json")
    first = write_first(place, ours.model_dump_json().encode(), store, lambda: _read(place, Asked, store))
    if first is None:
        return None
    if first != ours:
        raise BadInput(
            f"idempotency_key {printable(job.idempotency_key)!r}: expected the same request as before under "
            f"this key, found another ({first.noun} then, {job.noun} now); use a new key for a new request"
        )
    return came_of(job.idempotency_key, store)


def came_of(key: str, store: ObjectStore) -> Manifest | None:
    """Return the manifest of what came of the request under a key, if something did that is still there."""
    came = _read(key_for("requests", digest_of_key(key), "result.json"), Came, store)
    return find_manifest(came.job, store) if came else None


def keep_result(key: str, result: str, store: ObjectStore) -> str:
    """Keep what came of the request under a key, unless something else did; returns the job that stands."""
    place = key_for("requests", digest_of_key(key), "result.json")

    def sound() -> Came | None:
        came = _read(place, Came, store)
        return came if came and find_manifest(came.job, store) else None

    first = write_first(place, Came(job=result).model_dump_json().encode(), store, sound)
    if first and first.job != result:
        logger.warning("another result was kept under this idempotency key first, and stands: %s", first.job)
    return first.job if first else result


def _asked(job: FootageJob) -> str:
    """Return the digest of a request as it was made: addresses included, delivery left out.

    Defaults are left out as well, so that a request outlives an upgrade that gives its job another field.
    """
    said = job.model_dump(mode="json", exclude=set(DELIVERY), exclude_defaults=True)
    return sha256_of(json.dumps(said, sort_keys=True).encode())


def _read(place: str, kind: type[Record], store: ObjectStore) -> Record | None:
    try:
        return kind.model_validate_json(store.get(place))
    except (Missing, ValidationError):
        return None
