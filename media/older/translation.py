"""What an older request asks for, as the job of a flow of today's."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from media.older.look import caption_style, not_kept
from media.older.request import OlderRequest, Operation

FlowName = Literal["caption-video", "images-to-video", "add-audio"]
WIDTH, HEIGHT, FPS = 1920, 1080, "24/1"
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
MOVES: dict[str, dict[str, Any]] = {
    "zoomin": {"zoom": "in"},
    "zoomout": {"zoom": "out"},
    "zoompanright": {"zoom": "in", "focus": {"x": 0.0, "y": 0.5}, "pan_to": {"x": 1.0, "y": 0.5}},
}


class Translated(BaseModel):
    """A job of today's.

    Attributes:
        flow: Whose.
        job: Its fields.
        notes: Sentences about what of the request is not kept.
    """

    model_config = ConfigDict(frozen=True)

    flow: FlowName
    job: dict[str, Any]
    notes: tuple[str, ...] = ()


def translated(request: OlderRequest, link_hours: int = 0) -> Translated:
    """Return what an older request asks for today.

    Args:
        request: As it came.
        link_hours: How long links to what is made are to work; older answers had one that worked for ever.
    """
    flow, fields, notes = TRANSLATIONS[request.asked](request)
    delivery = {"webhook": request.webhook_url, "reference": request.id_roteiro, "link_hours": link_hours}
    return Translated(flow=flow, job=fields | delivery, notes=tuple(notes))


def _caption(request: OlderRequest) -> tuple[FlowName, dict[str, Any], list[str]]:
    fields = {
        "source": request.url_video,
        "captions": request.url_srt or request.url_caption,
        "mode": "burned",
        "style": caption_style(request),
    }
    return "caption-video", fields, list(not_kept(request.style))


def _add_audio(request: OlderRequest) -> tuple[FlowName, dict[str, Any], list[str]]:
    return "add-audio", {"source": request.url_video, "audio": request.url_audio, "mode": "retime"}, []


def _images(request: OlderRequest) -> tuple[FlowName, dict[str, Any], list[str]]:
    """Moves follow each other in turn, where the older worker drew lots."""
    counts = Counter(image.id.lower() for image in request.images)
    images = [
        {
            "source": image.image_url,
            "id": image.id if NAME.fullmatch(image.id) and counts[image.id.lower()] == 1 else "",
            "duration": image.duracao,
            **MOVES[request.zoom_types[number % len(request.zoom_types)]],
        }
        for number, image in enumerate(request.images)
    ]
    return "images-to-video", {"images": images, "width": WIDTH, "height": HEIGHT, "fps": FPS}, []


TRANSLATIONS: dict[Operation, Callable[[OlderRequest], tuple[FlowName, dict[str, Any], list[str]]]] = {
    "caption": _caption,
    "img2vid": _images,
    "addaudio": _add_audio,
}
