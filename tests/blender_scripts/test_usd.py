"""What a real Blender draws of a USD scene is what the report counts."""

import numpy as np
import pytest
from PIL import Image

from media.geometry.usd_content import content_of

TRIANGLE = """int[] faceVertexCounts = [3]
        int[] faceVertexIndices = [0, 1, 2]
        point3f[] points = [(0, 0, 0), (1, 0, 0), (0, 1, 0)]"""
HEAD = '#usda 1.0\n(\n    metersPerUnit = 1\n    upAxis = "Z"\n)\n'


def moved(x: float, y: float, z: float) -> str:
    return (
        f"double3 xformOp:translate = ({x}, {y}, {z})\n"
        '        uniform token[] xformOpOrder = ["xformOp:translate"]'
    )


INSTANCER = f"""
    def PointInstancer "Gravel"
    {{
        rel prototypes = [<Pebble>, <Stone>]
        int[] protoIndices = [0, 1, 0, 0]
        point3f[] positions = [(10, 0, 0), (20, 0, 0), (30, 0, 0), (9000, 0, 0)]
        float3[] scales = [(1, 1, 1), (2, 2, 2), (1, 1, 1), (1, 1, 1)]
        int64[] invisibleIds = [3]
        {moved(0, 100, 0)}
        def Mesh "Pebble"
        {{
            {TRIANGLE}
            {moved(0, 0, 7)}
        }}
        def Xform "Stone"
        {{
            {moved(0, 0, 9)}
            def Mesh "Shape"
            {{
                {TRIANGLE}
            }}
        }}
    }}"""
INSTANCERS = f"""{HEAD}
def Xform "World"
{{{INSTANCER}
    def Xform "Field" (
        instanceable = true
        prepend references = </Field>
    )
    {{
        {moved(0, 0, 500)}
    }}
}}
class "Field"
{{{INSTANCER}
}}
"""
KINDS = ("Cube", "Sphere", "Cylinder", "Cylinder_1", "Cone", "Capsule", "Capsule_1", "Plane")
SHAPES = HEAD + "".join(
    f'def {kind} "{kind}"\n{{\n    {moved(10 * number, 0, 0)}\n}}\n' for number, kind in enumerate(KINDS)
)
CUBE = """def Mesh "{name}"
{{
    int[] faceVertexCounts = [4, 4, 4, 4, 4, 4]
    int[] faceVertexIndices = [0, 1, 3, 2, 4, 6, 7, 5, 0, 4, 5, 1, 2, 3, 7, 6, 0, 2, 6, 4, 1, 5, 7, 3]
    point3f[] points = [
        (0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 0, 1), (1, 1, 0), (1, 1, 1)
    ]
    {place}
}}
"""
ALIKE = 1.0  # mean difference of two pictures, of 255
REST = f"""{HEAD}
def Xform "World"
{{
    def Mesh "Empty"
    {{
    }}
    def Mesh "Loose"
    {{
        point3f[] points = [(900, 0, 0)]
    }}
    def Mesh "Instance" (
        instanceable = true
        prepend references = </World/Part>
    )
    {{
    }}
    def Mesh "Part"
    {{
        {TRIANGLE}
        {moved(3, 0, 0)}
    }}
    def Points "Cloud"
    {{
        point3f[] points = [(900, 0, 0)]
        float[] widths = [1]
    }}
    def Mesh "Guide"
    {{
        uniform token purpose = "guide"
        {TRIANGLE}
    }}
    def Xform "Hidden"
    {{
        token visibility = "invisible"
        def Mesh "Below"
        {{
            {TRIANGLE}
        }}
    }}
}}
"""


@pytest.mark.parametrize(
    ("scene", "parts", "slack"),
    # Blender draws round shapes with ten sides, so that they fall short of their boxes.
    [(INSTANCERS, 6, 1e-4), (SHAPES, 8, 0.06), (REST, 1, 1e-4)],
    ids=["point_instancers", "shapes", "what_is_not_drawn"],
)
def test_report_counts_and_measures_what_is_drawn(scene, parts, slack, blender, tmp_path):
    path = tmp_path / "scene.usda"
    path.write_text(scene)

    outcome = blender.prepare(tmp_path, path)
    if scene is SHAPES and outcome.one("started")["blender"].startswith("4.2"):
        pytest.skip("Blender 4.2 leaves out some shapes of USD")
    drawn, told = outcome.one("scene_saved"), content_of(path)

    assert (drawn["objects"], drawn["meshes"], drawn["triangles"]) == (
        told["parts"],
        told["distinct_parts"],
        told["triangles"],
    )
    assert told["parts"] == parts
    low, high = np.array([told["bounds_min"], told["bounds_max"]]) @ [[1, 0, 0], [0, 0, 1], [0, -1, 0]]
    box = [np.minimum(low, high), np.maximum(low, high)]
    assert np.array(drawn["bounds"]) == pytest.approx(np.array(box), abs=slack)


def picture(scene: str, blender, folder) -> np.ndarray:
    folder.mkdir()
    (folder / "scene.usda").write_text(scene)
    blender.prepare(folder, folder / "scene.usda")
    blender.render(folder, folder / "scene.blend", [1])
    with Image.open(folder / "000001.part") as image:
        return np.asarray(image.convert("RGB"), dtype=float)


def test_point_instances_look_like_the_same_parts_placed_one_by_one(blender, tmp_path):
    placed = "".join(CUBE.format(name=f"Cube{x}", place=moved(x, 0, 0)) for x in (3, 6))
    alone = HEAD + CUBE.format(name="Cube", place=moved(3, 0, 0))
    instanced = f"""{HEAD}
def PointInstancer "Row"
{{
    rel prototypes = </Row/Cube>
    int[] protoIndices = [0, 0]
    point3f[] positions = [(3, 0, 0), (6, 0, 0)]
    {CUBE.format(name="Cube", place="")}
}}
"""

    one, two, row = (
        picture(scene, blender, tmp_path / name)
        for name, scene in {"alone": alone, "placed": HEAD + placed, "instanced": instanced}.items()
    )

    assert np.abs(row - two).mean() < ALIKE < np.abs(row - one).mean()
