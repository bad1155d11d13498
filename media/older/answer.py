"""What the older media worker answered: its field names, filled from a manifest."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from media.delivery.message import address_of
from media.manifest import Manifest, Output
from media.older.request import OlderRequest
from media.redact import redacted
from media.store import ObjectStore

MESSAGES = {
    "caption": "Video caption completed successfully",
    "img2vid": "Images converted to videos successfully",
    "addaudio": "Video addaudio completed successfully",
}
RESULTS = "results"


class OlderVideo(BaseModel):
    """One clip of an `img2vid`."""

    model_config = ConfigDict(frozen=True)

    id: str
    video_url: str
    filename: str
    error: str | None = None


class OlderAnswer(BaseModel):
    """An answer; fields that an operation does not have are left out."""

    model_config = ConfigDict(frozen=True)

    success: bool
    message: str
    video_url: str | None = None
    filename: str | None = None
    videos: tuple[OlderVideo, ...] | None = None
    total: int | None = None
    processed: int | None = None
    path: str | None = None
    id_roteiro: str | None = None
    stats: dict[str, Any] | None = None
    warnings: tuple[str, ...] | None = None

    def as_json(self) -> str:
        """Return the answer in one line."""
        return self.model_dump_json(exclude_none=True)


def refusal(request: OlderRequest | None, why: str) -> OlderAnswer:
    """Return what is answered where nothing was made."""
    images = len(request.images) if request and request.images else None
    return OlderAnswer(
        success=False,
        message=redacted(why),
        videos=() if images else None,
        total=images,
        processed=0 if images else None,
        id_roteiro=(request and request.id_roteiro) or None,
    )


def answer_of(
    request: OlderRequest, manifest: Manifest, store: ObjectStore, notes: tuple[str, ...], link_hours: int
) -> OlderAnswer:
    """Return what is answered of a finished job.

    Args:
        request: As it came.
        manifest: Of what came of it.
        store: Where that lies.
        notes: What of the request was not kept.
        link_hours: How long the addresses in the answer work as links; 0 for addresses in the store.
    """
    record = manifest.record
    common: dict[str, Any] = {
        "path": request.path or None,
        "id_roteiro": request.id_roteiro or None,
        "warnings": (*notes, *record.warnings) or None,
    }
    stats = {
        "jobId": manifest.content.job,
        "executionTime": round(1000 * sum(record.seconds.values())),
        "encoder": record.encoder,
        "encoderReason": record.encoder_reason,
    }
    if request.asked != "img2vid":
        output = manifest.output("video")
        return OlderAnswer(
            success=True,
            message=MESSAGES[request.asked],
            video_url=address_of(output, store, link_hours),
            filename=request.output_filename or output.download_name,
            stats=stats,
            **common,
        )
    videos = tuple(_videos(request, manifest, store, link_hours))
    total, processed = len(videos), sum(not video.error for video in videos)
    return OlderAnswer(
        success=processed == total,
        message=MESSAGES["img2vid"]
        if processed == total
        else f"{total - processed} of {total} images failed",
        videos=videos,
        total=total,
        processed=processed,
        stats={**stats, "total": total, "processed": processed},
        **common,
    )


def _videos(
    request: OlderRequest, manifest: Manifest, store: ObjectStore, link_hours: int
) -> list[OlderVideo]:
    """Return the clips in the order in which their pictures were asked for, under the caller's own names."""
    clips = {one.download_name: one for one in manifest.content.outputs if one.role == "video"}
    results = _results(manifest, store) or [{"file": name, "error": ""} for name in clips]
    return [
        _video(image.id, clips.get(result["file"]), result["error"], store, link_hours)
        for image, result in zip(request.images, results, strict=True)
    ]


def _results(manifest: Manifest, store: ObjectStore) -> list[dict[str, Any]]:
    """Return what became of each picture, in the order of the request."""
    told = next((one for one in manifest.content.outputs if one.role == RESULTS), None)
    found: list[dict[str, Any]] = json.loads(store.get(told.asset.key)) if told else []
    return found


def _video(name: str, clip: Output | None, error: str, store: ObjectStore, link_hours: int) -> OlderVideo:
    if clip is None:
        return OlderVideo(id=name, video_url="", filename="", error=error or "no clip was made of it")
    return OlderVideo(
        id=name,
        video_url=address_of(clip, store, link_hours),
        filename=clip.download_name,
        error=error or None,
    )
