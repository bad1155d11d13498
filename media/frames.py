"""Frames in the store: what is committed, and how a rendered frame becomes so.

`renders/<digest>/000007.png` is written once; its being listed is the truth that frame 7 is done. The record
of how it was made, `000007.<its sha256's first 16>.json`, is written before it, so that a frame never lacks
one, and names the frame's bytes, so that of two writers the loser's record is told from the winner's. A frame
that is no picture by itself has one beside it, `000007.display.png`, written before it for the same reason.
"""

import hashlib
import logging
from collections import defaultdict

from pydantic import BaseModel, ConfigDict, Field

from media.blender_events import Device, FrameWritten, Kernels, Warmth
from media.errors import ToolFailed
from media.faults import fault_point
from media.frame_display import Display, as_stored, commit_display, is_beside, shown_key
from media.frame_gate import FrameFacts
from media.frame_plan import FramePlan
from media.png import without_notes
from media.psnr import psnr_db
from media.store import AlreadyExists, ObjectStore, Stat
from media.store.keys import folder_of, frame_name, key_for
from media.store.touch import kept

logger = logging.getLogger(__name__)

ALARM_BELOW_DB = 35.0
"""Two renders of one frame on different devices differ by noise; below this they are different pictures."""


class Frame(BaseModel):
    """A committed frame and how it was made."""

    model_config = ConfigDict(frozen=True)

    number: int
    key: str
    sha256: str
    size: int
    device: Device = Field(description="What rendered it, as the renderer itself says.")
    seconds: float
    peak_memory_bytes: int
    persistent_data: bool
    warmth: Warmth = Field(default="cold", description="What was ready when the renderer's job began.")
    fallback: str = Field(default="", description="What was not as asked for, since that failed, and why.")
    kernels: Kernels = Field(default="", description="What of the GPU's kernels was compiled by then.")
    uniform: bool = Field(description="Whether all its pixels are the same.")
    divergence_db: float | None = Field(
        default=None, description="PSNR of a later render of the same frame against the stored one."
    )
    display: Display | None = Field(default=None, description="What shows it, if that is not itself.")
    found: bool = Field(default=False, description="Whether it lay in the store already.")


def committed_frames(plan: FramePlan, store: ObjectStore) -> dict[int, Frame]:
    """Return the frames of `plan` that are in the store, by number; they count as used."""
    pictures: dict[int, Stat] = {}
    displays: dict[int, Stat] = {}
    records: dict[int, list[str]] = defaultdict(list)
    for stat in store.list(folder_of("renders", plan.render)):
        name = stat.key.rpartition("/")[2]
        if not name[:6].isdecimal():
            continue
        number = int(name[:6])
        if name == frame_name(number, plan.frame_suffix):
            pictures[number] = stat
        elif name == frame_name(number, plan.shown_suffix):
            displays[number] = stat
        elif name.endswith(".json"):
            records[number].append(stat.key)
    if pictures and not kept(pictures[min(pictures)], store):  # they are being deleted, in this order
        return {}
    whole = pictures.keys() & displays.keys() if is_beside(plan) else pictures.keys()
    return {
        n: _recorded(pictures[n].key, records[n], store, displays.get(n)) for n in plan.numbers if n in whole
    }


def all_committed(plan: FramePlan, store: ObjectStore) -> tuple[Frame, ...]:
    """Return all frames of `plan` in their order, which others have committed.

    Raises:
        ToolFailed: Some are not there any more.
    """
    frames = committed_frames(plan, store)
    if gone := [number for number in plan.numbers if number not in frames]:
        raise ToolFailed(
            f"{plan.source.name}: expected {len(plan.numbers)} frames in the store, found {len(gone)} "
            f"of them gone, such as {gone[0]}; they were deleted since they were rendered: run the job again"
        )
    return tuple(frames.values())


def committed_numbers(plan: FramePlan, store: ObjectStore) -> list[int]:
    """Return which frames of `plan` are in the store, in their order, without reading their records."""
    listed = {stat.key for stat in store.list(folder_of("renders", plan.render))}
    suffixes = (plan.frame_suffix, plan.shown_suffix) if is_beside(plan) else (plan.frame_suffix,)

    def is_there(number: int) -> bool:
        return all(key_for("renders", plan.render, frame_name(number, one)) in listed for one in suffixes)

    return [number for number in plan.numbers if is_there(number)]


