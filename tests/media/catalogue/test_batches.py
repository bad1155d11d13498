"""Pictures are divided into runs that are worth their start; nothing is begun that may exceed the budget."""

import json
import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.catalogue.batches import AT_A_TIME, Batch, Batches
from media.catalogue.budget import Budget
from media.catalogue.estimate import Estimate, Estimator
from media.catalogue.index import Entry
from media.catalogue.job import PicturesJob
from media.catalogue.picture import Picture
from media.job import StillJob
from media.plan import Plan

SIDES = {"light": 64, "heavy": 2048}
PREFECTS_MOST_BYTES = 524_288


def picture(number: int, queue: str = "light", **fields: object) -> Picture:
    job = StillJob.model_validate(
        {"source": "/a.step", "width": SIDES[queue], "height": 64, "samples": 8, **fields}
    )
    plan = Plan.model_construct(job=job, geometry="g", scene="s", result=f"{number:064x}")
    return Picture("line", f"P{number}", "still", 0, plan)


def entry(of: Picture, whole: float) -> Entry:
    job = of.plan.job
    return Entry.model_construct(
        width=job.width,
        height=job.height,
        samples=job.samples_per_pixel,
        frames=1,
        geometry="g",
        scene="s",
        seconds=whole / 2,
        whole=whole,
        preparing=0.0,
        device="a GPU",
    )


class Told(Estimator):
    """Says what it was told; has measured something unless it was told otherwise."""

    def __init__(
        self, likely: dict[str, float] | float, *, spread: float = 1.0, measured: bool = True
    ) -> None:
        super().__init__([])
        self._likely = likely
        self._spread = spread
        self._measured = measured

    @property
    def measured(self) -> bool:
        return self._measured

    def of(self, picture: Picture, *, first: bool | None = None) -> Estimate:
        del first
        likely = self._likely if isinstance(self._likely, float) else self._likely[picture.result]
        return Estimate(likely / self._spread, likely, likely * self._spread, "measured", "told")

    def learn(self, known: object) -> None:
        if known:
            self._measured = True


def all_of(batches: Batches) -> list[Batch]:
    """Let all runs go and end, each when nothing else can begin."""
    made: list[Batch] = []
    going: list[Batch] = []
    while True:
        if batch := batches.next():
            made.append(batch)
            going.append(batch)
        elif going:
            batches.ended(going[0], going[0].seconds)
            going.pop(0)
        else:
            return made


@given(
    queues=st.lists(st.sampled_from(["light", "heavy"]), max_size=60),
    seconds=st.floats(0.1, 100),
    least=st.floats(1, 200),
)
def test_every_picture_is_in_one_batch_of_its_queue_that_is_worth_a_run(queues, seconds, least):
    pictures = [picture(number, queue) for number, queue in enumerate(queues)]

    batches = all_of(Batches(pictures, Told(seconds), Budget(math.inf), least))

    assert sorted(one.result for batch in batches for one in batch.pictures) == [
        one.result for one in pictures
    ]
    for batch in batches:
        assert {one.plan.job.queue for one in batch.pictures} == {batch.queue}
        alone = sum(other.queue == batch.queue for other in batches) == 1
        assert batch.seconds >= least - 1e-9 or alone
        order = [int(one.product[1:]) for one in batch.pictures]
        assert order == sorted(order)


def test_light_never_waits_behind_heavy():
    heavy = [picture(number, "heavy") for number in range(2 * AT_A_TIME)]
    light = [picture(1000 + number) for number in range(2 * AT_A_TIME)]
    batches = Batches(heavy + light, Told(60.0), Budget(math.inf), 60)

    begun = Counter(batch.queue for batch in iter(batches.next, None))

    assert begun == {"heavy": AT_A_TIME, "light": AT_A_TIME}


@pytest.mark.parametrize(("name", "count"), [("bare", 3000), ("of twenty materials", 330)])
def test_parameters_of_a_run_are_never_more_than_prefect_takes(name, count):
    materials = [{"parts": f"bolt-{n:04d}-*", "color": "#aabbcc", "roughness": 0.5} for n in range(20)]
    fields = {} if name == "bare" else {"materials": materials}
    pictures = [
        picture(number, source=f"store:{number:064x}/{'p' * 60}.step", **fields) for number in range(count)
    ]

    batches = all_of(Batches(pictures, Told(0.01), Budget(10_000.0), 3600))

    assert sum(len(batch.pictures) for batch in batches) == count
    for batch in batches:
        asked = PicturesJob(
            batch="ab" * 32,
            pictures=tuple(one.plan.job for one in batch.pictures),
            most_seconds=tuple(12345.6 for _ in batch.pictures),
        )
        parameters = {"job": asked.model_dump(mode="json")}
        assert len(json.dumps(parameters).encode()) < PREFECTS_MOST_BYTES


