"""Estimates hold as often as they say, also where nothing is as they assume; what nobody measured says so."""

import random
import time
from collections.abc import Callable

import pytest

from media.catalogue.estimate import ALIKE, Estimator, units, units_of
from media.catalogue.fit import ENOUGH, interval
from media.catalogue.index import Entry
from media.catalogue.picture import Picture
from media.job import StillJob
from media.plan import Plan

SIZES = (256, 640, 1280, 2048)
SAMPLES = (32, 64, 128)
World = Callable[[random.Random, float, Picture], float]
"""What a picture takes, by chance, by how heavy its product is, and by what it is."""


def asked(geometry: str, width: int, samples: int, scene: str = "") -> Picture:
    job = StillJob.model_validate({"source": "/a.step", "width": width, "height": width, "samples": samples})
    plan = Plan.model_construct(job=job, geometry=geometry, scene=scene or geometry, result="0" * 64)
    return Picture("line", "P", "still", 0, plan)


def measured(picture: Picture, seconds: float, device: str = "a GPU", preparing: float = 0.0) -> Entry:
    """Return the entry of a picture, of which all but `preparing` is rendering, as its frames say."""
    job = picture.plan.job
    return Entry.model_construct(
        width=job.width,
        height=job.height,
        samples=job.samples_per_pixel,
        frames=1,
        geometry=picture.plan.geometry,
        scene=picture.plan.scene,
        seconds=0.6 * (seconds - preparing),
        whole=seconds,
        preparing=preparing,
        device=device,
    )


def megapixel_samples(picture: Picture) -> float:
    job = picture.plan.job
    return job.width * job.height * job.samples_per_pixel / 1e6


def fixed_and_power(fixed: float, power: float, spread: float) -> World:
    """Return a world of a cost at the start, and of a power of the samples; none of it is `units`."""

    def seconds(chance: random.Random, heavy: float, picture: Picture) -> float:
        rendering = heavy * megapixel_samples(picture) ** power
        return fixed * chance.lognormvariate(0, 0.1) + rendering * chance.lognormvariate(0, spread)

    return seconds


def noisier_when_larger(chance: random.Random, heavy: float, picture: Picture) -> float:
    much = megapixel_samples(picture)
    return 2.0 + heavy * much * chance.lognormvariate(0, 0.1 + 0.1 * much**0.4)


def cold_or_warm(chance: random.Random, heavy: float, picture: Picture) -> float:
    start = 9.0 if chance.random() < 0.3 else 0.3
    return start * chance.lognormvariate(0, 0.2) + heavy * megapixel_samples(picture)


def now_and_then_ten_times(chance: random.Random, heavy: float, picture: Picture) -> float:
    hiccup = 10.0 if chance.random() < 0.08 else 1.0
    return hiccup * (1.0 + heavy * megapixel_samples(picture)) * chance.lognormvariate(0, 0.2)


WORLDS: dict[str, World] = {
    "fixed 0.4, linear": fixed_and_power(0.4, 1.0, 0.1),
    "fixed 8, linear": fixed_and_power(8.0, 1.0, 0.3),
    "no fixed cost": fixed_and_power(0.0, 1.0, 0.8),
    "slower than linear": fixed_and_power(3.0, 0.6, 0.2),
    "faster than linear": fixed_and_power(3.0, 1.35, 0.2),
    "noisier when larger": noisier_when_larger,
    "cold or warm": cold_or_warm,
    "now and then ten times": now_and_then_ten_times,
}


