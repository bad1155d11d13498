"""What shows a frame: itself, or a picture beside it where the frame is light that no screen can show."""

import hashlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from media.frame_plan import FramePlan
from media.png import without_notes
from media.store import AlreadyExists, ObjectStore, Stat
from media.store.keys import frame_name, key_for
from media.store.touch import kept
from media.webp import as_png

WRITTEN_BESIDE = ".display.png"
"""What the renderer appends to a frame's path (blender_scripts/display_picture.py)."""


class Display(BaseModel):
    """The picture beside a frame that shows it."""

    model_config = ConfigDict(frozen=True)

    key: str
    sha256: str
    size: int


def is_beside(plan: FramePlan) -> bool:
    """Return whether the frames of `plan` are shown by other pictures."""
    return plan.shown_suffix not in {"", plan.frame_suffix}


def shown_key(plan: FramePlan, number: int) -> str:
    """Return the key of what shows a frame."""
    return key_for("renders", plan.render, frame_name(number, plan.shown_suffix))


def shown(plan: FramePlan, number: int, store: ObjectStore) -> bytes:
    """Return a committed frame as it is looked at, as a PNG."""
    data = store.get(shown_key(plan, number))
    return as_png(data) if plan.shown_suffix == ".webp" else data


def written_beside(frame: Path) -> Path:
    """Return where the renderer wrote what shows a frame."""
    return frame.with_name(frame.name + WRITTEN_BESIDE)


def commit_display(frame: Path, number: int, plan: FramePlan, store: ObjectStore) -> Display:
    """Put what shows a rendered frame into the store, or adopt the one that is there."""
    key = shown_key(plan, number)
    data = without_notes(written_beside(frame).read_bytes())
    try:
        store.put(key, data, write_once=True)
    except AlreadyExists:
        if kept(store.stat(key), store):
            return display_of(key, store)
        store.put(key, data, write_once=True)  # what was there was deleted just now
    return _display(key, data)


def display_of(key: str, store: ObjectStore) -> Display:
    """Return what is stored as `key`."""
    return _display(key, store.get(key))


def as_stored(said: Display | None, stat: Stat, store: ObjectStore) -> Display:
    """Return what a record says of a picture, or what lies there if it was lost and made again since."""
    return said if said and said.size == stat.size else display_of(stat.key, store)


def _display(key: str, data: bytes) -> Display:
    return Display(key=key, sha256=hashlib.sha256(data).hexdigest(), size=len(data))
