"""Files at secret addresses are in the store before any run is made, whichever fields name them."""

import json
from collections.abc import Mapping
from typing import ClassVar

import pytest
from PIL import Image
from pydantic import BaseModel, Field

from flows.command_line import read_job
from media.access import Access
from media.errors import BadInput
from media.footage.container import CAPTIONS, VIDEO, Medium
from media.footage.job import FootageJob
from media.form import PublicAddress, Unsaid
from media.staging import stage, staged, with_public_addresses
from media.store import FolderStore
from tests.fakes.https_server import Answer, https_server

SECRET = "not-a-real-secret"  # noqa: S105 - the point of it
SRT = b"1\r\n00:00:00,000 --> 00:00:01,000\r\nHello\r\n"
WAV = b"RIFF\x24\0\0\0WAVEfmt "


class Picture(BaseModel):
    """One of several."""

    source: PublicAddress
    seconds: float = 1.0


class Job(FootageJob):
    """A job that names files in every way there is."""

    noun: ClassVar[str] = "test"
    recipe: ClassVar[int] = 1
    addresses: ClassVar[Mapping[str, Medium]] = {"source": VIDEO, "captions": CAPTIONS}

    source: PublicAddress = Field(description="Video.")
    captions: PublicAddress | Unsaid = Field(default=None, description="Captions.")
    images: tuple[Picture, ...] = Field(default=(), description="Pictures.")
    words: str = Field(default="", description="No address, whatever it looks like.")


def at(path: str) -> str:
    return f"https://example.com/{path}?X-Amz-Signature={SECRET}"


@pytest.fixture
def store(tmp_path, monkeypatch) -> FolderStore:
    monkeypatch.setenv("RENDERMILL_STORE", str(tmp_path / "store"))
    return FolderStore(tmp_path / "store")


def test_every_address_of_a_file_is_found_and_nothing_else():
    given = {
        "source": at("a.mp4"),
        "captions": at("a.srt"),
        "images": [{"source": at("1.png")}, {"source": "2.png", "seconds": 2}],
        "words": at("words"),
        "unknown": 1,
    }

    public = with_public_addresses(given, Job)

    assert public == given | {
        "source": "https://example.com/a.mp4",
        "captions": "https://example.com/a.srt",
        "images": [{"source": "https://example.com/1.png"}, {"source": "2.png", "seconds": 2}],
    }


@pytest.mark.parametrize("given", [None, 3, [], "x", {"source": 3}, {"images": "x"}, {"images": [3, None]}])
def test_what_is_no_job_at_all_comes_back_as_it_was(given):
    assert with_public_addresses(given, Job) == given


def test_each_file_is_stored_under_what_it_is(store, tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "1.png")
    files = {"/a.wav": WAV, "/a.srt": SRT, "/1.png": (tmp_path / "1.png").read_bytes()}
    with https_server(tmp_path, {path: Answer(body) for path, body in files.items()}) as server:
        given = {
            "source": f"{server.address}/a.wav?{SECRET}",
            "captions": f"{server.address}/a.srt?{SECRET}",
            "images": [{"source": f"{server.address}/1.png?{SECRET}"}, {"source": f"{tmp_path}/1.png"}],
        }
        there = staged(given, Job, store, server.access)

    job = Job.model_validate(there)
    assert [job.source[-6:], job.captions[-6:], job.images[0].source[-6:]] == ["/a.wav", "/a.srt", "/1.png"]
    assert job.images[1].source == f"{tmp_path}/1.png"
    assert SECRET not in json.dumps(there)
    assert len(list(store.list("sources/"))) == 3


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"<html>Log in</html>", "an HTML page"),
        (b"#EXTM3U\nfile:///etc/passwd", "text beginning"),
        (b"Dear madam", "text beginning"),
        (b"", "empty"),
    ],
)
def test_what_is_neither_model_nor_footage_is_not_stored(store, tmp_path, data, found):
    (tmp_path / "file.mp4").write_bytes(data)

    with pytest.raises(BadInput, match=found):
        stage(str(tmp_path / "file.mp4"), store, Access())

    assert not list(store.list("sources/"))


def test_captions_in_utf_16_are_footage(store, tmp_path):
    (tmp_path / "a.srt").write_bytes(SRT.decode().encode("utf-16"))

    assert stage(str(tmp_path / "a.srt"), store, Access()).endswith("/a.srt")


def test_job_that_is_wrong_otherwise_is_refused_before_anything_is_read(store):
    job = {"source": at("a.mp4"), "images": [{"source": at("1.png"), "seconds": "long"}]}

    with pytest.raises(BadInput, match=r"images\.0\.seconds: ") as raised:
        read_job(json.dumps(job), Job)

    assert SECRET not in str(raised.value)
    assert not list(store.list("sources/"))


def test_address_where_none_belongs_is_not_said_again():
    with pytest.raises(BadInput, match="images: ") as raised:
        read_job(json.dumps({"source": "a.mp4", "images": at("1.png")}), Job)

    assert SECRET not in str(raised.value)
