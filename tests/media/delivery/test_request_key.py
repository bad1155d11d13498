"""Requests under a key: which of them are the same."""

from collections.abc import Mapping
from typing import ClassVar

import pytest
from pydantic import Field

from media.delivery.request_key import bind_request, digest_of_request
from media.errors import BadInput
from media.footage.container import VIDEO, Medium
from media.footage.job import FootageJob
from media.form import PublicAddress
from media.store import FolderStore


class Job(FootageJob):
    """A job over one video."""

    noun: ClassVar[str] = "test"
    recipe: ClassVar[int] = 1
    addresses: ClassVar[Mapping[str, Medium]] = {"source": VIDEO}

    source: PublicAddress = Field(description="Video.")


class LaterJob(Job):
    """The same after an upgrade."""

    speed: float = Field(default=1.0, description="How fast.")


def test_request_is_the_same_after_an_upgrade_that_gave_its_job_a_field(tmp_path):
    store = FolderStore(tmp_path)

    bind_request(Job(source="a.mp4", idempotency_key="k"), store)

    assert bind_request(LaterJob(source="a.mp4", idempotency_key="k"), store) is None
    with pytest.raises(BadInput, match="expected the same request as before"):
        bind_request(LaterJob(source="a.mp4", speed=2, idempotency_key="k"), store)


def test_digest_is_of_key_and_request_and_not_of_delivery():
    first = Job(source="a.mp4", idempotency_key="k")
    others = [
        Job(source="b.mp4", idempotency_key="k"),
        Job(source="a.mp4", idempotency_key="l"),
        LaterJob(source="a.mp4", speed=2, idempotency_key="k"),
    ]

    assert digest_of_request(first) == digest_of_request(first.model_copy(update={"reference": "r"}))
    assert len({digest_of_request(each) for each in (first, *others)}) == 4
