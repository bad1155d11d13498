"""Where the camera looks: exact ends, one shape, inside the picture, no swerve, one speed."""

import math
from itertools import pairwise

import pytest

from media.kenburns.motion import Camera, between, box_around

SIZE, SHAPE = (1920, 1080), 16 / 9
MIDDLE = ((0.5, 0.5), (0.5, 0.5))


def camera(zooms=(1.0, 1.324), centres=MIDDLE, easing="linear", frames=90) -> Camera:
    return Camera(zooms, centres, easing, frames)


def widths(boxes):
    return [right - left for left, _, right, _ in boxes]


def test_first_frame_shows_the_beginning_and_the_last_the_end_exactly():
    boxes = camera().boxes(SIZE, SHAPE, range(90))

    assert boxes[0] == (0.0, 0.0, 1920.0, 1080.0)
    assert boxes[-1] == box_around(SIZE, SHAPE, 1.324, (0.5, 0.5))
    assert widths(boxes)[-1] == pytest.approx(1920 / 1.324)


def test_every_step_enlarges_by_the_same_factor():
    steps = [after / before for before, after in pairwise(widths(camera().boxes(SIZE, SHAPE, range(90))))]

    assert max(steps) - min(steps) < 1e-12


def test_gentle_motion_begins_and_ends_slowly_at_the_same_places():
    boxes = camera(easing="ease-in-out").boxes(SIZE, SHAPE, range(90))
    speeds = [abs(math.log(after / before)) for before, after in pairwise(widths(boxes))]

    assert (boxes[0], boxes[-1]) == (
        camera().boxes(SIZE, SHAPE, [0])[0],
        camera().boxes(SIZE, SHAPE, [89])[0],
    )
    assert speeds[0] < 0.1 * speeds[44] > speeds[-1]


@pytest.mark.parametrize("focus", [(0.0, 0.0), (1.0, 0.3), (0.5, 0.5), (0.1, 0.95)])
@pytest.mark.parametrize("zooms", [(1.0, 3.0), (2.0, 1.0), (1.5, 1.5)])
@pytest.mark.parametrize("size", [(1920, 1080), (100, 3000), (4000, 33), (1, 1)])
def test_box_keeps_its_shape_and_stays_in_the_picture(focus, zooms, size):
    for left, top, right, bottom in camera(zooms, (focus, (0.5, 0.5))).boxes(size, SHAPE, range(90)):
        assert (right - left) / (bottom - top) == pytest.approx(SHAPE)
        assert -1e-9 <= left < right <= size[0] + 1e-9
        assert -1e-9 <= top < bottom <= size[1] + 1e-9


def test_zoom_on_a_corner_holds_that_corner_still():
    corners = {box[:2] for box in camera(centres=((0, 0), (0, 0))).boxes(SIZE, SHAPE, range(90))}

    assert corners == {(0.0, 0.0)}


def test_something_of_the_picture_stands_still_while_the_camera_comes_closer_to_its_focus():
    boxes = camera((1.0, 2.0), ((0.3, 0.6), (0.3, 0.6))).boxes(SIZE, SHAPE, range(90))
    fixed = [left / (1920 - (right - left)) for left, _, right, _ in boxes[1:]]

    assert max(fixed) - min(fixed) < 1e-9


def test_pan_without_zoom_goes_at_one_speed():
    boxes = camera((1.5, 1.5), ((0.0, 0.5), (1.0, 0.5))).boxes(SIZE, SHAPE, range(90))
    steps = [after[0] - before[0] for before, after in pairwise(boxes)]

    assert max(steps) - min(steps) < 1e-9
    assert (boxes[0][0], boxes[-1][2]) == (0.0, pytest.approx(1920))


def test_single_frame_shows_the_beginning():
    assert camera(frames=1).boxes(SIZE, SHAPE, [0]) == [(0.0, 0.0, 1920.0, 1080.0)]


def test_half_way_between_two_boxes_is_the_middle_of_their_factor():
    box = between((0, 0, 1600, 900), (400, 225, 1200, 675), 0.5)

    assert box[2] - box[0] == pytest.approx(1600 / math.sqrt(2))