def has_frames(plan: FramePlan, store: ObjectStore) -> bool:
    """Return whether any frame lies in the store where those of `plan` do, whatever its number."""
    return any(stat.key.endswith(plan.frame_suffix) for stat in store.list(folder_of("renders", plan.render)))


def find_frame(number: int, plan: FramePlan, store: ObjectStore) -> Frame | None:
    """Return one frame of `plan` if it is in the store by now."""
    key = key_for("renders", plan.render, frame_name(number, plan.frame_suffix))
    if not kept(store.stat(key), store):
        return None
    display = store.stat(shown_key(plan, number)) if is_beside(plan) else None
    if is_beside(plan) and display is None:
        return None
    return _recorded(key, _records_beside(number, plan, store), store, display)


def commit(written: FrameWritten, facts: FrameFacts, plan: FramePlan, store: ObjectStore) -> Frame:
    """Put an inspected frame into the store, or adopt the one that another writer put there first."""
    key = key_for("renders", plan.render, frame_name(written.frame, plan.frame_suffix))
    data = written.path.read_bytes()
    if plan.frame_suffix == ".png":
        data = without_notes(data)
    frame = Frame(
        number=written.frame,
        key=key,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        device=written.device,
        seconds=written.seconds,
        peak_memory_bytes=written.peak_memory_bytes,
        persistent_data=written.persistent_data,
        warmth=written.warmth,
        fallback=f"{written.fallback} ({written.fallback_reason})" if written.fallback else "",
        kernels=written.kernels,
        uniform=facts.uniform,
        display=commit_display(written.path, written.frame, plan, store) if is_beside(plan) else None,
    )
    fault_point("frame.before_record")
    store.put(_record_key(plan, frame), frame.model_dump_json().encode())
    fault_point("frame.before_put")
    try:
        store.put(key, data, write_once=True)
    except AlreadyExists:
        if kept(store.stat(key), store):
            return _adopted(data, frame, plan, store)
        store.put(key, data, write_once=True)  # what was there was deleted just now
    fault_point("frame.after_put")
    return frame


def _record_key(plan: FramePlan, frame: Frame) -> str:
    return key_for("renders", plan.render, frame_name(frame.number, f".{frame.sha256[:16]}.json"))


def _recorded(key: str, records: list[str], store: ObjectStore, display: Stat | None = None) -> Frame:
    """Return the record of the frame stored as `key`: the only one, or the one that names its bytes."""
    if len(records) > 1:
        digest = hashlib.sha256(store.get(key)).hexdigest()
        records = [record for record in records if f".{digest[:16]}." in record]
    if not records:
        raise ToolFailed(f"{key}: expected a record of how this frame was made, found none; delete the frame")
    frame = Frame.model_validate_json(store.get(records[0]))
    shown = as_stored(frame.display, display, store) if display else frame.display
    return frame.model_copy(update={"found": True, "display": shown})


def _records_beside(number: int, plan: FramePlan, store: ObjectStore) -> list[str]:
    beside = store.list(key_for("renders", plan.render, frame_name(number, ".")))
    return [stat.key for stat in beside if stat.key.endswith(".json")]


def _adopted(picture: bytes, ours: Frame, plan: FramePlan, store: ObjectStore) -> Frame:
    """Return the stored frame that came before ours, with how far the two differ."""
    theirs = _recorded(ours.key, _records_beside(ours.number, plan, store), store)
    if theirs.display != ours.display:  # theirs was lost, for which the frame was rendered again
        theirs = theirs.model_copy(update={"display": ours.display})
        store.put(_record_key(plan, theirs), theirs.model_dump_json().encode())
    if theirs.sha256 == ours.sha256 or not theirs.key.endswith(".png"):
        return theirs
    apart = psnr_db(store.get(theirs.key), picture)
    if apart < ALARM_BELOW_DB:
        logger.error("%s: a second render differs by %.1f dB, so one of the two is wrong", theirs.key, apart)
    return theirs.model_copy(update={"divergence_db": apart})
