import numpy as np
import pytest

from blender_scripts.hull import directions, support_points
from blender_scripts.turn import ground_height, rotation, smallest_circle, studio_rotation, turn_centre

RANDOM = np.random.default_rng(7)


@pytest.mark.parametrize("count", [2, 3, 4, 50, 500])
def test_smallest_circle_holds_all_points_and_is_carried_by_its_rim(count):
    points = RANDOM.normal(size=(count, 2)) * 3 + 10

    centre, radius = smallest_circle(points)

    reach = np.linalg.norm(points - centre, axis=1)
    assert reach.max() <= radius * (1 + 1e-6)
    rim = points[reach > radius * (1 - 1e-6)] - centre
    around = np.sort(np.arctan2(rim[:, 1], rim[:, 0]))
    gaps = np.diff(np.append(around, around[0] + 2 * np.pi))
    assert gaps.max() <= np.pi * (1 + 1e-6), "a circle whose rim is free on one side could shrink"


@pytest.mark.parametrize(
    "points", [[[1, 2]] * 5, [[0, 0], [1, 1], [2, 2], [3, 3]], [[0, 0], [1, 0], [1, 1], [0, 1]]]
)
def test_smallest_circle_of_degenerate_points(points):
    centre, radius = smallest_circle(np.array(points, dtype=float))

    assert centre == pytest.approx(np.mean(points, axis=0))
    assert radius == pytest.approx(np.linalg.norm(np.ptp(points, axis=0)) / 2)


def test_turn_centre_of_a_round_part_is_its_middle_wherever_it_lies():
    angles = np.linspace(0, 2 * np.pi, 100)
    round_part = np.vstack([np.c_[np.cos(angles), np.sin(angles), 0 * angles + z] for z in (0, 3)])

    assert turn_centre(round_part + np.array([100, 200, 300]), "z") == pytest.approx(
        [100, 200, 301.5], abs=1e-6
    )


def test_ground_lies_under_the_part_over_its_whole_turn():
    points = np.array([[2.0, 0, -1], [0, 3, 1], [-2, 0, 0.5]])

    for axis in "xyz":
        lowest = min((points @ rotation(axis, angle).T)[:, 2].min() for angle in range(360))
        assert ground_height(points, axis) == pytest.approx(-lowest, abs=2e-3)


def test_studio_turns_against_the_part():
    assert studio_rotation("z", 30.0, 30.0) == pytest.approx(np.eye(3))


def test_rotation_is_right_handed():
    assert rotation("z", 90) @ [1, 0, 0] == pytest.approx([0, 1, 0])
    assert rotation("x", 90) @ [0, 1, 0] == pytest.approx([0, 0, 1])
    assert rotation("y", 90) @ [0, 0, 1] == pytest.approx([1, 0, 0])


def test_support_points_keep_the_silhouette_from_every_side():
    points = RANDOM.normal(size=(40_000, 3)) * [3, 1, 0.5]

    few = support_points(points, directions())

    assert len(few) < 600
    for _ in range(200):
        direction = RANDOM.normal(size=3)
        direction /= np.linalg.norm(direction)
        assert (few @ direction).max() >= (points @ direction).max() - 0.01 * np.abs(points).max()


def test_support_points_of_a_box_are_its_corners_even_a_kilometre_away():
    corners = np.array([[i, j, k] for i in (0, 1) for j in (0, 2) for k in (0, 3)], dtype=float) * 1e-3 + 1000

    assert len(support_points(np.repeat(corners, 5000, axis=0), directions())) == 8
