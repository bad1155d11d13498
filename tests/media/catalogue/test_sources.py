"""Sources are looked for beside their order list, and one that cannot be had leaves the others alone."""

import json
from dataclasses import replace

import pytest

from media.access import Access
from media.catalogue.assessment import assess
from media.catalogue.fetching import read_list
from media.catalogue.job import CatalogueJob
from media.catalogue.sources import beside
from media.errors import Retry, Unavailable
from tests.fakes.flaky_store import FlakyStore
from tests.media.catalogue.conftest import HEAD as MODEL


@pytest.mark.parametrize(
    ("orders", "source", "address"),
    [
        ("lists/o.csv", "a.step", "lists/a.step"),
        ("~/lists/o.csv", "a.step", "~/lists/a.step"),
        ("lists/o.csv", "/parts/a.step", "/parts/a.step"),
        ("lists/o.csv", "~/a.step", "~/a.step"),
        ("file:///my%20list/o.csv", "a%20b.step", "/my list/a%20b.step"),
        ("FILE:///lists/o.csv", "../a.step", "/lists/../a.step"),
        ("https://example.com/lists/o.csv", "a b#1.step", "https://example.com/lists/a%20b%231.step"),
        (
            "https://example.com/lists/o.csv",
            "./parts/a%20b.step",
            "https://example.com/lists/parts/a%20b.step",
        ),
        ("https://example.com/lists/o.csv", "../../../a.step", "https://example.com/a.step"),
        ("https://example.com/lists/o.csv", "/parts/a.step", "/parts/a.step"),
        ("https://example.com", "a.step", "https://example.com/a.step"),
        ("s3://bucket/lists//o.csv", "a b#1.step", "s3://bucket/lists//a b#1.step"),
        ("s3://bucket/lists/o.csv", "../../other/a.step", "s3://bucket/other/a.step"),
        ("s3://bucket/lists/o.csv", "https://example.com/a.step", "https://example.com/a.step"),
        ("s3://bucket/lists/o.csv", "store:abc/a.step", "store:abc/a.step"),
        ("lists/o.csv", "~nosuchuser/a.step", "~nosuchuser/a.step"),
        ("lists/o.csv", "https://[foo/a.step", "https://[foo/a.step"),
    ],
)
def test_relative_source_is_beside_its_list_wherever_that_is(orders, source, address):
    assert beside(orders, source) == address


def test_source_beside_a_list_in_a_bucket_is_taken_from_there(tools):
    objects = {
        "s3://parts/lists/o.json": json.dumps(
            [{"product": "A", "source": "../A.step", "outputs": ["still"]}]
        ),
        "s3://parts/A.step": MODEL.format("A"),
    }
    fetchers = {"s3": lambda address, path: path.write_text(objects[address])}
    tools = replace(tools, access=Access(fetchers=fetchers))
    job = CatalogueJob(orders="s3://parts/lists/o.json")

    assert [one.product for one in assess(job, tools).pictures] == ["A"]


@pytest.mark.parametrize("scheme", ["file://", "FILE://"])
def test_list_at_a_file_address_is_read(scheme, tmp_path):
    (tmp_path / "my list").mkdir()
    (tmp_path / "my list" / "o.csv").write_text("product,source")

    assert read_list(f" {scheme}{tmp_path}/my%20list/o.csv", Access()) == b"product,source"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("~nosuchuser/a.step", "leads nowhere"),
        ("https://[foo/a.step", "malformed"),
        ("/proc/self/mem", "/proc/self/mem: the disk answered"),
    ],
)
def test_address_that_leads_nowhere_is_told_and_the_others_are_brought(
    address, reason, catalogue, monkeypatch
):
    monkeypatch.setattr(Unavailable, "retry", Retry())
    catalogue.add("Known")
    catalogue.run()
    catalogue.add("Bad", source=address)
    catalogue.add("Good")

    assessment = catalogue.assess()

    assert [one.product for one in assessment.pictures] == ["Known", "Good"]
    assert [(one.place, one.product) for one in assessment.problems] == [("product 2", "Bad")]
    assert reason in assessment.problems[0].reason


def test_store_that_is_down_is_no_fault_of_the_products(tools, tmp_path, monkeypatch):
    monkeypatch.setattr(Unavailable, "retry", Retry(times=1, wait_s=0.01))
    (tmp_path / "a.step").write_text(MODEL.format("a"))
    (tmp_path / "orders.json").write_text(
        json.dumps(
            {"outputs": {"tile": {}}, "products": [{"product": "A", "source": "a.step", "outputs": ["tile"]}]}
        )
    )
    down = replace(tools, store=FlakyStore(tools.store, "sources", 99))

    with pytest.raises(Unavailable, match="the store is down"):
        assess(CatalogueJob(orders=str(tmp_path / "orders.json")), down)
