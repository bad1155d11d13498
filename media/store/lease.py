"""Leases: an object in the store that says who is making a thing, so that others wait for it.

A lease saves work and guards nothing: what was made is published in a way that allows two makers. It lasts
for some seconds from its latest renewal. Whether it has run out, nobody judges by the time of day, in which
machines differ: a waiter goes by how long it has itself seen the same etag, on its own monotonic clock.
"""

import logging
import math
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Annotated, Self
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from media.errors import MediaError
from media.store.holder import Holder, this_process
from media.store.protocol import AlreadyExists, Missing, ObjectStore

logger = logging.getLogger(__name__)

LASTS_S = 30.0
RENEWALS_IN_TIME = 3
"""A lease is renewed at a third of its time, so that two renewals may fail."""


LONGEST_HELD_S = 6 * 3600.0
"""Whoever holds a lease longer most likely hangs, and renews it no more. A turntable that takes so long all
the same is then rendered by whoever waits for it too, who finds the frames that are committed."""


class LeaseLost(MediaError):
    """Somebody else has taken the lease over: what was made under it is not to be published."""


class Refusal(BaseModel):
    """Why a thing cannot be made, in the words of who tried: `name` is what that one calls it."""

    model_config = ConfigDict(frozen=True)

    name: str
    sentence: str

    def about(self, name: str) -> str:
        """Return the sentence for somebody who calls the thing `name`."""
        if self.sentence.startswith(f"{self.name}: "):
            return name + self.sentence.removeprefix(self.name)
        return self.sentence


class LeaseRecord(BaseModel):
    """What the object holds; each renewal changes it, and so its etag."""

    model_config = ConfigDict(frozen=True)

    owner: str = ""
    holder: Holder = Holder()
    lasts_s: Annotated[float, Field(gt=0, le=600)] = LASTS_S
    renewals: int = 0
    refusal: Refusal | None = None

    @property
    def data(self) -> bytes:
        """The object's bytes."""
        return self.model_dump_json().encode()


def new_record(lasts_s: float) -> LeaseRecord:
    """Return what a lease of ours begins with."""
    return LeaseRecord(owner=uuid4().hex, holder=this_process(), lasts_s=lasts_s)


class HeldLease:
    """A lease of ours: renewed within the `with` block, given back at its end.

    A renewal that the store does not answer is tried again; it may have been made all the same. So one that
    the store refuses means that the lease is lost only if another owner is found there.
    """

    def __init__(
        self, key: str, store: ObjectStore, record: LeaseRecord, etag: str, *, for_ever: bool = False
    ) -> None:
        self._longest_s = math.inf if for_ever else LONGEST_HELD_S
        self._key = key
        self._store = store
        self._record = record
        self._etag: str | None = etag
        self._ending = threading.Event()
        self._renewing = threading.Thread(target=self._renew_in_time, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._renewing.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_renewals()
        if self._etag is None or self._record.refusal:
            return
        try:
            if not self._store.delete_if(self._key, self._etag) and (etag := self._etag_of_ours()):
                self._store.delete_if(self._key, etag)
        except MediaError as failure:
            logger.warning("%s: the lease was not given back and will run out: %s", self._key, failure)

    def must_hold(self) -> None:
        """See, in the store itself, that the lease is ours; it is not renewed any more after that.

        Raises:
            LeaseLost: It is not.
            Unavailable: The store does not say.
        """
        self._end_renewals()
        if self._etag is None or not self._replaced(renewals=self._record.renewals + 1):
            raise LeaseLost(f"{self._key}: expected to hold this lease still, found that another has it")

    def leave_word(self, refusal: Refusal) -> None:
        """Tell those who wait why this cannot be made; the lease stays behind with it, free to be taken."""
        self._end_renewals()
        try:
            if self._etag is not None:
                self._replaced(refusal=refusal)
        except MediaError as failure:
            logger.warning("%s: those who wait were not told what failed: %s", self._key, failure)

    def _renew_in_time(self) -> None:
        pause_s = self._record.lasts_s / RENEWALS_IN_TIME
        until = time.monotonic() + self._longest_s
        while self._etag is not None and not self._ending.wait(pause_s):
            if time.monotonic() > until:
                logger.warning("%s: held for too long; it is renewed no more and will run out", self._key)
                return
            try:
                self._replaced(renewals=self._record.renewals + 1)
            except MediaError as failure:
                logger.warning("%s: the lease was not renewed, trying again: %s", self._key, failure)

    def _replaced(self, **change: int | Refusal) -> bool:
        """Write the record anew; returns whether it was still ours."""
        assert self._etag is not None  # noqa: S101 - every caller has looked
        record = self._record.model_copy(update=change)
        stat = self._store.replace_if(self._key, record.data, self._etag)
        if stat is None and (etag := self._etag_of_ours()):
            stat = self._store.replace_if(self._key, record.data, etag)
        self._record, self._etag = (record, stat.etag) if stat else (self._record, None)
        return stat is not None

    def _etag_of_ours(self) -> str | None:
        """Return the lease's etag if it is ours still, by a renewal whose answer was lost."""
        if stat := self._store.stat(self._key):
            with suppress(Missing, ValidationError):
                if LeaseRecord.model_validate_json(self._store.get(self._key)).owner == self._record.owner:
                    return stat.etag
        return None

    def _end_renewals(self) -> None:
        self._ending.set()
        self._renewing.join()


def take(key: str, store: ObjectStore, lasts_s: float, *, for_ever: bool = False) -> HeldLease | None:
    """Take a lease that nobody has; None if somebody was first.

    One that is held `for_ever` is renewed for as long as its holder lives, even if that hangs.
    """
    record = new_record(lasts_s)
    try:
        etag = store.put(key, record.data, write_once=True).etag
    except AlreadyExists:
        return None
    return HeldLease(key, store, record, etag, for_ever=for_ever)


def take_over(
    key: str, store: ObjectStore, lasts_s: float, etag: str, *, for_ever: bool = False
) -> HeldLease | None:
    """Take a lease that its owner has left behind at `etag`; None if it was renewed or taken since."""
    record = new_record(lasts_s)
    stat = store.replace_if(key, record.data, etag)
    return HeldLease(key, store, record, stat.etag, for_ever=for_ever) if stat else None
