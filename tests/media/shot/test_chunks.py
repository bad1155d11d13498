"""Frames are divided among runs: a pilot first, then parts, and help for who is slow at the end."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import BadInput
from media.shot.chunks import START_S, as_text, from_the_middle, help_for, parts_of, pilot_of
from media.shot.job import AnimationJob, FramesJob
from tests.media.shot.test_plan import plan

LONG = 0.5 * START_S


@dataclass(frozen=True)
class Took:
    """As much of a frame as counts here."""

    seconds: float


@pytest.mark.parametrize(
    ("missing", "pilot"), [([], ()), ([7], (7,)), ([1, 2], (1, 2)), ([*range(1, 49)], (1, 25, 48))]
)
def test_pilot_is_first_middle_and_last_of_what_is_missing(missing, pilot):
    assert pilot_of(missing) == pilot


@given(
    last=st.integers(1, 300),
    step=st.integers(1, 7),
    machines=st.integers(1, 12),
    seconds=st.floats(0.01, 100),
    data=st.data(),
)
def test_parts_have_every_frame_once_whatever_is_there_already(last, step, machines, seconds, data):
    whole = plan(first=0, last=last, step=step)
    missing = data.draw(st.lists(st.sampled_from(list(whole.numbers)), unique=True))

    parts = parts_of(whole, sorted(missing), [Took(seconds)], machines)

    assert [number for part in parts for number in part.numbers] == list(whole.numbers)
    assert sorted(from_the_middle(parts), key=lambda part: part.numbers[0]) == parts


def test_long_frames_are_divided_among_the_machines_and_short_ones_are_not():
    whole = plan(first=1, last=48)
    missing = list(whole.numbers)

    assert len(parts_of(whole, missing, [Took(60.0)], 4)) >= 4
    assert len(parts_of(whole, missing, [Took(0.01)], 1)) == 1


def test_middle_goes_first():
    parts = parts_of(plan(first=1, last=60), list(range(1, 61)), [Took(60.0)], 5)

    first = from_the_middle(parts)[0].numbers

    assert 30 in first or 31 in first


def test_help_takes_the_end_of_what_the_slowest_has_left():
    assert help_for([[1, 2, 3], [10, 11, 12, 13, 14, 15]], LONG) == (1, [13, 14, 15])


@pytest.mark.parametrize("left", [[], [[]], [[5]], [[1, 2], [3, 4]]])
def test_help_that_is_not_worth_a_start_is_not_given(left):
    assert help_for(left, LONG) is None


def test_numbers_survive_being_said_in_words():
    numbers = (1, 2, 3, 7, 9, 10)
    animation = AnimationJob(source="shot.blend")

    assert as_text(numbers) == "1-3,7,9-10"
    assert FramesJob(animation=animation, frames=as_text(numbers)).numbers == numbers


def test_frames_that_a_job_does_not_have_are_refused():
    assert plan(first=1, last=10, step=3).only(range(2, 8)).numbers == (4, 7)
    with pytest.raises(BadInput, match="found none of them"):
        plan(first=1, last=10, step=3).only([2, 3])
