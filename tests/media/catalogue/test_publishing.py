"""At the end there is a table, a gallery that needs nobody, and an index."""

import json
import re

from media.catalogue.assessment import read_entry
from media.catalogue.publishing import counted, publish, totals
from media.catalogue.rendering import Outcome
from media.manifest import manifest_key
from tests.fakes.finished import Told


def page_of(catalogue, published) -> str:
    return catalogue.tools.store.get(published.manifest.output("gallery").asset.key).decode()


def test_gallery_shows_every_picture_and_asks_nobody(catalogue):
    for name in ("A", "B"):
        catalogue.add(name, outputs=["tile", "large"])

    page = page_of(catalogue, catalogue.run())

    assert page.count("<figure") == 4
    assert page.count("data:image/webp;base64,") == 4
    assert re.findall(r'(?:src|href)="(?!data:)', page) == []
    assert "4 pictures of 2 products" in page


def test_what_users_wrote_is_shown_as_text(catalogue):
    catalogue.add("A")
    catalogue.products[0]["product"] = '<script>alert("1")</script>'

    page = page_of(catalogue, catalogue.run())

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_failed_picture_stands_in_table_page_and_index_with_its_reason(catalogue):
    catalogue.add("A", outputs=["tile", "large"])

    published = catalogue.run(fails=lambda picture: picture.output == "large")

    assert totals(published.rows) == {"rendered": 1, "found": 0, "failed": 1}
    index = json.loads(catalogue.tools.store.get(published.manifest.output("index").asset.key))
    assert [one["output"] for one in index["pictures"]] == ["tile"]
    assert index["problems"][0]["reason"] == "large: BadInput: no"
    assert "large: BadInput: no" in page_of(catalogue, published)


def test_failed_picture_is_tried_again_in_the_next_run(catalogue):
    catalogue.add("A")
    catalogue.run(fails=lambda _: True)

    assert totals(catalogue.run().rows) == {"rendered": 1, "found": 0, "failed": 0}


def test_picture_that_no_run_got_to_counts_as_failed(catalogue):
    catalogue.add("A")

    published = publish(catalogue.job(), catalogue.assess(), {}, catalogue.tools.store)

    assert [(row.became, row.reason[:12]) for row in published.rows] == [("failed", "no run got a")]


def test_index_names_each_picture_and_where_it_lies(catalogue):
    catalogue.add("A")

    published = catalogue.run()

    index = json.loads(catalogue.tools.store.get(published.manifest.output("index").asset.key))
    (picture,) = index["pictures"]
    assert (picture["product"], picture["output"], picture["width"]) == ("A", "tile", 64)
    assert catalogue.tools.store.stat(picture["file"]) is not None


def test_picture_of_two_products_is_counted_and_paid_once(catalogue):
    catalogue.add("A", content="same")
    catalogue.add("B", content="same")

    first, second = catalogue.run().rows

    assert (first.became, first.seconds) == ("rendered", 1.0)
    assert (second.became, second.seconds) == ("found", 0.0)
    assert second.reason == "the same picture as A, tile"


def test_gallery_is_told_a_damaged_poster_from_a_preview(catalogue):
    catalogue.add("A")
    catalogue.add("B")
    spoilt = []

    def spoil(picture) -> bool:
        if not spoilt:
            catalogue.render(picture)
            store = catalogue.tools.store
            spoilt.append(read_entry(picture, store).poster)
            store.put(spoilt[0], bytes(store.stat(spoilt[0]).size))
        return False

    page = page_of(catalogue, catalogue.run(fails=spoil))

    assert page.count("no preview") == 1
    assert page.count("data:image/webp;base64,") == 1


def test_lists_with_the_same_pictures_have_galleries_of_their_own(catalogue):
    catalogue.add("A")
    summer = catalogue.run()
    catalogue.name = "winter.json"

    winter = catalogue.run()

    assert winter.manifest.content.job != summer.manifest.content.job
    assert "winter.json" in page_of(catalogue, winter)


def test_newer_gallery_lets_go_of_the_one_before(catalogue):
    catalogue.add("A")
    before = catalogue.run()
    catalogue.add("B")

    after = catalogue.run()

    store = catalogue.tools.store
    assert store.stat(manifest_key(before.manifest.content.job)) is None
    assert store.stat(manifest_key(after.manifest.content.job)) is not None


def test_run_on_another_blender_says_so(catalogue):
    catalogue.add("A")
    assessment = catalogue.assess()
    (picture,) = assessment.pictures
    elsewhere = Outcome(job="0" * 64, became="rendered", seconds=1.0)

    published = publish(catalogue.job(), assessment, {picture.result: elsewhere}, catalogue.tools.store)

    assert [row.became for row in published.rows] == ["failed"]
    assert "another version of Blender" in published.rows[0].reason


def test_picture_that_the_budget_does_not_hold_is_no_failure(catalogue):
    catalogue.add("A")
    assessment = catalogue.assess()
    (picture,) = assessment.pictures
    left_out = Outcome(job=picture.result, became="not begun", reason="it may take 9 s, 2 s are left")

    published = publish(catalogue.job(), assessment, {picture.result: left_out}, catalogue.tools.store)

    assert counted(published.rows) == "0 rendered, 0 found, 0 failed, 1 not begun"
    assert "it may take 9 s, 2 s are left" in page_of(catalogue, published)


def test_what_is_odd_about_a_picture_stands_in_its_row(catalogue):
    catalogue.add("A")
    (finished,) = catalogue.assess().missing
    catalogue.render(finished, told=Told(warnings=("parts: expected ball*, found none",)))

    (row,) = catalogue.run().rows

    assert (row.became, row.reason) == ("found", "parts: expected ball*, found none")
