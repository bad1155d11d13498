"""Older requests as they were sent, and what they ask for today."""

import importlib
from typing import Any

import pytest
from pydantic import ValidationError

from media.older.request import OlderRequest, unwrapped
from media.older.translation import translated

CAPTION = {
    "operation": "caption",
    "url_video": "https://files.example.com/talk.mp4",
    "url_srt": "https://files.example.com/talk.srt",
    "path": "Channel Name/Video Title/videos/",
    "output_filename": "video_legendado.mp4",
    "style": {
        "font": {"name": "Arial", "size": 24, "bold": True, "italic": False, "underline": False},
        "colors": {
            "primary": "#FFFF00",
            "primaryAlpha": 0,
            "outline": "#101010",
            "outlineAlpha": 0,
            "background": "#202020",
            "backgroundAlpha": 128,
        },
        "border": {"style": 4, "width": 2, "shadow": 1},
        "position": {"alignment": 8, "marginVertical": 25, "marginLeft": 10, "marginRight": 10},
    },
    "webhook_url": "https://hooks.example.com/done",
    "id_roteiro": "1234",
}
LATER = {
    "url_video": "https://files.example.com/talk.mp4",
    "url_caption": "https://files.example.com/words.json",
    "type": "highlight",
    "uppercase": True,
    "path": "Project/karaoke/",
    "output_filename": "video_karaoke.mp4",
    "style": {
        "fonte": "Arial Black",
        "tamanho_fonte": 72,
        "highlight_cor": "#00FF00",
        "fundo_opacidade": 70,
        "position": "middle_center",
        "words_per_line": 3,
    },
}
IMAGES = {
    "operation": "img2vid",
    "images": [
        {"id": "img-1", "image_url": "https://files.example.com/1.jpg", "duracao": 6.48},
        {"id": "a picture", "image_url": "https://files.example.com/2.jpg", "duracao": 5},
        {"id": 7, "image_url": "https://files.example.com/3.jpg", "duracao": 1},
        {"id": "IMG-1", "image_url": "https://files.example.com/1.jpg", "duracao": 1},
    ],
    "path": "Project/videos/temp/",
    "zoom_types": ["zoomin", "zoomout", "zoompanright"],
}
AUDIO = {
    "operation": "addaudio",
    "url_video": "https://files.example.com/talk.mp4",
    "url_audio": "https://files.example.com/music.mp3",
    "path": "Project/videos/",
    "output_filename": "video_com_audio.mp4",
}
ALL = {"caption": CAPTION, "caption, later": LATER, "img2vid": IMAGES, "addaudio": AUDIO}
MODELS = {
    "caption-video": ("media.captions.job", "CaptionJob"),
    "images-to-video": ("media.kenburns.job", "ImagesToVideoJob"),
    "add-audio": ("media.sound.job", "AddAudioJob"),
}


def request_of(given: object) -> OlderRequest:
    return OlderRequest.model_validate(unwrapped(given))


def without(given: dict[str, Any], *fields: str) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in fields}


@pytest.mark.parametrize("given", ALL.values(), ids=ALL)
def test_request_is_the_same_with_and_without_its_operation_and_its_envelope(given):
    bare = without(given, "operation")

    assert request_of(bare).asked == request_of(given).asked
    assert request_of({"input": given}) == request_of(given)
    assert translated(request_of({"input": bare})) == translated(request_of(given))


def test_fields_that_nobody_knows_are_left_out():
    assert request_of(CAPTION | {"worker_id": "abc"}) == request_of(CAPTION)


@pytest.mark.parametrize("given", ALL.values(), ids=ALL)
def test_what_is_asked_for_is_a_job_of_today(given):
    asked = translated(request_of(given))
    module, name = MODELS[asked.flow]
    pytest.importorskip(module.rpartition(".")[0])

    job = getattr(importlib.import_module(module), name).model_validate(asked.job)

    assert job.reference == given.get("id_roteiro", "")


