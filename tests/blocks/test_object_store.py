"""The block ObjectStore: what belongs together in it, and the stores that it opens."""

import hashlib

import pytest
from pydantic import ValidationError

from blocks.object_store import ObjectStore
from media.store import FolderStore
from media.store.keys import key_for

SECRET = "not-a-real-secret-key"  # noqa: S105 - the point of it
KEYS = {"access_key_id": "NOT-A-REAL-ID", "secret_access_key": SECRET}


def test_folder_opens_as_a_folder_store(tmp_path):
    digest = hashlib.sha256(b"x").hexdigest()

    store = ObjectStore(folder=str(tmp_path)).open()

    assert isinstance(store, FolderStore)
    store.put(key_for("sources", digest, "source"), b"x")
    assert (tmp_path / "sources" / digest[:2] / digest / "source").read_bytes() == b"x"


@pytest.mark.parametrize(
    "fields",
    [
        {"bucket": "parts"},
        {"bucket": "parts", "prefix": "a/b"},
        {"bucket": "parts", "endpoint_url": "http://127.0.0.1:9000", "addressing": "path", **KEYS},
        {"folder": "~/store"},
    ],
)
def test_fields_that_belong_together_are_taken(fields):
    assert ObjectStore(**fields)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "expected a folder or a bucket, found neither"),
        ({"folder": "/srv", "bucket": "parts"}, "found both"),
        (
            {"folder": "/srv", **KEYS},
            "expected nothing but the folder, found also access_key_id, secret_access_key",
        ),
        ({"folder": "/srv", "prefix": "a"}, "found also prefix"),
        ({"folder": "/srv", "addressing": "path"}, "found also addressing"),
        ({"bucket": "parts", "secret_access_key": SECRET}, "found only one of the two"),
        ({"bucket": "parts", "access_key_id": "NOT-A-REAL-ID"}, "found only one of the two"),
        ({"folder": "store"}, "folder"),
        ({"bucket": "Parts"}, "bucket"),
        ({"bucket": "parts", "prefix": "/a"}, "prefix"),
        ({"bucket": "parts", "prefix": "a/../b"}, "prefix"),
        ({"bucket": "parts", "endpoint_url": f"https://user:{SECRET}@s3.example.com"}, "endpoint_url"),
        ({"bucket": "parts", "endpoint_url": f"https://s3.example.com?key={SECRET}"}, "endpoint_url"),
    ],
)
def test_fields_that_do_not_are_refused_and_the_secret_is_not_said_again(fields, sentence):
    with pytest.raises(ValidationError, match=sentence) as raised:
        ObjectStore(**fields)

    assert SECRET not in str(raised.value)


def test_secret_is_not_shown():
    block = ObjectStore(bucket="parts", **KEYS)

    assert SECRET not in repr(block) + str(block) + str(block.model_dump()) + block.model_dump_json()


def test_every_field_of_the_form_says_what_it_is():
    descriptions = [field.description or "" for field in ObjectStore.model_fields.values()]

    assert all(description.endswith(".") for description in descriptions)
    assert ObjectStore.get_description()
    assert 'ObjectStore.load("BLOCK_NAME")' in (ObjectStore.get_code_example() or "")


async def _written_and_read(block: ObjectStore) -> bytes:
    await block.awrite_path("a/run's result", b'{"frames": 24}')
    return await block.aread_path("a/run's result")


def test_results_of_prefect_lie_under_keys_of_ours_whatever_it_calls_them(tmp_path):
    block = ObjectStore(folder=str(tmp_path))

    for path in ("../../etc/passwd", "a" * 5000, "Käfig\n", ""):
        block.write_path(path, b'{"frames": 24}', _sync=True)
        assert block.read_path(path, _sync=True) == b'{"frames": 24}'

    keys = [stat.key for stat in block.open().list("results/")]
    assert len(keys) == 4
    assert all(key.endswith("/result.json") for key in keys)


def test_results_are_written_and_read_from_async_flows_too(tmp_path):
    import asyncio  # noqa: PLC0415 - only here

    assert asyncio.run(_written_and_read(ObjectStore(folder=str(tmp_path)))) == b'{"frames": 24}'
