"""Prefect's results as we store them: JSON, so that reading one runs nobody's code.

Prefect picks the serializer by what stands in the record itself, and takes pickle where nothing does. Whoever
may write to a store could so have code run wherever its results are read; so reading is checked as well.
"""

import json
from typing import Any

from prefect.serializers import JSONSerializer

from media.errors import BadInput


def checked_json(content: bytes, path: str) -> bytes:
    """Return a result if it, and all that is said in it of how to read it, is Prefect's plain JSON.

    Raises:
        BadInput: It is pickled, compressed, or asks for a serializer with settings of its own.
    """
    try:
        record = json.loads(content)
    except ValueError as error:
        raise _refusal(path) from error
    if not isinstance(record, dict):
        return content
    if _is_about_a_result(record) and not _is_read_by_plain_json(record):
        raise _refusal(path)
    return json.dumps(record).encode()  # of a key that stands there twice, nobody reads the other


def _is_about_a_result(record: dict[str, Any]) -> bool:
    """Tell a record of Prefect from a bare result; a serializer reads only what is text in a record."""
    texts = [record.get(name) for name in ("result", "data")]
    return bool({"metadata", "serializer", "storage_key"} & record.keys()) or any(
        isinstance(text, str) for text in texts
    )


def _is_read_by_plain_json(record: dict[str, Any]) -> bool:
    metadata = record.get("metadata", {})
    if not isinstance(metadata, dict):
        return False
    said = [place["serializer"] for place in (record, metadata) if "serializer" in place]
    plain = JSONSerializer().model_dump(mode="json")
    return bool(said) and all(serializer == plain for serializer in said)


def _refusal(path: str) -> BadInput:
    return BadInput(
        f"result {path}: expected plain JSON, found another serializer's work; "
        "set PREFECT_RESULTS_DEFAULT_SERIALIZER=json"
    )
