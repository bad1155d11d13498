"""The encoder hears of frames as they come, and is not left waiting."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from media.errors import OutOfResources, ToolFailed
from media.frame_feed import Abandoned, FrameFeed


def test_frames_come_in_order_whatever_order_they_were_committed_in():
    feed = FrameFeed()
    for number in (3, 1, 2):
        feed.committed(number)

    assert list(feed.numbers(range(1, 4))) == [1, 2, 3]


def test_reader_waits_for_a_frame_that_is_still_rendering():
    feed = FrameFeed()
    with ThreadPoolExecutor(1) as reader, feed:
        reading = reader.submit(lambda: list(feed.numbers(range(1, 3))))
        feed.committed(1)
        feed.committed(2)

        assert reading.result(10) == [1, 2]


def test_feed_may_be_read_again_from_the_start():
    feed = FrameFeed()
    feed.committed(1)

    assert [list(feed.numbers(range(1, 2))), list(feed.numbers(range(1, 2)))] == [[1], [1]]


def test_reader_is_released_when_the_renderer_gives_up():
    with ThreadPoolExecutor(1) as reader:
        with FrameFeed() as feed:
            feed.committed(1)
            reading = reader.submit(lambda: list(feed.numbers(range(1, 3))))

        with pytest.raises(Abandoned, match="frame 2 was not rendered"):
            reading.result(10)


def test_renderer_stops_when_no_video_can_be_made_of_its_frames():
    feed = FrameFeed()
    with pytest.raises(OutOfResources), feed.reading():
        raise OutOfResources("the disk is full")

    with pytest.raises(Abandoned, match=r"frame 7.*the disk is full"):
        feed.committed(7)


def test_renderer_goes_on_while_the_encoder_is_tried_again():
    feed = FrameFeed()
    with pytest.raises(ToolFailed), feed.reading():
        raise ToolFailed("a first failure, which is tried again")
    feed.committed(1)

    with pytest.raises(ToolFailed), feed.reading():
        raise ToolFailed("a second one, which is not")
    with pytest.raises(Abandoned, match="a second one"):
        feed.committed(2)
