"""Frames are divided among runs: a pilot first, then parts, and help for who is slow at the end."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import BadInput
from media.frame_list import as_text, numbers_in
from media.shot.chunks import from_the_middle, help_for, parts_of, pilot_of
from media.shot.job import AnimationJob, FramesJob
from tests.media.shot.test_plan import plan

START_S = 8.0
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
    whole = plan(first=0, last=last, step=step, machines=machines)
    missing = data.draw(st.lists(st.sampled_from(list(whole.numbers)), unique=True))

    parts = parts_of(whole, sorted(missing), [Took(seconds)], START_S)

    assert [number for part in parts for number in part.numbers] == list(whole.numbers)
    assert sorted(from_the_middle(parts), key=lambda part: part.numbers[0]) == parts


def test_long_frames_are_divided_among_the_machines_and_short_ones_are_not():
    whole = plan(first=1, last=48, machines=4)
    missing = list(whole.numbers)

    assert len(parts_of(whole, missing, [Took(60.0)], START_S)) >= 4
    assert len(parts_of(plan(first=1, last=48, machines=1), missing, [Took(0.01)], START_S)) == 1


@given(
    machines=st.integers(1, 12),
    chunk=st.one_of(st.none(), st.integers(1, 40)),
    missing=st.lists(st.integers(0, 200), unique=True, min_size=1),
)
def test_each_part_lacks_as_many_frames_as_any_other_or_one_more(machines, chunk, missing):
    whole = plan(first=0, last=200, machines=machines, chunk=chunk)

    parts = parts_of(whole, sorted(missing), [Took(1e6)], START_S)
    lacking = [len(set(part.numbers) & set(missing)) for part in parts]

    assert max(lacking) - min(lacking) <= 1
    assert max(lacking) <= (chunk or 1)


def test_middle_goes_first():
    parts = parts_of(plan(first=1, last=60, machines=5), list(range(1, 61)), [Took(60.0)], START_S)

    first = from_the_middle(parts)[0].numbers

    assert 30 in first or 31 in first


def test_help_takes_the_end_of_what_the_slowest_has_left():
    assert help_for([[1, 2, 3], [10, 11, 12, 13, 14, 15]], LONG, START_S) == (1, [13, 14, 15])


@pytest.mark.parametrize("left", [[], [[]], [[5]], [[1, 2], [3, 4]]])
def test_help_that_is_not_worth_a_start_is_not_given(left):
    assert help_for(left, LONG, START_S) is None


def test_numbers_survive_being_said_in_words():
    numbers = (1, 2, 3, 7, 9, 10)

    assert as_text(numbers) == "1-3,7,9-10"
    assert numbers_in(as_text(numbers)) == numbers


@pytest.mark.parametrize("frames", ["", "1-", "a", "5-3", "0-99999,0-99999", "1,,2", "-1"])
def test_lists_of_frames_that_make_no_sense_are_refused(frames):
    with pytest.raises(ValueError, match="frames"):
        FramesJob(animation=AnimationJob(source="shot.blend"), frames=frames)


def test_frames_that_a_job_does_not_have_are_refused():
    assert plan(first=1, last=10, step=3).only(range(2, 8)).numbers == (4, 7)
    with pytest.raises(BadInput, match="found none of them"):
        plan(first=1, last=10, step=3).only([2, 3])
