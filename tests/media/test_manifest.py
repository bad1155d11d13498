"""A manifest is written once, and believed as long as it is true."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from media.asset import Asset
from media.digest import digest_of
from media.errors import Unavailable
from media.manifest import Content, Manifest, Output, Record, find_manifest, manifest_key, publish_manifest
from media.store import FolderStore, ObjectStore
from media.store.keys import key_for

JOB = digest_of({"stage": "a test of manifests"})
KEY = manifest_key(JOB)
PICTURE = key_for("stills", JOB, "still.png")


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path) -> ObjectStore:
    made = (
        FolderStore(tmp_path / "store") if request.param == "folder" else request.getfixturevalue("s3_store")
    )
    made.put(PICTURE, b"a picture")
    return made


def manifest_by(machine: str, key: str = PICTURE) -> Manifest:
    asset = Asset(uri="", sha256=JOB, size=9, media_type="image/png", key=key)
    output = Output(role="still", asset=asset, download_name="part.png")
    record = Record(
        source="", source_sha256="", asked={}, route="", route_why="", geometry="", machine=machine
    )
    return Manifest(content=Content(job=JOB, noun="still", outputs=(output,)), record=record)


def as_bytes(manifest: Manifest) -> bytes:
    return manifest.model_dump_json(by_alias=True).encode()


STALE = as_bytes(manifest_by("stale", key_for("stills", JOB, "gone.png")))


@dataclass
class Busy:
    """A store in which something happens before a call of one kind passes."""

    store: ObjectStore
    on: str
    happens: list[Any]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real store has
        def call(*arguments: Any, **terms: Any) -> Any:  # noqa: ANN401 - the same
            if name == self.on and self.happens:
                self.happens.pop(0)()
            return getattr(self.store, name)(*arguments, **terms)

        return call


def test_of_two_who_find_a_stale_manifest_the_first_to_write_wins(store):
    """While we withdraw it, another has done so already and published."""
    store.put(KEY, STALE)
    theirs = manifest_by("theirs")

    def they_publish() -> None:
        store.delete(KEY)
        store.put(KEY, as_bytes(theirs), write_once=True)

    busy = Busy(store, "put", [lambda: None, they_publish])

    assert publish_manifest(manifest_by("ours"), busy) == theirs
    assert Manifest.model_validate_json(store.get(KEY)) == theirs


def test_stale_manifest_gives_way(store):
    store.put(KEY, STALE)

    assert publish_manifest(manifest_by("ours"), store) == manifest_by("ours")
    assert find_manifest(JOB, store) == manifest_by("ours")


def test_manifest_that_is_withdrawn_and_written_all_the_while_is_unavailable(store):
    busy = Busy(store, "put", [lambda: store.put(KEY, STALE)] * 99)

    with pytest.raises(Unavailable, match="found it stale 5 times"):
        publish_manifest(manifest_by("ours"), busy)


def test_manifest_that_goes_while_it_is_read_is_none(store):
    store.put(KEY, as_bytes(manifest_by("theirs")))
    busy = Busy(store, "get", [lambda: store.delete(KEY)])

    assert find_manifest(JOB, busy) is None


@pytest.mark.parametrize(
    "data",
    [
        as_bytes(manifest_by("theirs"))[:-20],
        b"",
        json.dumps(json.loads(as_bytes(manifest_by("theirs"))) | {"schema": 2}).encode(),
    ],
    ids=["truncated", "empty", "newer"],
)
def test_manifest_that_cannot_be_read_is_withdrawn(store, data):
    store.put(KEY, data)

    assert find_manifest(JOB, store) is None
    assert store.stat(KEY) is None


def test_manifest_whose_bytes_s3_gives_wrong_is_withdrawn(s3_store):
    data = as_bytes(manifest_by("theirs"))
    s3_store._client.put_object(**s3_store._bucket.place(KEY), Body=data, Metadata={"sha256": JOB})

    assert find_manifest(JOB, s3_store) is None
    assert s3_store.stat(KEY) is None
