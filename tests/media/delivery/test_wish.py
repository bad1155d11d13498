"""What a job says about its delivery: checked, last in the form, and in no digest and no manifest."""

from collections.abc import Mapping
from typing import ClassVar

import pytest
from pydantic import Field

from media.asset import Asset
from media.delivery.wish import DELIVERY
from media.footage.container import VIDEO, Container, Medium
from media.footage.job import FootageJob
from media.footage.source import Footage
from media.footage.work import Finished, Work, manifest_of
from media.form import PublicAddress

SECRET = "not-a-real-secret"  # noqa: S105 - the point of it
WISHES = {"webhook": "https://example.com/done", "link_hours": 2, "idempotency_key": "k", "reference": "r"}


class Job(FootageJob):
    """A job over one video."""

    noun: ClassVar[str] = "test"
    recipe: ClassVar[int] = 1
    addresses: ClassVar[Mapping[str, Medium]] = {"source": VIDEO}

    source: PublicAddress = Field(description="Video.")
    speed: float = Field(default=1.0, description="How fast.")


ASSET = Asset(uri="", sha256="ab" * 32, size=1, media_type="video/mp4", key=f"sources/ab/{'ab' * 32}/source")
FOOTAGE = {"source": Footage(asset=ASSET, name="a.mp4", container=Container.MOV)}


def test_delivery_changes_no_digest():
    plain, wished = Job(source="a.mp4"), Job(source="b.mp4", **WISHES)

    assert Work(plain, FOOTAGE).result == Work(wished, FOOTAGE).result
    assert Work(plain, FOOTAGE).result != Work(Job(source="a.mp4", speed=2), FOOTAGE).result


def test_manifest_tells_those_who_find_it_nothing_of_who_asked_first():
    manifest = manifest_of(Work(Job(source="a.mp4", **WISHES), FOOTAGE), Finished(outputs=()), "here")

    assert manifest.record.asked == {"speed": 1.0}


def test_job_that_is_sent_on_says_nothing_of_delivery():
    assert Job(source="a.mp4", **WISHES).undelivered() == Job(source="a.mp4")


def test_form_shows_delivery_last():
    assert tuple(Job.model_json_schema()["properties"]) == ("source", "speed", *DELIVERY)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/done",
        f"https://example.com/done?token={SECRET}",
        f"https://user:{SECRET}@example.com/",
        f"https://example.com/#{SECRET}",
        f"https:example.com?{SECRET}",
        f"https://exa mple.com/{SECRET}",
        f"file:///{SECRET}",
        "store:ab/x",
        f"https://example.com/done\n{SECRET}",
    ],
)
def test_webhook_that_is_no_plain_https_address_is_refused_and_not_said_again(address):
    with pytest.raises(ValueError, match="expected an https:// address") as raised:
        Job(source="a.mp4", webhook=address)

    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("address", ["", "https://example.com", "https://example.com:8443/a/b%20c"])
def test_plain_https_address_is_a_webhook(address):
    assert Job(source="a.mp4", webhook=address).webhook == address


@pytest.mark.parametrize("wrong", [{"link_hours": 169}, {"link_hours": -1}, {"idempotency_key": "k" * 201}])
def test_wishes_are_bounded(wrong):
    with pytest.raises(ValueError, match=r"less than|greater than|at most"):
        Job(source="a.mp4", **wrong)
