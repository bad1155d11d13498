"""Answers in the older worker's words."""

import json

import pytest

from media.asset import Asset
from media.digest import sha256_of
from media.manifest import Content, Manifest, Output, Record, Role
from media.older.answer import answer_of, refusal
from media.older.request import OlderRequest
from media.store import FolderStore
from media.store.keys import key_for

JOB = "ab" * 32


@pytest.fixture
def store(tmp_path) -> FolderStore:
    return FolderStore(tmp_path)


def output(store: FolderStore, role: str, name: str, data: bytes) -> Output:
    key = key_for("videos", sha256_of(data), "video.mp4")
    store.put(key, data)
    asset = Asset(uri=store.uri(key), sha256=sha256_of(data), size=len(data), media_type="video/mp4", key=key)
    valid: dict[str, Role] = {"video": "video", "results": "index"}
    made = Output(role=valid[role], asset=asset, download_name=name)
    return made.model_copy(update={"role": role})


def manifest(*outputs: Output) -> Manifest:
    record = Record(
        source="talk.mp4",
        source_sha256=JOB,
        asked={},
        encoder="libx264",
        encoder_reason="no GPU",
        seconds={"encode": 1.5, "check": 0.5},
        warnings=("it is short",),
    )
    content = Content(job=JOB, noun="test", outputs=())
    return Manifest(content=content.model_copy(update={"outputs": outputs}), record=record)


def test_one_video_is_answered_with_its_address_and_the_callers_own_name(store):
    video = output(store, "video", "talk-captioned.mp4", b"video")
    request = OlderRequest(
        url_video="talk.mp4", url_srt="talk.srt", path="a/b/", output_filename="mine.mp4", id_roteiro="7"
    )

    answered = json.loads(answer_of(request, manifest(video), store, ("no shadow",), 0).as_json())

    assert answered == {
        "success": True,
        "message": "Video caption completed successfully",
        "video_url": video.asset.uri,
        "filename": "mine.mp4",
        "path": "a/b/",
        "id_roteiro": "7",
        "stats": {"jobId": JOB, "executionTime": 2000, "encoder": "libx264", "encoderReason": "no GPU"},
        "warnings": ["no shadow", "it is short"],
    }


def images(count: int) -> OlderRequest:
    asked = [{"id": f"picture {n}", "image_url": f"{n}.jpg", "duracao": 1} for n in range(count)]
    return OlderRequest.model_validate({"images": asked})


def test_clips_are_answered_in_the_order_of_the_request_and_one_that_failed_says_why(store):
    results = [
        {"file": "01.mp4", "error": ""},
        {"file": "", "error": "2.jpg: found HTML"},
        {"file": "03.mp4", "error": ""},
    ]
    clips = [output(store, "video", name, name.encode()) for name in ("03.mp4", "01.mp4")]
    told = output(store, "results", "results.json", json.dumps(results).encode())

    answered = json.loads(answer_of(images(3), manifest(*clips, told), store, (), 0).as_json())

    assert [video["id"] for video in answered["videos"]] == ["picture 0", "picture 1", "picture 2"]
    assert [video["filename"] for video in answered["videos"]] == ["01.mp4", "", "03.mp4"]
    assert answered["videos"][0]["video_url"] == clips[1].asset.uri
    assert answered["videos"][1]["error"] == "2.jpg: found HTML"
    assert "error" not in answered["videos"][0]
    assert (answered["success"], answered["total"], answered["processed"]) == (False, 3, 2)
    assert answered["message"] == "1 of 3 images failed"
    assert (answered["stats"]["total"], answered["stats"]["processed"]) == (3, 2)


def test_clips_that_all_came_out_are_a_success(store):
    results = [{"file": "01.mp4", "error": ""}]
    parts = [
        output(store, "video", "01.mp4", b"1"),
        output(store, "results", "r.json", json.dumps(results).encode()),
    ]

    assert answer_of(images(1), manifest(*parts), store, (), 0).success


def test_refusal_says_why_without_what_opens_an_address():
    answered = json.loads(
        refusal(images(2), "https://x.test/1.jpg?X-Amz-Signature=zx9: found HTML").as_json()
    )

    assert answered["success"] is False
    assert "zx9" not in answered["message"]
    assert (answered["videos"], answered["total"], answered["processed"]) == ([], 2, 0)
