"""A USD scene that was given: counted as it is, refused when it leads out of its file."""

import io
import zipfile

import numpy as np
import pytest

from media.errors import BadInput

SCENE = """#usda 1.0
(
    defaultPrim = "World"
    metersPerUnit = 0.01
    upAxis = "Z"
)
def Xform "World"
{
    def Mesh "Quad"
    {
        int[] faceVertexCounts = [4]
        int[] faceVertexIndices = [0, 1, 2, 3]
        point3f[] points = [(0, 0, 0), (100, 0, 0), (100, 200, 0), (0, 200, 50)]
        double3 xformOp:translate = (10, 0, 0)
        uniform token[] xformOpOrder = ["xformOp:translate"]
    }
    def Mesh "Hidden" (prepend references = </World/Quad>)
    {
        token visibility = "invisible"
    }
}
"""


def scene_with(text: str) -> str:
    return SCENE.replace(
        '    def Mesh "Hidden"', f'    def Xform "More" ({text}) {{}}\n    def Mesh "Hidden"'
    )


def usdz(**members: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        for name, text in members.items():
            member = zipfile.ZipInfo(name.replace("__", "/").replace("_", ".", 1))
            header = 30 + len(member.filename)
            member.extra = (
                b"\x86\x19" + (pad := -(archive.tell() + header + 4) % 64).to_bytes(2, "little") + bytes(pad)
            )
            package.writestr(member, text)
    return archive.getvalue()


def test_given_scene_is_counted_in_metres_with_y_up(prepare, tmp_path):
    path = tmp_path / "scene"
    path.write_text(SCENE)

    geometry = prepare(path)

    report = geometry.report
    assert report.route == "usd-given"
    assert (report.parts, report.distinct_parts, report.triangles) == (1, 1, 2)
    assert report.unit == "cm"
    assert np.allclose([report.bounds_min, report.bounds_max], [[0.1, 0, -2], [1.1, 0.5, 0]])
    assert geometry.usd.sha256 in geometry.usd.key


@pytest.mark.parametrize(
    ("arc", "reference"),
    [
        ("references", "/secret.usda"),
        ("payload", "../secret.usda"),
        ("payload", "beside.usda"),
        ("references", "http://example.com/a.usd"),
    ],
)
def test_scene_that_depends_on_another_file_is_refused_with_its_name(arc, reference, prepare, tmp_path):
    path = tmp_path / "scene.usda"
    path.write_text(scene_with(f"prepend {arc} = @{reference}@"))

    with pytest.raises(BadInput) as refusal:
        prepare(path)

    assert str(refusal.value).startswith("scene.usda: expected a USD scene in one file, found references")
    assert reference in str(refusal.value)


def test_package_that_holds_what_it_refers_to_is_read(prepare, tmp_path):
    path = tmp_path / "scene.usdz"
    path.write_bytes(
        usdz(scene_usda=scene_with("prepend references = @parts/part.usda@"), parts__part_usda=SCENE)
    )

    geometry = prepare(path)

    assert geometry.report.parts == 2
    assert geometry.scene_file.name == "model.usdz"


def test_package_that_leads_out_of_itself_is_refused(prepare, tmp_path):
    path = tmp_path / "scene.usdz"
    path.write_bytes(usdz(scene_usda=scene_with("prepend references = @../../secret.usda@")))

    with pytest.raises(BadInput, match=r"secret\.usda"):
        prepare(path)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"#usda 1.0\ndef Xform {", "source.usda:2:1: parse error at 'def Xform {'"),
        (b'#usda 1.0\ndef Xform "Empty" {}\n', "no mesh with finite points"),
        (b"PXR-USDC" + bytes(200), "@source.usdc@ with obsolete version 0.0.0"),
        (usdz(scene_usda="#usda 1.0\n def ("), "found"),
        (SCENE.replace("(0, 0, 0), (100", "(nan, 0, 0), (100").encode(), "no mesh with finite points"),
        (usdz(scene_usda=SCENE)[:-30], "a package that cannot be opened"),
        (usdz(scene_usda=SCENE).replace(b"PK\x01\x02", b"PK\xff\x02"), "a package that cannot be opened"),
        (SCENE.encode().replace(b"upAxis", b"up\xfexis"), "found damage"),
    ],
    ids=[
        "broken_text",
        "empty",
        "broken_crate",
        "broken_package",
        "not_a_number",
        "package_without_end",
        "package_without_index",
        "no_text",
    ],
)
def test_damaged_or_empty_scene_is_refused(data, found, prepare, tmp_path):
    path = tmp_path / "scene.usd"
    path.write_bytes(data)

    with pytest.raises(BadInput) as refusal:
        prepare(path)

    assert str(refusal.value).startswith("scene.usd: expected a USD scene with meshes, found ")
    assert found in str(refusal.value)
    assert "\n" not in str(refusal.value)
