"""The globe: whether its map is the world's, and its dots and arcs lie where they should."""

import numpy as np
import pytest

from blender_scripts.broll.globe.cities import CITIES
from blender_scripts.broll.globe.coastlines import is_land
from blender_scripts.broll.globe.sphere import arc, direction, even_grid, place, rings

INLAND = {
    "Sahara": (23, 5),
    "Congo": (-2, 23),
    "Kansas": (38, -98),
    "Yucatan": (20, -89),
    "Florida": (28.5, -81.6),
    "Amazon": (-5, -62),
    "Patagonia": (-48, -70),
    "Deccan": (17, 77),
    "Italy": (43, 12.2),
    "Spain": (40, -4),
    "England": (52.5, -1),
    "Norway": (61.5, 9),
    "Sweden": (64, 16),
    "Honshu": (36.3, 138.5),
    "Borneo": (0, 114),
    "Outback": (-25, 134),
    "New Zealand": (-43.5, 171),
    "Greenland": (72, -40),
    "Siberia": (62, 110),
    "the end of Siberia": (66, -175),
    "Alaska": (65, -152),
    "South Pole": (-89, 0),
}
AT_SEA = {
    "Gulf of Mexico": (25, -90),
    "Caribbean": (15, -75),
    "Hudson Bay": (59, -86),
    "Gulf of Guinea": (0, 2),
    "Mediterranean": (34, 19),
    "Black Sea": (43, 34),
    "Caspian Sea": (41.5, 51),
    "Baltic": (57.5, 19.5),
    "North Sea": (56, 3),
    "Red Sea": (20, 38.5),
    "Persian Gulf": (27.5, 51),
    "Bay of Bengal": (15, 88),
    "Sea of Japan": (40, 135),
    "Bering Sea": (58, -175),
    "Lake Michigan": (43.5, -87),
    "North Pole": (89, 0),
}


@pytest.mark.parametrize("name", INLAND)
def test_what_is_inland_is_land(name):
    assert lands(*INLAND[name])


@pytest.mark.parametrize("name", AT_SEA)
def test_what_is_at_sea_is_none(name):
    assert not lands(*AT_SEA[name])


def test_land_is_as_large_a_share_of_the_world_as_it_is():
    points, _ = even_grid(60)
    latitude, longitude = place(points)

    assert is_land(longitude, latitude).mean() == pytest.approx(0.292, abs=0.01)


@pytest.mark.parametrize("name", CITIES)
def test_city_is_on_the_map_or_at_its_coast(name):
    latitude, longitude = CITIES[name]
    nearby = (-1.5, -0.75, 0, 0.75, 1.5)
    around = [(latitude + up, longitude + aside) for up in nearby for aside in nearby]

    assert any(lands(*at) for at in around) or name == "Honolulu"


def test_place_is_where_its_direction_leads():
    latitude, longitude = place(direction(np.array([10.0, -70.0]), np.array([-120.0, 179.0])))

    assert latitude == pytest.approx([10, -70])
    assert longitude == pytest.approx([-120, 179])


def test_dots_are_all_over_the_sphere_and_as_far_from_each_other_everywhere():
    points, along = even_grid(12)

    gaps = 1 - points @ points.T
    np.fill_diagonal(gaps, 2)
    nearest = np.sqrt(2 * gaps.min(axis=1))
    assert len(points) == 10 * 12**2 + 2
    assert np.linalg.norm(points, axis=1) == pytest.approx(1)
    assert (points * along).sum(axis=1) == pytest.approx(0, abs=1e-9)
    assert nearest.min() > 0.8 * nearest.max()


def test_tile_lies_flat_on_the_sphere():
    points, along = even_grid(2)

    corners = rings(points, along, np.full(len(points), 0.01), 6, 0.002)

    heights = (corners * points[:, None]).sum(axis=2)
    assert heights == pytest.approx(1.002)
    assert np.linalg.norm(corners - corners.mean(axis=1, keepdims=True), axis=2) == pytest.approx(0.01)


def test_arc_leads_from_city_to_city_and_is_highest_in_the_middle():
    start, end = direction(*CITIES["London"]), direction(*CITIES["New York"])

    line = arc(start, end, 0.2, 21)

    heights = np.linalg.norm(line, axis=1)
    assert line[0] == pytest.approx(start)
    assert line[-1] == pytest.approx(end)
    assert heights.argmax() == 10
    assert heights.max() == pytest.approx(1.2)


def lands(latitude, longitude) -> bool:
    return bool(is_land(np.array([float(longitude)]), np.array([float(latitude)]))[0])
