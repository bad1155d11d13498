"""What is there is found, whatever it is called and wherever it stands; what is not is to be rendered."""

import os
from dataclasses import replace

import pytest

from infra.s3.sources import fetch_object, version_of_object
from media.access import Access
from media.catalogue.assessment import WORTH_A_LIST, Assessment
from media.catalogue.index import index_key
from media.catalogue.inventory import KINDS, take_inventory
from media.catalogue.publishing import totals
from media.manifest import manifest_key
from tests.media.catalogue.conftest import HEAD as MODEL


def asked_and_missing(assessment: Assessment) -> tuple[int, int]:
    return len(assessment.pictures), len(assessment.missing)


def test_first_run_lacks_everything_and_the_second_nothing(catalogue):
    for name in ("A", "B", "C"):
        catalogue.add(name, outputs=["tile", "large"])

    first, again = catalogue.run(), catalogue.run()

    assert totals(first.rows) == {"rendered": 6, "found": 0, "failed": 0}
    assert totals(again.rows) == {"rendered": 0, "found": 6, "failed": 0}
    assert again.found
    assert again.manifest == first.manifest


def test_renamed_files_reordered_lines_and_touched_times_change_nothing(catalogue):
    for name in ("A", "B", "C"):
        catalogue.add(name)
    catalogue.run()
    (catalogue.folder / "A.step").rename(catalogue.folder / "other.step")
    catalogue.products[0]["source"] = "other.step"
    catalogue.products.reverse()
    os.utime(catalogue.folder / "B.step", (1, 1))

    assert asked_and_missing(catalogue.assess()) == (3, 0)


def test_changed_file_is_rendered_again_and_nothing_else(catalogue):
    for name in ("A", "B", "C"):
        catalogue.add(name, outputs=["tile", "large"])
    catalogue.run()
    catalogue.products.pop(1)
    catalogue.add("B", "another shape", outputs=["tile", "large"])

    missing = catalogue.assess().missing

    assert [(one.product, one.output) for one in missing] == [("B", "tile"), ("B", "large")]


def test_colour_keeps_the_geometry_and_size_and_samples_the_scene(catalogue):
    catalogue.add("plain", "one file", outputs=["tile", "large"])
    catalogue.add("red", "one file", materials=[{"parts": "ball*", "color": "#ff0000"}])

    tile, large, red = (one.plan for one in catalogue.assess().pictures)

    assert tile.geometry == large.geometry == red.geometry
    assert tile.scene == large.scene != red.scene
    assert len({tile.render, large.render, red.render}) == 3


def test_two_products_of_one_file_share_their_pictures(catalogue):
    catalogue.add("A", "one file")
    catalogue.add("B", "one file")

    assert asked_and_missing(catalogue.assess()) == (2, 1)
    assert [row.product for row in catalogue.run().rows] == ["A", "B"]


def test_urgent_pictures_come_first_and_the_others_as_they_stand(catalogue):
    catalogue.add("A")
    catalogue.add("B", priority=5)
    catalogue.add("C")
    catalogue.add("D", priority=5)

    assert [one.product for one in catalogue.assess().missing] == ["B", "D", "A", "C"]


def test_picture_whose_object_is_gone_is_to_be_rendered_again(catalogue):
    for number in range(WORTH_A_LIST + 1):
        catalogue.add(f"P{number}")
    published = catalogue.run()
    lost = catalogue.assess().finished.popitem()[1]
    catalogue.tools.store.delete(lost.file)

    assert [one.result for one in catalogue.assess().missing] == [lost.job]
    assert totals(published.rows)["rendered"] == WORTH_A_LIST + 1


def test_picture_that_another_run_finished_is_found_without_the_index(catalogue):
    for number in range(WORTH_A_LIST + 1):
        catalogue.add(f"P{number}")
    catalogue.run()
    catalogue.tools.store.delete(index_key(catalogue.job().orders))

    assert asked_and_missing(catalogue.assess()) == (WORTH_A_LIST + 1, 0)


def test_index_that_is_damaged_only_costs_time(catalogue):
    catalogue.add("A")
    catalogue.run()
    catalogue.tools.store.put(index_key(catalogue.job().orders), b"{")

    assert asked_and_missing(catalogue.assess()) == (1, 0)


def test_index_is_not_believed_of_a_manifest_that_was_written_anew(catalogue):
    for number in range(WORTH_A_LIST + 1):
        catalogue.add(f"P{number}")
    catalogue.run()
    store, picture = catalogue.tools.store, catalogue.assess().pictures[0]
    store.put(manifest_key(picture.result), b"not a manifest")

    assert [one.result for one in catalogue.assess().missing] == [picture.result]


def test_picture_of_two_products_is_as_urgent_as_the_more_urgent_of_them(catalogue):
    catalogue.add("A", content="shared")
    catalogue.add("B", priority=5)
    catalogue.add("C", content="shared", priority=100)

    assert [one.product for one in catalogue.assess().missing] == ["A", "B"]


def test_store_of_too_many_objects_is_asked_for_single_ones(catalogue):
    for name in ("A", "B", "C"):
        catalogue.add(name)
    catalogue.run()
    inventory = take_inventory(catalogue.tools.store, most=4)

    assert len(inventory.objects) < len([*catalogue.tools.store.list("")])
    assert inventory.complete < set(KINDS)
    for picture in catalogue.assess().pictures:
        assert inventory.stat(manifest_key(picture.result), catalogue.tools.store)


def test_product_without_its_file_leaves_the_others_alone(catalogue):
    catalogue.add("A")
    catalogue.add("B")
    (catalogue.folder / "A.step").unlink()

    assessment = catalogue.assess()

    assert [one.product for one in assessment.pictures] == ["B"]
    assert [(one.place, one.product) for one in assessment.problems] == [("product 1", "A")]
    assert "expected a file, found nothing" in assessment.problems[0].reason


@pytest.mark.parametrize("orders", ["nowhere.csv", "ftp://example.com/orders.csv"])
def test_list_that_is_not_there_is_refused(catalogue, orders):
    from media.catalogue.assessment import assess  # noqa: PLC0415 - beside what it refuses
    from media.errors import BadInput  # noqa: PLC0415 - the same

    with pytest.raises(BadInput, match="expected"):
        assess(catalogue.job().model_copy(update={"orders": orders}), catalogue.tools)


def test_object_that_is_as_it_was_is_not_read_again(catalogue, s3_store, s3):
    client, bucket = s3_store._bucket.client, s3_store._bucket.name
    client.put_object(Bucket=bucket, Key="parts/A.step", Body=MODEL.format("A").encode())
    version = {"s3": lambda address: version_of_object(client, address)}
    fetch = {"s3": lambda address, path: fetch_object(client, address, path)}
    catalogue.tools = replace(catalogue.tools, access=Access(fetchers=fetch, versions=version))
    catalogue.add("A")
    catalogue.products[0]["source"] = f"s3://{bucket}/parts/A.step"
    catalogue.run()
    s3.forget()

    assert asked_and_missing(catalogue.assess()) == (1, 0)
    assert not [one for one in s3.asked if one.operation == "GetObject" and one.key.endswith("A.step")]
    client.put_object(Bucket=bucket, Key="parts/A.step", Body=MODEL.format("B").encode())
    assert asked_and_missing(catalogue.assess()) == (1, 1)
