"""Results are JSON: what would be unpickled when it is read is refused, whoever wrote it."""

import base64
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from prefect._internal.result_records import ResultRecord, ResultRecordMetadata
from prefect.serializers import CompressedSerializer, JSONSerializer, PickleSerializer

from blocks.json_result import checked_json
from media.errors import BadInput
from media.manifest import Result

PLAIN = JSONSerializer().model_dump(mode="json")
RESULT = Result(manifest="/m.json", job="ab" * 32)


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


def record_of(result: object, serializer: object) -> bytes:
    return ResultRecord(
        result=result, metadata=ResultRecordMetadata(serializer=serializer, storage_key="k")
    ).serialize()


@pytest.mark.parametrize("result", [RESULT, "text", 5, None, [1, 2], {"frames": 24}, Path("/part.step")])
def test_record_that_prefect_writes_as_json_is_read_back(result):
    content = checked_json(record_of(result, JSONSerializer()), "k")

    assert ResultRecord.deserialize(content).result == result


@pytest.mark.parametrize("result", [RESULT, "text", 5, None, {"frames": 24}])
def test_bare_result_of_a_flow_is_read_back(result):
    content = checked_json(JSONSerializer().dumps(result), "k")

    assert JSONSerializer().loads(content) == result


@pytest.mark.parametrize("serializer", [PickleSerializer(), CompressedSerializer(serializer="pickle")])
def test_result_of_another_serializer_is_refused_in_a_sentence(serializer):
    for content in (record_of(RESULT, serializer), serializer.dumps(RESULT)):
        with pytest.raises(BadInput, match=r"result k: expected plain JSON.*SERIALIZER=json"):
            checked_json(content, "k")


def hostile(trap: str) -> list[dict[str, Any]]:
    """Return records that Prefect unpickles, or hands to a function that they name."""
    return [
        {"metadata": {"serializer": {"type": "pickle"}}, "result": trap},
        {"metadata": {}, "result": trap},
        {"result": trap},
        {"data": trap},
        {"metadata": {"serializer": PLAIN}, "serializer": {"type": "pickle"}, "result": trap},
        {"metadata": {"serializer": PLAIN | {"object_decoder": "os.system"}}, "result": '{"a": 1}'},
        {"metadata": {"serializer": PLAIN | {"jsonlib": "pickle"}}, "result": trap},
        {"__class__": "pathlib.Path", "data": trap},
    ]


@pytest.mark.parametrize("number", range(8))
def test_record_that_would_run_code_when_read_is_refused(tmp_path, number):
    trap = base64.b64encode(pickle.dumps(Trap(tmp_path / "sprung"))).decode()

    with pytest.raises(BadInput, match="expected plain JSON"):
        checked_json(json.dumps(hostile(trap)[number]).encode(), "k")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 7])
def test_without_the_check_prefect_would_run_it(tmp_path, number):
    trap = base64.b64encode(pickle.dumps(Trap(tmp_path / "sprung"))).decode()

    ResultRecord.deserialize(json.dumps(hostile(trap)[number]).encode())

    assert (tmp_path / "sprung").exists()


def test_of_a_key_that_stands_there_twice_only_the_checked_value_is_handed_on():
    plain = json.dumps(PLAIN)
    content = f'{{"metadata": {{"serializer": {{"type": "pickle"}}, "serializer": {plain}}}, "result": "5"}}'

    assert b"pickle" not in checked_json(content.encode(), "k")


@pytest.mark.parametrize(
    "metadata", [{"storage_key": "k"}, {"storage_key": "k", "serializer": {"type": "pickle"}}]
)
def test_metadata_that_lies_apart_is_checked_as_well(metadata):
    with pytest.raises(BadInput):
        checked_json(json.dumps(metadata).encode(), "k")
