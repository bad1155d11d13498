"""What a given USD scene shows: parts, names, places, unit; tests/blender_scripts asks Blender the same."""

import pytest

from media.errors import BadInput
from tests.media.geometry.test_given_usd import SCENE

QUAD = """
int[] faceVertexCounts = [4]
int[] faceVertexIndices = [0, 1, 2, 3]
point3f[] points = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)]
"""
ONE_QUAD = 'def Mesh "Quad"\n{\nQUAD\n}\n'


def scene_of(body: str, head: str = 'metersPerUnit = 1\n    upAxis = "Y"') -> str:
    """A scene in which every QUAD is a square of one unit."""
    return f"#usda 1.0\n(\n    {head}\n)\n{body.replace('QUAD', QUAD)}\n"


@pytest.mark.parametrize(
    "stub",
    [
        'def Mesh "Empty" {}',
        'def Mesh "Empty"\n{\nint[] faceVertexCounts = [3]\n}',
        'def Mesh "Empty"\n{\npoint3f[] points = [(900, 0, 0)]\n}',
        'def Mesh "Empty"\n{\npoint3f[] points = []\nint[] faceVertexCounts = [3]\n}',
    ],
    ids=["bare", "without_points", "without_faces", "of_no_points"],
)
def test_mesh_with_nothing_to_show_is_passed_over(stub, prepare, tmp_path):
    path = tmp_path / "scene.usda"
    path.write_text(scene_of(f"{stub}\n{ONE_QUAD}"))

    report = prepare(path).report

    assert (report.parts, report.part_names, report.size) == (1, ("Quad",), (1, 1, 0))


NAMED = """
def Mesh "AtTheRoot"
{
QUAD
}
def Xform "World"
{
    def Mesh "Flat"
    {
    QUAD
    }
    def Mesh "Told" (displayName = "Käfig 2")
    {
    QUAD
    }
    def Xform "Deckel"
    {
        def Mesh "mesh_0"
        {
        QUAD
        }
        def Mesh "proxy_0"
        {
        uniform token purpose = "proxy"
        QUAD
        }
    }
    def Xform "Door_1" (
        instanceable = true
        references = </Door>
    ) {}
    def Xform "Ball_1" (
        displayName = "Kugel 1"
        instanceable = true
        references = </Ball>
    ) {}
    def Xform "Ball_2" (
        displayName = "Kugel 2"
        instanceable = true
        references = </Ball>
    ) {}
    def Xform "Nut_1" (
        displayName = "Mutter 1"
        instanceable = true
        references = </Nut>
    ) {}
    def Xform "Pin_1" (
        instanceable = true
        references = </Pin>
    ) {}
    def PointInstancer "Gravel"
    {
        rel prototypes = </World/Gravel/Stone>
        int[] protoIndices = [0]
        point3f[] positions = [(0, 0, 0)]
        def Mesh "Stone"
        {
        QUAD
        }
    }
}
class "Ball" (displayName = "Kugel Ø14")
{
    def Mesh "Shape"
    {
    QUAD
    }
}
class "Nut"
{
    def Mesh "Shape"
    {
    QUAD
    }
}
class "Pin"
{
    def Mesh "Shape"
    {
    QUAD
    }
}
class "Door" (displayName = "Tür")
{
    def Mesh "Shape"
    {
    QUAD
    }
    def Mesh "Knob"
    {
    QUAD
    }
}
"""


def test_parts_have_the_names_that_people_see(prepare, tmp_path):
    path = tmp_path / "scene.usda"
    path.write_text(scene_of(NAMED))

    report = prepare(path).report

    assert (report.parts, report.distinct_parts) == (11, 10)
    expected = {"AtTheRoot", "Flat", "Käfig 2", "Deckel", "Kugel Ø14", "Mutter 1", "Pin_1", "Stone"}
    assert set(report.part_names) == {*expected, "Shape", "Knob"}


def test_scene_without_unit_and_up_axis_says_what_was_guessed(prepare, tmp_path):
    path = tmp_path / "scene.usda"
    path.write_text(scene_of(ONE_QUAD, head='defaultPrim = "Quad"'))

    report = prepare(path).report

    assert (report.unit, report.size) == ("cm", pytest.approx((0.01, 0.01, 0)))
    unit, axis = report.warnings
    assert unit.startswith("The unit was guessed: cm")
    assert axis.startswith("The up axis was guessed: y")


@pytest.mark.parametrize("unit", ["0", "-0.01", "nan", "inf"])
def test_unit_that_is_no_length_is_refused(unit, prepare, tmp_path):
    path = tmp_path / "scene.usda"
    path.write_text(SCENE.replace("metersPerUnit = 0.01", f"metersPerUnit = {unit}"))

    with pytest.raises(BadInput, match=f"found a metersPerUnit of {unit}, which is no length"):
        prepare(path)


def test_what_is_not_drawn_is_said(prepare, tmp_path):
    path = tmp_path / "scene.usda"
    path.write_text(scene_of('def BasisCurves "Seam" {}\ndef Points "Cloud" {}\ndef Sphere "Ball" {}'))

    report = prepare(path).report

    assert (report.parts, report.triangles, report.size) == (1, 180, (2, 2, 2))
    assert report.warnings == ("Only meshes and plain shapes are drawn; left out: BasisCurves, Points.",)


def instancer(name: str, times: int, inner: str) -> str:
    return f"""def PointInstancer "{name}"
{{
    rel prototypes = <Inner>
    int[] protoIndices = [{", ".join(["0"] * times)}]
    point3f[] positions = [{", ".join(f"({number}, 0, 0)" for number in range(times))}]
    def Xform "Inner"
    {{
{inner}
    }}
}}"""


def test_point_instances_are_counted_with_what_is_in_them(prepare, tmp_path):
    inner = instancer("Inner", 3, ONE_QUAD)
    path = tmp_path / "scene.usda"
    path.write_text(scene_of(instancer("Outer", 5, inner)))

    report = prepare(path).report

    assert (report.parts, report.distinct_parts, report.triangles) == (15, 1, 30)
    assert report.size == (7, 1, 0)


def test_point_instances_that_multiply_are_refused(prepare, tmp_path):
    scene = ONE_QUAD
    for depth in range(8):
        scene = instancer(f"Level{depth}", 64, scene)
    path = tmp_path / "scene.usda"
    path.write_text(scene_of(scene))

    with pytest.raises(BadInput, match="found more than 1000000 prims"):
        prepare(path)
