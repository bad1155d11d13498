"""What is said of work that is under way."""

import pytest

from tasks.progress import pace_of


@pytest.mark.parametrize(
    ("done", "seconds", "said"),
    [
        (0, 3.0, "0 of 300 frames of a.mp4"),
        (1, 0.0, "1 of 300 frames of a.mp4"),
        (100, 2.0, "100 of 300 frames of a.mp4, 50 a second, about 0:00:04 left"),
        (3, 6.0, "3 of 300 frames of a.mp4, 2.0 s each, about 0:09:54 left"),
        (300, 6.0, "300 of 300 frames of a.mp4, 50 a second"),
    ],
)
def test_pace_and_time_left_are_said_once_anything_is_done(done, seconds, said):
    assert pace_of("a.mp4", done, 300, seconds) == said
