"""Polygons of OBJ and PLY become triangles that cover what was drawn and nothing else."""

import math
import time

import numpy as np
import pytest

from media.geometry import polygons
from media.geometry.mesh_checks import checked
from media.geometry.mesh_model import MeshPart
from media.geometry.obj import read_obj
from media.geometry.ply import read_ply

DART = [(0, 0), (4, -4), (0, 8), (-4, -4)]
ELL = [(0, 0), (4, 0), (4, 1), (1, 1), (1, 3), (0, 3)]
COMB = [(0, 0), (9, 0), (9, 5), (8, 5), (8, 1), (5, 1), (5, 5), (4, 5), (4, 1), (1, 1), (1, 5), (0, 5)]
# A hole is drawn as a slit to it: two corners of the outline and of the hole come twice.
FRAME = [(0, 0), (6, 0), (6, 6), (0, 6), (0, 0), (2, 2), (2, 4), (4, 4), (4, 2), (2, 2)]
BEADS = [(0, 0), (1, 0), (2, 0), (3, 0), (3, 3), (2, 1), (1, 1), (0, 3), (0, 2), (0, 1)]
GEAR = [
    ((2 + at % 2) * math.cos(math.tau * at / 40), (2 + at % 2) * math.sin(math.tau * at / 40))
    for at in range(40)
]
SHAPES = {"dart": DART, "ell": ELL, "comb": COMB, "frame": FRAME, "beads": BEADS, "gear": GEAR}


def places_of(shape, axis=2, turn=0):
    """Put a flat shape into space, across an axis, with another corner first."""
    shape = shape[turn:] + shape[:turn]
    return [tuple(np.insert(place, axis, 7.0)) for place in shape]


def obj(*shapes: list) -> bytes:
    lines, count = [], 1
    for shape in shapes:
        lines += [f"v {x!r} {y!r} {z!r}" for x, y, z in ((float(a), float(b), float(c)) for a, b, c in shape)]
        lines.append("f " + " ".join(str(count + at) for at in range(len(shape))))
        count += len(shape)
    return "\n".join(lines).encode()


def ply(*shapes: list) -> bytes:
    points = [place for shape in shapes for place in shape]
    header = f"ply\nformat ascii 1.0\nelement vertex {len(points)}\n"
    header += "".join(f"property double {axis}\n" for axis in "xyz")
    header += f"element face {len(shapes)}\nproperty list int int vertex_indices\nend_header\n"
    body, count = "".join(f"{float(x)!r} {float(y)!r} {float(z)!r}\n" for x, y, z in points), 0
    for shape in shapes:
        body += " ".join(map(str, [len(shape), *range(count, count + len(shape))])) + "\n"
        count += len(shape)
    return (header + body).encode()


def read(kind: str, data: bytes, folder):
    path = folder / f"part.{kind}"
    path.write_bytes(data)
    return checked(read_obj(path, folder) if kind == "obj" else read_ply(path))


def areas(part: MeshPart) -> np.ndarray:
    """Return the triangles' areas as vectors (m, 3)."""
    a, b, c = np.moveaxis(part.points[np.concatenate([run.triangles for run in part.runs])], 1, 0)
    return np.cross(b - a, c - a) / 2


def area(shape) -> float:
    """Return a flat shape's area, negative if it is clockwise."""
    turns = zip(shape, shape[1:] + shape[:1], strict=True)
    return sum(a[0] * b[1] - a[1] * b[0] for a, b in turns) / 2


@pytest.mark.parametrize("kind", ["obj", "ply"])
@pytest.mark.parametrize("shape", SHAPES)
def test_polygon_that_is_not_convex_is_covered_once(shape, kind, tmp_path):
    corners = SHAPES[shape]
    for axis in range(3):
        for turn in range(len(corners)):
            (part,) = read(
                kind,
                obj(places_of(corners, axis, turn)) if kind == "obj" else ply(places_of(corners, axis, turn)),
                tmp_path,
            ).parts
            found = areas(part)[:, axis] * (-1 if axis == 1 else 1)

            assert part.triangles == len(corners) - 2
            assert (found > -1e-9).all(), "a triangle outside the polygon, or the other way round"
            assert found.sum() == pytest.approx(area(corners))
            assert np.abs(found).sum() == pytest.approx(abs(area(corners)))


def test_polygon_keeps_the_way_that_it_faces(tmp_path):
    (part,) = read("obj", obj(places_of(ELL[::-1])), tmp_path).parts

    assert (areas(part)[:, 2] < 1e-9).all()
    assert areas(part)[:, 2].sum() == pytest.approx(-area(ELL))


def test_triangles_stay_with_the_colour_of_their_face(tmp_path):
    data = ply(places_of(ELL), places_of(DART)).replace(
        b"end_header", b"property uchar red\nproperty uchar green\nproperty uchar blue\nend_header"
    )
    lines = data.splitlines()
    lines[-2:] = [lines[-2] + b" 255 0 0", lines[-1] + b" 0 0 255"]

    model = read("ply", b"\n".join(lines) + b"\n", tmp_path)

    colours = [model.looks[run.look].colour for run in model.parts[0].runs]
    assert [len(run.triangles) for run in model.parts[0].runs] == [2, 4]
    assert colours == [(0, 0, 1, 1), (1, 0, 0, 1)]


def test_convex_polygons_are_fans(tmp_path):
    circle = [(math.cos(math.tau * at / 12), math.sin(math.tau * at / 12)) for at in range(12)]

    (part,) = read("ply", ply(places_of(circle)), tmp_path).parts

    assert part.runs[0].triangles.tolist() == [[0, at, at + 1] for at in range(1, 11)]


@pytest.mark.parametrize(
    "shape",
    [
        [(0, 0)] * 6,
        [(0, 0), (1, 0), (2, 0), (1, 0), (3, 0)],
        [(0, 0), (2, 2), (2, 0), (0, 2)],
        [(math.cos(2.4 * math.pi * at / 3), math.sin(2.4 * math.pi * at / 3)) for at in range(7)],
    ],
    ids=["a_point", "a_line", "a_bow", "a_star"],
)
def test_polygon_without_an_inside_of_its_own_becomes_some_triangles(shape, tmp_path):
    (part,) = read("obj", obj(places_of(shape)), tmp_path).parts

    assert part.triangles == len(shape) - 2


def test_hostile_polygons_take_bounded_time_and_are_said_to_look_wrong(tmp_path):
    teeth = [(at, 1000 * (at % 2)) for at in range(9000)]
    comb = [*teeth, (9000, -5), (-1, -5)]
    began = time.process_time()

    model = read("ply", ply(*[places_of(comb[::-1])] * 4), tmp_path)

    assert time.process_time() - began < 30
    assert model.parts[0].triangles == 4 * (len(comb) - 2)
    (said,) = model.warnings
    assert said.startswith("Polygons that may look wrong")


def test_polygon_of_more_corners_than_are_cut_is_a_fan_and_said_so(tmp_path, monkeypatch):
    monkeypatch.setattr(polygons, "MOST_CORNERS", 5)

    model = read("obj", obj(places_of(ELL), places_of(DART)), tmp_path)

    (said,) = model.warnings
    assert said.startswith("Polygons that may look wrong")
    assert said.endswith("to be divided here: 1; export the model as triangles.")
    assert np.abs(areas(model.parts[0])[4:, 2]).sum() == pytest.approx(area(DART))
