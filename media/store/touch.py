"""What a job finds and goes on to use counts as written just now, so that `prune-store` leaves it alone.

`prune-store` deletes only what was left alone for a day, then marked, and then left alone for another. A job
touches what it finds if that is older than half a day: an object in constant use costs two requests a day at
most, and a nightly run one; and whatever is found is safe for a day and a half, as long as a job may take.
Manifests need no touch: all that they mention stays as long as they do, and they are never pruned.
"""

from datetime import UTC, datetime, timedelta

from media.store.protocol import ObjectStore, Stat

TOUCH_AFTER = timedelta(hours=12)


def kept(stat: Stat | None, store: ObjectStore) -> bool:
    """Return whether an object that a job has found is there, and touch it if it is old.

    Of the objects of one digest the first is enough: they are deleted in their order, and if the first was
    touched, none is.
    """
    if stat is None:
        return False
    if stat.modified is None or datetime.now(UTC) - stat.modified < TOUCH_AFTER:
        return True
    return store.touch(stat.key)
