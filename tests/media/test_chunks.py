"""How frames are divided among machines."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from media.chunks import START_SHARE, FrameRange, chunk_size, contiguous, plan, split, whom_to_help

FRAMES = st.sets(st.integers(-50, 400), max_size=200)
MACHINES = st.integers(1, 60)
SECONDS = st.floats(0.01, 1000)
RANGES = st.builds(
    lambda first, more: FrameRange(first, first + more), st.integers(-9, 99), st.integers(0, 99)
)


@given(FRAMES, MACHINES, SECONDS, st.floats(0, 1000))
def test_chunks_have_every_missing_frame_once_in_order_and_no_other(missing, machines, frame_s, start_s):
    chunks = plan(missing, machines, frame_s, start_s)
    assert [frame for chunk in chunks for frame in chunk.frames] == sorted(missing)


@given(st.integers(1, 2000), MACHINES, SECONDS, SECONDS)
@example(12, 11, 1.0, 1.0)
def test_every_machine_has_something_to_do_if_there_is_enough(count, machines, frame_s, start_s):
    chunks = plan(range(1, count + 1), machines, frame_s, start_s)
    assert len(chunks) >= min(count, machines)
    assert max(one.count for one in chunks) - min(one.count for one in chunks) <= 1
    assert max(one.count for one in chunks) <= -(-count // machines)


@given(st.integers(1, 10**6), MACHINES, SECONDS, SECONDS)
def test_starts_take_a_twentieth_where_there_is_enough_to_do(count, machines, frame_s, start_s):
    size = chunk_size(count, machines, frame_s, start_s)
    if size < -(-count // machines):
        assert start_s / (start_s + size * frame_s) <= START_SHARE * 1.000001


@given(RANGES)
def test_helping_loses_no_frame_and_doubles_one_at_most(left):
    divided = split(left)
    kept, taken = list(divided.kept.frames), list(divided.taken.frames)
    assert sorted({*kept, *taken}) == list(left.frames)
    assert len(kept) + len(taken) - left.count <= 1
    assert taken[-1] == left.last
    assert kept[0] == left.first
    assert 0 <= len(kept) - len(taken) <= 1


@given(st.lists(RANGES, max_size=9))
def test_who_has_most_left_is_helped_first(left):
    chosen = whom_to_help(left)
    if chosen is None:
        assert left == []
    else:
        assert left[chosen].count == max(one.count for one in left)


def test_frames_that_lie_together_make_one_range():
    assert contiguous([5, 1, 2, 3, 9, 3]) == [FrameRange(1, 3), FrameRange(5, 5), FrameRange(9, 9)]
    assert str(FrameRange(1, 3)) == "1-3"


def test_nothing_to_do_makes_no_chunk():
    assert plan([], 5, 1.0, 1.0) == []


@pytest.mark.parametrize(
    ("missing", "machines", "frame_s", "start_s"), [(0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 0, 1)]
)
def test_what_makes_no_sense_is_refused(missing, machines, frame_s, start_s):
    with pytest.raises(ValueError, match="expected frames and machines"):
        chunk_size(missing, machines, frame_s, start_s)


def test_a_range_without_frames_is_refused():
    with pytest.raises(ValueError, match="frames 3 to 2: expected at least one"):
        FrameRange(3, 2)
