"""What a job delivers: a video or a picture, and previews of it, each in the store under its own digest.

An output's bytes name it, so two runs that encode differently never overwrite each other's: the manifest
that was written first says which of them counts.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from pydantic import BaseModel, ConfigDict

from media.asset import Asset
from media.contact_sheet import contact_sheet, poster
from media.digest import sha256_of_file
from media.faults import FaultPoint, fault_point
from media.frame_display import shown
from media.frame_feed import FrameFeed
from media.frame_plan import FramePlan
from media.manifest import Output, Role
from media.still import StillFormat, write_still
from media.store import ObjectStore
from media.store.keys import Kind, frame_name, key_for
from media.store.touch import kept
from media.tools import Tools
from media.video.encode import VideoEncoder, encode_video
from media.video.progress import OnProgress
from media.video.settings import VideoSettings
from media.workspace import workspace

SHEET_FRAMES = 12
LONGEST_STEM = 150
"""In bytes of UTF-8: file systems take names of 255, and the work, the role and the suffix follow."""
PLACES: dict[Role, tuple[Kind, FaultPoint]] = {
    "video": ("videos", "video.before_put"),
    "still": ("stills", "still.before_put"),
    "poster": ("previews", "preview.before_put"),
    "contact-sheet": ("previews", "preview.before_put"),
    "before-after": ("previews", "preview.before_put"),
    "waveform": ("previews", "preview.before_put"),
    "captions": ("videos", "video.before_put"),
    "sprite": ("previews", "preview.before_put"),
    "thumbnails": ("previews", "preview.before_put"),
    "streams": ("previews", "preview.before_put"),
    "results": ("previews", "preview.before_put"),
}
MEDIA_TYPES = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".png": "image/png",
    ".webp": "image/webp",
    ".jpeg": "image/jpeg",
    ".exr": "image/x-exr",
    ".vtt": "text/vtt",
    ".json": "application/json",
}


class Delivered(BaseModel):
    """Finished outputs and how they were made."""

    model_config = ConfigDict(frozen=True)

    outputs: tuple[Output, ...]
    seconds: float = 0.0
    encoder: str = ""
    encoder_reason: str = ""


def deliver_video(
    plan: FramePlan,
    settings: VideoSettings,
    tools: Tools,
    feed: FrameFeed,
    on_progress: OnProgress = lambda _: None,
) -> Delivered:
    """Encode the frames of `plan` as `feed` tells of them, and store the checked video.

    Args:
        plan: Where the frames are.
        settings: What video is asked for.
        tools: The store and ffmpeg.
        feed: Tells which frames are committed, and hears if there will be no video.
        on_progress: Told how many frames are encoded.

    Raises:
        Abandoned: The renderer ended without all frames.
        OutOfResources, ToolFailed: The disk is full, or ffmpeg failed.
    """

    def frames() -> Iterator[bytes]:
        return (shown(plan, number, tools.store) for number in feed.numbers(plan.numbers))

    with feed.reading(), workspace() as folder:
        encoder = VideoEncoder.found(settings, tools.ffmpeg, folder)
        video = encode_video(frames, settings, encoder, folder=folder, on_progress=on_progress)
        output = _stored("video", video.path, plan, tools.store)
    return Delivered(
        outputs=(output,), seconds=video.seconds, encoder=video.encoder, encoder_reason=video.reason
    )


def deliver_still(plan: FramePlan, form: StillFormat, tools: Tools) -> Delivered:
    """Turn the frame of `plan` into the picture asked for, and store it.

    Raises:
        OutOfResources, ToolFailed: The disk is full, or the picture could not be written.
    """
    with workspace() as folder:
        frame = folder / f"frame{plan.frame_suffix}"
        frame.write_bytes(tools.store.get(_frame_key(plan)))
        picture = write_still(frame, folder / f"still.{form}", form)
        return Delivered(outputs=(_stored("still", picture, plan, tools.store),))


def deliver_frame(plan: FramePlan, tools: Tools) -> Delivered:
    """Store the first frame of `plan` as it is, as what a job delivers."""
    with workspace() as folder:
        frame = folder / f"frame{plan.frame_suffix}"
        frame.write_bytes(tools.store.get(_frame_key(plan)))
        return Delivered(outputs=(_stored("still", frame, plan, tools.store),))


def deliver_previews(plan: FramePlan, tools: Tools) -> Delivered:
    """Store a poster and, for a sequence, a contact sheet; none where nothing shows the frames."""
    if not plan.shown_suffix:
        return Delivered(outputs=())
    with workspace() as folder:
        outputs = []
        for role, data in _previews(plan, tools.store):
            path = folder / f"{role}.webp"
            path.write_bytes(data)
            outputs.append(_stored(role, path, plan, tools.store))
    return Delivered(outputs=tuple(outputs))


def sheet_of(plan: FramePlan, store: ObjectStore) -> bytes | None:
    """Return a contact sheet of some of the frames of `plan` as WebP; none where nothing shows them."""
    if not plan.shown_suffix:
        return None
    count = min(len(plan.numbers), SHEET_FRAMES)
    numbers = [plan.numbers[index * len(plan.numbers) // count] for index in range(count)]
    return contact_sheet([(number, shown(plan, number, store)) for number in numbers])


def _previews(plan: FramePlan, store: ObjectStore) -> Iterable[tuple[Role, bytes]]:
    yield "poster", poster(shown(plan, plan.numbers[0], store))
    if len(plan.numbers) > 1 and (sheet := sheet_of(plan, store)):
        yield "contact-sheet", sheet


def _frame_key(plan: FramePlan) -> str:
    return key_for("renders", plan.render, frame_name(plan.numbers[0], plan.frame_suffix))


def stored_video(path: Path, plan: FramePlan, store: ObjectStore) -> Output:
    """Store a checked video as what a job delivers."""
    return _stored("video", path, plan, store)


def _stored(role: Role, path: Path, plan: FramePlan, store: ObjectStore) -> Output:
    name = name_for_people(plan.source.name, role, path.suffix, plan.noun)
    return stored_file(role, path, name, store)


def stored_file(role: Role, path: Path, name: str, store: ObjectStore) -> Output:
    """Store a checked file under its digest as what a job delivers, under a name for people.

    Raises:
        OutOfResources, Unavailable: The store has no room, or did not answer.
    """
    kind, point = PLACES[role]
    digest, size = sha256_of_file(path), path.stat().st_size
    key = key_for(kind, digest, f"{role}{path.suffix}")
    stat = store.stat(key)
    if stat is None or stat.size != size or not kept(stat, store):
        fault_point(point)
        store.put(key, path, sha256=digest)
    asset = Asset(uri=store.uri(key), sha256=digest, size=size, media_type=MEDIA_TYPES[path.suffix], key=key)
    return Output(role=role, asset=asset, download_name=name)


def name_for_people(source: str, role: Role, suffix: str, noun: str = "") -> str:
    """Return a file name that says whose it is, of what work, and its role unless that is plain."""
    words = [stem_for_people(source), noun, "" if role in {"video", "still", "glb", "usd"} else role]
    return "-".join(word for word in words if word) + suffix


def stem_for_people(source: str) -> str:
    """Return how the names of files made from a source begin."""
    stem = re.sub(r"[^\w.+-]+", "-", PurePath(source).stem)
    return stem.strip("-.").encode()[:LONGEST_STEM].decode(errors="ignore").strip("-.") or "part"
