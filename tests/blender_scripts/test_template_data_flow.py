"""The template `data_flow`: how fast its packets are, and how a loop closes."""

import json
import random
import sys
from collections import Counter

import numpy as np
import pytest

from blender_scripts.broll.streams.currents import POINTS, Current, lines_of
from blender_scripts.broll.streams.sight import Sight
from tests.blender_scripts.blender import Blender

LOOK = """
import bpy, json, sys
import numpy as np
bpy.ops.wm.open_mainfile(filepath=sys.argv[-2])
mesh = bpy.data.objects["packets"].data
def read(mesh, name, width=1):
    data = mesh.attributes[name].data
    found = np.zeros(len(data) * width, np.float32)
    data.foreach_get("value" if width == 1 else "vector", found)
    return found
camera = bpy.context.scene.camera
def shown(frame):
    bpy.context.scene.frame_set(frame)
    graph = bpy.context.evaluated_depsgraph_get()
    seen = bpy.data.objects["packets"].evaluated_get(graph).to_mesh()
    places = np.array([tuple(point.co) for point in seen.vertices])
    return places
first, other = shown(1), shown(2)
facts = {
    "passed": read(mesh, "passed").tolist(),
    "packets": len(mesh.vertices),
    "corners": len(first),
    "blurred": camera.data.dof.use_dof,
    "moved": float(np.abs(first - other).max()),
    "lines": read(mesh, "first").tolist(),
}
open(sys.argv[-1], "w").write(json.dumps(facts))
"""


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What is in the scene of a short loop."""
    folder = tmp_path_factory.mktemp("data_flow")
    colors = dict.fromkeys(("background", "surface", "primary", "secondary", "accent"), "#2f8cff")
    job = {
        "do": "build_template",
        "template": "data_flow",
        "palette": colors,
        "parameters": {"streams": 40, "speed": 20.0, "direction": "towards"},
        "width": 64,
        "height": 36,
        "frames": 12,
        "fps": 30,
        "seed": 3,
        "loop": True,
        "output": str(folder / "scene.blend"),
    }
    outcome = Blender(sys.executable).run(folder, job)
    assert outcome.code == 0, outcome.log
    script = folder / "look.py"
    script.write_text(LOOK)
    found = folder / "facts.json"
    looked = Blender(sys.executable).run_script(folder, script, str(folder / "scene.blend"), str(found))
    assert looked.code == 0, looked.log
    return json.loads(found.read_text())


def test_each_packet_is_a_disc_that_moves(facts: dict) -> None:
    """One in 29 corners is a middle."""
    assert facts["packets"] * 29 == facts["corners"]
    assert facts["moved"] > 0


def test_packet_of_a_loop_ends_where_another_began(facts: dict) -> None:
    """Each passes a whole number of the gaps that its line is divided into."""
    on_line = Counter(facts["lines"])
    gaps = np.array(facts["passed"]) * [on_line[line] for line in facts["lines"]]
    assert np.allclose(gaps, np.round(gaps), atol=1e-4)
    assert np.round(gaps).min() >= 1


def test_camera_has_a_depth_of_field(facts: dict) -> None:
    """What is before and behind the river is blurred."""
    assert facts["blurred"]


def test_line_is_followed_by_points_evenly_apart_and_above_the_floor() -> None:
    """Packets take equal steps in equal times, and their image in the floor stays below it."""
    current = Current(((-9, 4, 0), (-3, 0, 0.4), (3, 1, 0), (9, -2, 0.3)), 1.0, 1.0, 1.0)

    lines = lines_of(current, 20, 0.5, _chance())

    steps = np.linalg.norm(np.diff(lines, axis=1), axis=2)
    assert lines.shape == (20, POINTS, 3)
    assert np.all(steps.max(axis=1) < steps.min(axis=1) * 1.05)
    assert lines[..., 2].min() > 0


def test_quickest_place_of_a_line_is_where_it_is_nearest() -> None:
    """A line straight across at a distance of 5 with a lens of 36 mm fills a width with 5 units."""
    sight = Sight((0.0, -5.0, 0.0), (0.0, 0.0, 0.0), 36.0, 1.0, 16 / 9)
    across = np.stack([np.linspace(-3, 3, 50), np.zeros(50), np.zeros(50)], axis=1)
    unseen = across + np.array((0, 0, 40))

    quickest = sight.quickest(np.array([across, unseen]))

    assert quickest == pytest.approx([0.2, 0.001])


def test_another_seed_gives_other_lines() -> None:
    """And the same seed the same."""
    current = Current(((-9, 4, 1), (-3, 0, 1), (3, 1, 1), (9, -2, 1)), 1.0, 1.0, 1.0)

    one, same, other = (lines_of(current, 9, 0.5, _chance(seed)) for seed in (1, 1, 2))

    assert np.array_equal(one, same)
    assert not np.allclose(one, other)


def _chance(seed: int = 1) -> random.Random:
    return random.Random(seed)  # noqa: S311 - pictures, no secrets
