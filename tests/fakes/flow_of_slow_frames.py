"""A flow whose frames take a while and no processor: what is there is skipped, what is made is put once."""

import hashlib
import time
from contextlib import suppress

from prefect import flow

from blocks.stores import open_store
from media.store import AlreadyExists
from media.store.keys import key_for

JOB = hashlib.sha256(b"slow frames").hexdigest()


def key_of(frame: int) -> str:
    """Return where a frame lies in the store."""
    return key_for("renders", JOB, f"{frame:06d}.png")


@flow(name="slow-frames")
def slow_frames(first: int, last: int, frame_s: float) -> None:
    """Make the frames from first to last, both included."""
    store = open_store()
    for frame in range(first, last + 1):
        if store.stat(key_of(frame)) is None:
            time.sleep(frame_s)
            with suppress(AlreadyExists):
                store.put(key_of(frame), f"frame {frame}".encode(), write_once=True)