def test_caption_asks_for_burned_captions_of_the_same_look():
    asked = translated(request_of(CAPTION), link_hours=168)

    style = asked.job.pop("style")
    assert asked.flow == "caption-video"
    assert asked.job == {
        "source": CAPTION["url_video"],
        "captions": CAPTION["url_srt"],
        "mode": "burned",
        "webhook": "https://hooks.example.com/done",
        "reference": "1234",
        "link_hours": 168,
    }
    assert style == {
        "font": "Arial",
        "size": 80.6,  # 24 of 288 lines, which are 90 of 1080, less what is above and below an em of Arial
        "bold": True,
        "color": "#FFFF00",
        "outline": 7.5,
        "outline_color": "#101010",
        "box": True,
        "box_color": "#202020",
        "box_opacity": 0.498,
        "position": "top_center",
        "safe_area": 0.0868,
        "uppercase": False,
        "karaoke": True,
        "highlight": "#D60000",
        "words_per_line": 4,
        "max_lines": 2,
    }
    assert asked.notes == ("captions are drawn without style.border.shadow",)


def test_caption_without_a_style_looks_as_it_did():
    style = translated(request_of(without(CAPTION, "style"))).job["style"]

    assert (style["size"], style["outline"], style["box"]) == (80.6, 7.5, False)
    assert (style["position"], style["color"]) == ("bottom_center", "#FFFFFF")
    assert "font" not in style


def test_later_form_counts_in_lines_of_1080_and_marks_words():
    asked = translated(request_of(LATER))

    style = asked.job["style"]
    assert asked.job["captions"] == LATER["url_caption"]
    assert (style["font"], style["size"], style["uppercase"], style["karaoke"]) == (
        "Arial Black",
        64.4,
        True,
        True,
    )
    assert (style["highlight"], style["box"], style["box_opacity"]) == ("#00FF00", True, 0.7)
    assert (style["position"], style["words_per_line"]) == ("middle_center", 3)
    segments = translated(request_of(without(LATER, "style") | {"type": "segments"})).job["style"]
    assert (segments["size"], segments["karaoke"], segments["box"]) == (32.2, False, False)


def test_images_move_in_turn_at_24_frames_a_second():
    asked = translated(request_of(IMAGES))

    images = asked.job["images"]
    assert (asked.flow, asked.job["fps"], asked.job["width"], asked.job["height"]) == (
        "images-to-video",
        "24/1",
        1920,
        1080,
    )
    assert [image["zoom"] for image in images] == ["in", "out", "in", "in"]
    assert images[2]["pan_to"]["x"] > images[2]["focus"]["x"]
    assert "pan_to" not in images[3]
    assert [image["id"] for image in images] == [
        "",
        "",
        "7",
        "",
    ]  # the first and the last are alike but for case
    assert [image["duration"] for image in images] == [6.48, 5, 1, 1]


def test_add_audio_always_retimes():
    asked = translated(request_of(AUDIO))

    assert (asked.flow, asked.job["mode"]) == ("add-audio", "retime")
    assert (asked.job["source"], asked.job["audio"]) == (AUDIO["url_video"], AUDIO["url_audio"])


def test_null_is_nothing():
    request = request_of(
        CAPTION | {"webhook_url": None, "id_roteiro": None, "style": None, "url_audio": None}
    )

    assert (request.webhook_url, request.id_roteiro) == ("", "")


SECRET = "zx9-secret"  # noqa: S105 - planted


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "found fields of none of them"),
        (CAPTION | {"operation": "addaudio"}, "found fields of caption, and the operation addaudio"),
        (CAPTION | {"url_audio": "a.mp3"}, "found fields of addaudio and caption"),
        (without(CAPTION, "url_video"), "expected url_video for the operation caption"),
        (IMAGES | {"zoom_types": ["spin"]}, "zoom_types"),
        (IMAGES | {"images": [{"id": "1", "image_url": "1.jpg", "duracao": 0}]}, "greater than 0"),
        (CAPTION | {"style": {"position": {"alignment": 10}}}, "alignment"),
        (CAPTION | {"style": {"colors": {"primary": "red"}}}, "primary"),
        (CAPTION | {"webhook_url": f"http://hooks.example.com/{SECRET}"}, "expected an https:// address"),
        (CAPTION | {"url_video": f"https://files.example.com/a?X-Amz-Signature={SECRET}"}, "make put"),
    ],
)
def test_request_that_is_none_is_refused_in_words_without_what_opens_its_files(given, sentence):
    with pytest.raises(ValidationError, match=sentence) as raised:
        request_of(given)

    assert SECRET not in str(raised.value)


def test_form_on_a_server_has_no_room_for_fields_that_nobody_checks():
    schema = OlderRequest.model_json_schema()

    assert schema["additionalProperties"] is False
    assert schema["$defs"]["OlderImage"]["additionalProperties"] is False
    assert "pattern" in schema["properties"]["webhook_url"]
    assert "pattern" in schema["properties"]["url_video"]