def inhabitants(
    world: World, seed: int, products: int, each: int, sizes: tuple[int, ...] = SIZES
) -> list[tuple[Picture, float]]:
    """Return pictures and what they take; products differ by what is usual between parts."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    found = []
    for product in range(products):
        heavy = 0.05 * chance.lognormvariate(0, 0.5)
        for _ in range(each):
            picture = asked(f"{product}", chance.choice(sizes), chance.choice(SAMPLES))
            found.append((picture, world(chance, heavy, picture)))
    return found


def share_inside(estimator: Estimator, held_out: list[tuple[Picture, float]]) -> float:
    inside = 0
    for picture, seconds in held_out:
        estimate = estimator.of(picture, first=False)
        inside += estimate.low <= seconds <= estimate.high
    return inside / len(held_out)


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
@pytest.mark.parametrize(("products", "each"), [(60, 3), (10, 30), (4, 5)])
def test_four_of_five_that_were_held_out_lie_within_the_interval(world, products, each):
    shares = []
    for seed in range(6):
        pictures = inhabitants(world, seed, products, each)
        random.Random(seed).shuffle(pictures)  # noqa: S311 - repeatable, not secret
        half = len(pictures) // 2
        estimator = Estimator(measured(picture, seconds) for picture, seconds in pictures[:half])
        shares.append(share_inside(estimator, pictures[half:]))

    assert sum(shares) / len(shares) >= 0.8


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_four_of_five_of_products_that_were_never_seen_lie_within_the_interval(world):
    shares = []
    for seed in range(6):
        pictures = inhabitants(world, seed, 40, 4)
        known, strangers = pictures[:80], pictures[80:]
        estimator = Estimator(measured(picture, seconds) for picture, seconds in known)
        shares.append(share_inside(estimator, strangers))

    assert sum(shares) / len(shares) >= 0.8


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_four_of_five_larger_ones_than_the_pilots_lie_within_the_interval(world):
    shares = []
    for seed in range(6):
        chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        pilots, larger = [], []
        for product in range(30):
            heavy = 0.05 * chance.lognormvariate(0, 0.5)
            pilot = asked(f"{product}", 160, 16)
            pilots.append(measured(pilot, world(chance, heavy, pilot)))
            for size in SIZES[1:]:
                picture = asked(f"{product}", size, chance.choice(SAMPLES))
                larger.append((picture, world(chance, heavy, picture)))
        shares.append(share_inside(Estimator(pilots), larger))

    assert sum(shares) / len(shares) >= 0.8


def test_bounds_beyond_what_was_measured_are_wider_and_say_so():
    small = inhabitants(WORLDS["fixed 0.4, linear"], 1, 30, 4, sizes=(256, 320))
    estimator = Estimator(measured(picture, seconds) for picture, seconds in small)

    near, far = (estimator.of(asked("new", size, 128), first=False) for size in (300, 2048))

    assert far.high / far.low > 2 * near.high / near.low
    assert "none so large was measured" in far.source
    assert "none so" not in near.source


def test_interval_says_something():
    pictures = inhabitants(WORLDS["fixed 8, linear"], 1, 20, 30)
    estimator = Estimator(measured(picture, seconds) for picture, seconds in pictures)

    estimate = estimator.of(pictures[0][0])

    assert estimate.basis == "measured"
    assert estimate.high / estimate.low < 4
    assert "of this product" in estimate.source


def test_estimate_is_of_all_that_a_picture_takes_and_not_of_its_frames_alone():
    seen = [measured(asked(f"{number}", 32, 1), 14.6) for number in range(20)]
    for_frames = [entry.model_copy(update={"seconds": 0.6}) for entry in seen]

    estimate = Estimator(for_frames).of(asked("0", 32, 1))

    assert 14 < estimate.likely < 15
    assert estimate.high >= 14.6


def test_picture_of_which_only_the_frames_are_known_teaches_nothing():
    old = measured(asked("A", 64, 1), 5.0).model_copy(update={"whole": 0.0})

    assert Estimator([old]).of(asked("A", 64, 1)).basis == "assumed"


def test_first_picture_of_a_scene_prepares_it_and_the_others_find_it():
    seen = [measured(asked(f"{number}", 640, 64), 40.0, preparing=30.0) for number in range(20)]
    again = [measured(asked(f"{number}", 640, 64), 10.0) for number in range(20)]
    new = [asked("new", 640, 64), asked("new", 640, 64)]

    first, second = Estimator(seen + again).of_all(new)

    assert first.likely == pytest.approx(40.0)
    assert second.likely == pytest.approx(10.0)


def test_preparing_that_nobody_measured_is_called_an_assumption():
    seen = [measured(asked("A", 640, 64), 10.0) for _ in range(20)]

    estimate = Estimator(seen).of(asked("new", 640, 64))

    assert estimate.basis == "assumed"
    assert "preparing the model is assumed" in estimate.source


@pytest.mark.parametrize("count", [1, 2, 5, ENOUGH - 1, ENOUGH, 50])
def test_bounds_are_wider_than_what_was_seen_where_little_was_seen(count):
    low, high = interval([float(rate) for rate in range(1, count + 1)], count)

    assert low < high
    assert (low < 1) == (high > count) == (count < ENOUGH)


def test_other_devices_say_nothing():
    slow = [measured(asked("A", 640, 64), 1000.0, "a CPU") for _ in range(3)]
    fast = [measured(asked("A", 640, 64), 1.0) for _ in range(4)]

    estimate = Estimator(slow + fast).of(asked("A", 640, 64))

    assert estimate.high < 10
    assert "a GPU" in estimate.source


def test_what_was_made_just_now_says_on_which_device_the_rest_is_made():
    estimator = Estimator(measured(asked("A", 640, 64), 1000.0, "a CPU") for _ in range(30))

    estimator.learn([measured(asked("A", 640, 64), 1.0)])

    assert estimator.of(asked("A", 640, 64)).high < 10


def test_few_pictures_of_a_product_say_less_than_those_of_all_and_are_counted_among_them():
    others = [measured(asked(f"{number}", 640, 64), 10.0) for number in range(20)]
    own = [measured(asked("A", 640, 64), 40.0) for _ in range(ALIKE - 1)]

    source = Estimator(others + own).of(asked("A", 640, 64)).source

    assert source == f"{20 + ALIKE - 1} pictures of 21 products, {ALIKE - 1} of them of this one, on a GPU"


def test_what_nobody_measured_is_called_an_assumption_with_its_source():
    estimate = Estimator([]).of(asked("A", 640, 64))

    assert estimate.basis == "assumed"
    assert estimate.source.startswith("assumed: ")
    assert estimate.low < estimate.likely < estimate.high


def test_thousands_are_estimated_in_moments():
    pictures = [picture for picture, _ in inhabitants(WORLDS["no fixed cost"], 1, 1000, 6)]
    estimator = Estimator(measured(picture, 10.0) for picture in pictures)

    began = time.process_time()
    estimator.of_all(pictures)

    assert time.process_time() - began < 5


def test_a_larger_picture_of_more_samples_and_frames_is_more_to_do():
    small = units(100, 100, 10, 1)

    assert small < units(200, 100, 10, 1) < units(200, 100, 20, 1) < units(200, 100, 20, 2)
    assert units_of(asked("A", 100, 10)) == small
