"""A few at once, in order, and no more of them than memory is meant for."""

import threading
from collections.abc import Iterator

import pytest

from infra.s3.window import in_order


def test_results_come_in_the_order_of_their_items():
    second_is_done = threading.Event()

    def double(item: int) -> int:
        if item == 1:
            assert second_is_done.wait(10)
        second_is_done.set()
        return 2 * item

    assert list(in_order(double, [1, 2, 3, 4], 2)) == [2, 4, 6, 8]


def test_no_more_items_are_taken_than_may_be_in_memory():
    may_end = threading.Event()
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            if item == 4:
                may_end.set()
            yield item

    def wait(item: int) -> int:
        assert may_end.wait(10)
        return item

    results = in_order(wait, items(), 4)
    for done in range(5):
        assert next(results) == done
        assert len(taken) == done + 5
    results.close()
    assert len(taken) == 9


def test_a_failure_is_raised_after_what_had_begun_and_nothing_follows():
    begun: list[int] = []
    ended: list[int] = []

    def fail_at_the_second(item: int) -> None:
        begun.append(item)
        if item == 2:
            raise ValueError(item)
        ended.append(item)

    with pytest.raises(ValueError, match="2"):
        list(in_order(fail_at_the_second, range(1, 100), 2))
    assert sorted(ended) == [item for item in sorted(begun) if item != 2]
    assert len(begun) < 10
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("s3_")] == []


def test_items_that_cannot_be_read_end_it_too():
    def items() -> Iterator[int]:
        yield 1
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        list(in_order(lambda item: item, items(), 2))
