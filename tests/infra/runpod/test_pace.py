"""How often RunPod may be asked."""

import pytest

from infra.runpod.pace import Pace

POLICY = '"minute";q=100;w=60, "hour";q=7200;w=3600'


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def told(pace: Pace, left: int, ends: int) -> None:
    limits = f'"minute";r={left};t={ends}, "hour";r=7000;t=1800'
    pace.told({"ratelimit": limits, "ratelimit-policy": POLICY})


def test_nothing_waits_before_anything_is_known(clock):
    assert Pace(clock).wait_s(0.2) == 0


def test_what_can_wait_leaves_a_share_of_the_window_to_others(clock):
    pace = Pace(clock)
    told(pace, 20, 30)
    assert pace.wait_s(0.2) == 30
    assert pace.wait_s(0.1) == 0


def test_requests_that_are_under_way_count(clock):
    pace = Pace(clock)
    told(pace, 25, 30)
    for _ in range(5):
        pace.sent()
    assert pace.wait_s(0.2) == 30
    told(pace, 24, 30)
    assert pace.wait_s(0.2) == 30


def test_the_next_window_begins_by_itself_as_large_as_the_last(clock):
    pace = Pace(clock)
    told(pace, 0, 30)
    clock.now = 31
    assert pace.wait_s(0.2) == 0
    for _ in range(80):
        pace.sent()
    assert pace.wait_s(0.2) == 59


def test_a_window_whose_end_was_told_a_little_late_does_not_use_up_the_next(clock):
    pace = Pace(clock)
    clock.now = 59.5
    told(pace, 10, 1)
    clock.now = 60.2
    told(pace, 99, 59)
    assert pace.wait_s(0.2) == 0


def test_answers_that_tell_no_limits_change_nothing(clock):
    pace = Pace(clock)
    pace.told({})
    pace.told({"ratelimit": "soon"})
    assert pace.wait_s(0.2) == 0
