"""The part fills 70 to 85 % of the shorter side in every frame, whatever its shape and the picture's."""

import numpy as np
import pytest

from blender_scripts.framing import View, fill_of, frame_turn, projected_box, turned_points
from blender_scripts.hull import directions, support_points
from blender_scripts.turn import turn_centre

SIDES = {
    "cube": (1, 1, 1),
    "shaft": (10, 1, 1),
    "column": (1, 1, 10),
    "plate": (10, 7, 0.2),
    "wall": (10, 0.2, 7),
}
PICTURES = [(640, 640, 85.0), (1280, 720, 85.0), (500, 1200, 85.0), (640, 480, 35.0), (640, 640, 200.0)]
BETWEEN_SAMPLES = np.linspace(0, 360, 149)


def box_points(sides):
    corners = np.array([[i, j, k] for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)], dtype=float)
    return corners * np.array(sides) / np.linalg.norm(sides)


def ball_points():
    points = np.random.default_rng(0).normal(size=(1500, 3))
    return points / np.linalg.norm(points, axis=1)[:, None]


def bracket_points():
    return np.vstack([box_points((10, 1, 1)), 0.6 * box_points((1, 6, 1)) + np.array([0.9, 0.5, 0])])


SHAPES = {name: box_points(sides) for name, sides in SIDES.items()}
SHAPES |= {"ball": ball_points(), "bracket": bracket_points(), "far away": box_points((2, 1, 1)) + 5000.0}


def seen(points, view, framing="follow"):
    """Frame the support points, then look at all the points at angles between the samples."""
    few = support_points(points, directions())
    centre = turn_centre(few, view.axis)
    framed = frame_turn(few - centre, view, framing)
    turned = turned_points(points - centre, view, BETWEEN_SAMPLES)
    placed = np.array([framed.at(angle) for angle in BETWEEN_SAMPLES])
    fill = fill_of(turned, placed[:, 0], view.magnification)
    left, right, bottom, top = projected_box(turned, placed[:, 0], view.magnification)
    edges = np.stack([left - placed[:, 1], right - placed[:, 1], bottom - placed[:, 2], top - placed[:, 2]])
    return fill, edges, framed


@pytest.mark.parametrize("axis", ["x", "y", "z"])
@pytest.mark.parametrize("name", SHAPES)
def test_part_fills_the_picture_in_every_frame(name, axis):
    for width, height, focal_length in PICTURES:
        for elevation in (-20.0, 0.0, 25.0, 80.0):
            view = View(width, height, focal_length, 35.0, elevation, axis)

            fill, edges, _ = seen(SHAPES[name], view)

            assert fill.min() >= 0.70, view
            assert fill.max() <= 0.85, view
            assert np.abs(edges).max() < 1, f"cut off at the picture's edge: {view}"


def test_camera_stands_still_when_one_distance_serves_the_whole_turn():
    _, _, framed = seen(SHAPES["ball"], View(640, 640, 85.0, 0.0, 25.0, "z"))

    assert np.ptp(framed.distance) == 0
    assert np.ptp(framed.shift_x) == np.ptp(framed.shift_y) == 0


def test_fixed_framing_keeps_its_distance_and_fits_the_largest_frame():
    fill, _, framed = seen(SHAPES["shaft"], View(640, 640, 85.0, 0.0, 25.0, "z"), "fixed")

    assert np.ptp(framed.distance) == 0
    assert fill.max() == pytest.approx(0.82, abs=0.005)


def test_following_camera_moves_smoothly_and_comes_back():
    _, _, framed = seen(SHAPES["shaft"], View(640, 640, 85.0, 0.0, 25.0, "z"))

    track = np.log(framed.distance)
    steps = np.diff(np.append(track, track[0]))
    assert np.abs(steps).max() < 0.02, "no jump, not even over the turn's end"
    assert np.abs(np.diff(np.append(steps, steps[0]))).max() < 0.002, "no corner"


def test_following_moves_no_more_than_the_bounds_ask():
    fill, _, framed = seen(SHAPES["shaft"], View(640, 640, 85.0, 0.0, 25.0, "z"))

    at_the_ends = fill[[np.argmax(framed.distance) * 148 // 512, np.argmin(framed.distance) * 148 // 512]]
    assert at_the_ends[0] > 0.80, "farthest away, the part is as large as it may be"
    assert at_the_ends[1] < 0.79, "nearest, it is among the smaller"


def test_part_in_one_point_cannot_be_framed():
    with pytest.raises(ValueError, match="one place"):
        frame_turn(np.zeros((4, 3)), View(64, 64, 85.0, 0.0, 25.0, "z"), "follow")
