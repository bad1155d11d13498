"""Pictures are divided into runs that are worth their start; nothing is begun that may exceed the budget."""

from hypothesis import given
from hypothesis import strategies as st

from media.catalogue.batches import batches_of
from media.catalogue.budget import Budget
from media.catalogue.picture import Picture
from media.job import StillJob
from media.plan import Plan

SIDES = {"light": 64, "heavy": 2048}


def picture(number: int, queue: str = "light") -> Picture:
    job = StillJob.model_validate({"source": "/a.step", "width": SIDES[queue], "height": 64})
    plan = Plan.model_construct(job=job, result=f"{number:064x}")
    return Picture("line", f"P{number}", "still", 0, plan)


@given(
    queues=st.lists(st.sampled_from(["light", "heavy"]), max_size=60),
    seconds=st.floats(0.1, 100),
    least=st.floats(1, 200),
)
def test_every_picture_is_in_one_batch_of_its_queue_that_is_worth_a_run(queues, seconds, least):
    pictures = [picture(number, queue) for number, queue in enumerate(queues)]

    batches = batches_of(pictures, lambda _: seconds, least)

    assert sorted(one.result for batch in batches for one in batch.pictures) == [
        one.result for one in pictures
    ]
    for batch in batches:
        assert {one.plan.job.queue for one in batch.pictures} == {batch.queue}
        alone = sum(other.queue == batch.queue for other in batches) == 1
        assert batch.seconds >= least - 1e-9 or alone
        order = [int(one.product[1:]) for one in batch.pictures]
        assert order == sorted(order)


def test_batches_begin_in_the_order_of_their_first_pictures():
    pictures = [picture(0, "heavy"), picture(1), picture(2, "heavy"), picture(3)]

    batches = batches_of(pictures, lambda _: 60.0, 60)

    assert [batch.pictures[0].product for batch in batches] == ["P0", "P1", "P2", "P3"]


@given(st.lists(st.floats(0.1, 50), max_size=40), st.floats(1, 200))
def test_what_is_set_aside_never_exceeds_the_budget(seconds, most):
    budget = Budget(most)
    pictures = [picture(number) for number in range(len(seconds))]
    takes = dict(zip((one.result for one in pictures), seconds, strict=True))

    begun, left_out = budget.affordable(pictures, lambda one: takes[one.result])

    assert sum(takes[one.result] for one in begun) <= most
    assert len(begun) + len(left_out) == len(pictures)
    assert all(takes[one.result] > most - budget.spent for one in left_out)


def test_time_that_was_not_used_may_be_spent_on_others():
    budget = Budget(100)
    budget.affordable([picture(1)], lambda _: 90)

    budget.settle(90, 20)

    assert budget.left == 80
