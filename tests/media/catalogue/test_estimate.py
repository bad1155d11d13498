"""Estimates hold as often as they say, and what nobody measured is called an assumption."""

import random

import pytest

from media.catalogue.estimate import ALIKE, Estimator, interval, units, units_of
from media.catalogue.index import Entry
from media.catalogue.picture import Picture
from media.job import StillJob
from media.plan import Plan

SIZES = (256, 640, 1280, 2048)
SAMPLES = (32, 64, 128)


def asked(geometry: str, width: int, samples: int) -> Picture:
    job = StillJob.model_validate({"source": "/a.step", "width": width, "height": width, "samples": samples})
    return Picture("line", "P", "still", 0, Plan.model_construct(job=job, geometry=geometry, result="0" * 64))


def measured(picture: Picture, seconds: float, device: str = "a GPU") -> Entry:
    job = picture.plan.job
    return Entry.model_construct(
        width=job.width,
        height=job.height,
        samples=job.samples_per_pixel,
        frames=1,
        geometry=picture.plan.geometry,
        seconds=seconds,
        device=device,
    )


def world(seed: int, products: int, each: int, spread: float) -> list[tuple[Picture, float]]:
    """Return pictures and what they take: products differ, and each picture from what it should take."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    found = []
    for product in range(products):
        heavy = 0.05 * chance.lognormvariate(0, 0.5)
        for _ in range(each):
            picture = asked(f"{product}", chance.choice(SIZES), chance.choice(SAMPLES))
            found.append((picture, units_of(picture) * heavy * chance.lognormvariate(0, spread)))
    chance.shuffle(found)
    return found


@pytest.mark.parametrize("spread", [0.05, 0.3, 0.8])
@pytest.mark.parametrize(("products", "each"), [(60, 3), (10, 30)])
def test_four_of_five_that_were_held_out_lie_within_the_interval(spread, products, each):
    inside = total = 0
    for seed in range(5):
        pictures = world(seed, products, each, spread)
        half = len(pictures) // 2
        estimator = Estimator(measured(picture, seconds) for picture, seconds in pictures[:half])
        for picture, seconds in pictures[half:]:
            estimate = estimator.of(picture)
            inside += estimate.low <= seconds <= estimate.high
            total += 1

    assert inside / total >= 0.8


def test_interval_says_something():
    pictures = world(1, 20, 30, 0.1)
    estimator = Estimator(measured(picture, seconds) for picture, seconds in pictures)

    estimate = estimator.of(pictures[0][0])

    assert estimate.basis == "measured"
    assert estimate.high / estimate.low < 3
    assert "of this product" in estimate.source


@pytest.mark.parametrize("count", [1, 2, 5, 18, 19, 50])
def test_bounds_are_wider_than_what_was_seen_where_little_was_seen(count):
    low, high = interval([float(rate) for rate in range(1, count + 1)])

    assert low < high
    assert (low < 1) == (high > count) == (count < 19)


def test_other_devices_say_nothing():
    slow = [measured(asked("A", 640, 64), 1000.0, "a CPU") for _ in range(3)]
    fast = [measured(asked("A", 640, 64), 1.0) for _ in range(4)]

    estimate = Estimator(slow + fast).of(asked("A", 640, 64))

    assert estimate.high < 10
    assert "a GPU" in estimate.source


def test_few_pictures_of_a_product_say_less_than_those_of_all():
    others = [measured(asked(f"{number}", 640, 64), 10.0) for number in range(20)]
    own = [measured(asked("A", 640, 64), 40.0) for _ in range(ALIKE - 1)]

    assert "of other products" in Estimator(others + own).of(asked("A", 640, 64)).source


def test_what_nobody_measured_is_called_an_assumption_with_its_source():
    estimate = Estimator([]).of(asked("A", 640, 64))

    assert estimate.basis == "assumed"
    assert estimate.source.startswith("assumed: ")
    assert estimate.low < estimate.likely < estimate.high


def test_a_larger_picture_of_more_samples_and_frames_is_more_to_do():
    small = units(100, 100, 10, 1)

    assert small < units(200, 100, 10, 1) < units(200, 100, 20, 1) < units(200, 100, 20, 2)
