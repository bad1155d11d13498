"""A dry run renders one small picture of each model, and says of every picture what it would take."""

from media.catalogue.assessment import read_entry
from media.catalogue.forecast import forecast, pilots_of
from media.catalogue.publishing import publish_forecast
from tests.fakes.finished import Told


def test_each_model_that_lacks_something_has_one_small_pilot(catalogue):
    catalogue.add("A", "one file", outputs=["tile", "large"])
    catalogue.add("B", "one file")
    catalogue.add("C", outputs=["tile", "large"])

    pilots = pilots_of(catalogue.assess().missing, catalogue.tools.blender)

    assert [pilot.product for pilot in pilots] == ["C", "A"]
    assert {pilot.plan.job.width * pilot.plan.job.samples_per_pixel for pilot in pilots} == {160 * 16}


def test_pilot_shares_the_scene_of_what_it_is_for(catalogue):
    catalogue.add("A", materials=[{"parts": "*", "color": "#ff0000"}])
    (picture,) = catalogue.assess().missing

    (pilot,) = pilots_of([picture], catalogue.tools.blender)

    assert pilot.plan.scene == picture.plan.scene
    assert pilot.result != picture.result


def test_found_and_to_do_are_told_apart_and_estimated_by_the_pilots(catalogue):
    catalogue.add("A")
    catalogue.run()
    catalogue.add("B", outputs=["tile", "large"])
    assessment = catalogue.assess()
    pilots = pilots_of(assessment.missing, catalogue.tools.blender)
    for pilot in pilots:
        catalogue.render(pilot, told=Told(seconds=(2.0, 9.0)))

    rows = forecast(assessment, [read_entry(pilot, catalogue.tools.store) for pilot in pilots])

    assert [(row.product, row.output, row.state) for row in rows] == [
        ("A", "tile", "found"),
        ("B", "tile", "to do"),
        ("B", "large", "to do"),
    ]
    assert rows[0].high == 0
    assert all(0 < row.low <= row.likely <= row.high for row in rows[1:])
    assert rows[1].likely < rows[2].likely
    assert rows[1].low < 8.5 < rows[1].high
    assert rows[1].source.startswith("1 picture of 1 product, 1 of them of this one, on a painter")


def test_picture_of_two_products_is_estimated_once_and_is_not_called_found(catalogue):
    catalogue.add("A", "one file")
    catalogue.add("B", "one file")

    rows = forecast(catalogue.assess(), [])

    assert [(row.state, row.reason) for row in rows] == [("to do", ""), ("same", "A, tile")]
    assert rows[1].high == 0


def test_model_whose_pilot_failed_is_none_to_do_but_one_that_cannot_be_rendered(catalogue):
    catalogue.add("A", "damaged", outputs=["tile", "large"])
    catalogue.add("B")
    assessment = catalogue.assess()
    damaged = assessment.pictures[0].plan.geometry

    rows = forecast(assessment, [], {damaged: "BadInput: A.step: cut short"})

    assert [(row.product, row.state, row.reason) for row in rows] == [
        ("A", "cannot", "BadInput: A.step: cut short"),
        ("A", "cannot", "BadInput: A.step: cut short"),
        ("B", "to do", ""),
    ]
    assert rows[0].high == 0


def test_lines_that_were_left_out_stand_in_the_forecast_with_their_reason(catalogue):
    catalogue.add("A")
    catalogue.add("B", outputs=["nonesuch"])
    catalogue.add("C", source="missing.step")

    rows = forecast(catalogue.assess(), [])

    assert [(row.product, row.state) for row in rows] == [("A", "to do"), ("B", "cannot"), ("C", "cannot")]
    assert "output type nonesuch" in rows[1].reason
    assert "missing.step" in rows[2].reason


def test_one_picture_of_a_scene_prepares_it_in_the_forecast(catalogue):
    catalogue.add("A", outputs=["tile", "large"])

    tile, large = forecast(catalogue.assess(), [])

    assert tile.likely > large.likely


def test_forecast_is_stored_and_changes_nothing_that_is_finished(catalogue):
    catalogue.add("A")
    assessment = catalogue.assess()

    manifest = publish_forecast(catalogue.job(), forecast(assessment, []), catalogue.tools.store)

    assert catalogue.tools.store.stat(manifest.output("forecast").asset.key)
    assert len(catalogue.assess().missing) == 1