@given(st.lists(st.floats(0.1, 50), max_size=40), st.floats(1, 200), st.floats(1, 4))
def test_what_is_set_aside_never_exceeds_the_budget(seconds, most, spread):
    budget = Budget(most)
    pictures = [picture(number) for number in range(len(seconds))]
    takes = dict(zip((one.result for one in pictures), seconds, strict=True))
    batches = Batches(pictures, Told(takes, spread=spread), budget, 10, start_s=2.0)

    begun = []
    while batch := batches.next():
        assert budget.spent <= most + 1e-6
        assert batch.set_aside == pytest.approx(
            2.0 + sum(takes[one.result] * spread for one in batch.pictures)
        )
        begun += batch.pictures

    assert len(begun) + len(batches.left_out()) == len(pictures)
    assert all(takes[result] * spread + 2.0 > budget.left - 1e-6 for result in batches.left_out())


def test_time_that_was_not_used_is_spent_on_others():
    batches = Batches([picture(1), picture(2)], Told(60.0, spread=1.5), Budget(160), 60)
    first = batches.next()
    assert first
    assert batches.next() is None

    batches.ended(first, 60.0)

    second = batches.next()
    assert second
    assert second.pictures[0].product == "P2"


def test_run_whose_end_nobody_knows_keeps_what_was_set_aside_for_it():
    budget = Budget(100)
    batches = Batches([picture(1), picture(2)], Told(60.0), budget, 60)
    first = batches.next()
    assert first

    batches.ended(first, None)

    assert budget.spent == 60
    assert batches.next() is None
    assert "40 s are left of the budget" in batches.left_out()[picture(2).result]


def test_run_that_lasted_longer_than_its_pictures_costs_that():
    budget = Budget(1000)
    batches = Batches([picture(1)], Told(10.0), budget, 60, start_s=15)
    batch = batches.next()
    assert batch

    batches.ended(batch, 95.0, beside=80.0)

    assert budget.spent == 95


def test_what_a_run_had_no_time_for_goes_next():
    pictures = [picture(number) for number in range(3)]
    batches = Batches(pictures, Told(30.0), Budget(200), 60)
    first = batches.next()
    assert first

    batches.ended(first, 90.0, not_begun=pictures[1:])

    second = batches.next()
    assert second
    assert [one.product for one in second.pictures] == ["P1", "P2"]


def test_start_of_machines_is_set_aside_as_assumed_and_then_as_it_was():
    batches = Batches([picture(1), picture(2)], Told(60.0), Budget(1000), 60, start_s=300)
    first = batches.next()
    assert first
    assert first.set_aside == 360

    batches.ended(first, 160.0, beside=100.0)

    second = batches.next()
    assert second
    assert second.set_aside == 60 + 1.5 * 100


def test_within_a_budget_that_nobody_measured_for_one_run_goes_at_a_time_and_the_smallest_first():
    pictures = [picture(1, "heavy"), picture(2, width=640), picture(3)]
    batches = Batches(pictures, Told(60.0, measured=False), Budget(1000), 60)

    first = batches.next()
    assert first
    assert [one.product for one in first.pictures] == ["P3"]
    assert batches.next() is None
    batches.ended(first, 60.0, made=[entry(pictures[2], 60.0)])

    assert [batch.pictures[0].product for batch in iter(batches.next, None)] == ["P1", "P2"]


def test_without_a_budget_runs_go_at_once_in_their_order_though_nothing_was_measured():
    pictures = [picture(1, width=640), picture(2)]
    batches = Batches(pictures, Told(60.0, measured=False), Budget(math.inf), 60)

    assert [batch.pictures[0].product for batch in iter(batches.next, None)] == ["P1", "P2"]


def test_budget_of_two_seconds_begins_no_picture_that_takes_fifteen():
    pictures = [picture(number) for number in range(3)]
    learnt = Estimator(entry(picture(100 + number), 14.6) for number in range(5))

    for estimator in (learnt, Estimator([])):
        batches = Batches(pictures, estimator, Budget(2.0), 60)

        assert batches.next() is None
        assert len(batches.left_out()) == 3


def test_pictures_that_take_longer_than_the_first_did_are_learnt_of_before_the_rest_is_begun():
    """Each takes 15 s, what is assumed is less; with 200 s no more may be begun than that holds."""
    pictures = [picture(number) for number in range(100)]
    budget = Budget(200.0)
    batches = Batches(pictures, Estimator([]), budget, 20)
    done = 0
    going: list[Batch] = []

    while (batch := batches.next()) or going:
        if batch:
            going.append(batch)
            continue
        ended = going.pop()
        took = 15.0 * len(ended.pictures)
        done += len(ended.pictures)
        batches.ended(ended, took, made=[entry(one, 15.0) for one in ended.pictures])

    assert 5 <= done <= 13
    assert budget.spent == 15.0 * done
    assert budget.spent <= 200
