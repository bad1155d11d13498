"""Colours, pictures, normals and texture places of mesh files arrive in the GLB, or it is said so."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from media.errors import BadInput
from media.geometry import mesh_checks
from media.geometry.conventions import Conventions
from media.geometry.mesh import make_from_mesh
from media.geometry.mesh_reader import convert
from media.geometry.model_file import ModelFile
from media.geometry.obj_references import libraries
from media.kind import Kind
from media.process import Limits
from tests.media.geometry.several_files import png, written

LIMITS = Limits(wall_s=120)
WHITE_PAINT = {"baseColorFactor": [1, 1, 1, 1], "metallicFactor": 0, "roughnessFactor": 0.4}
DTYPES = {5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
SQUARE = b"v 0 0 0\nv 10 0 0\nv 10 10 0\nv 0 10 0\n"
COLOURED = b"v 0 0 0 1 0 0\nv 10 0 0 0 1 0\nv 10 10 0 0 0 1\nv 0 10 0 0.5 0.5 0.5\n"
PLACES = b"vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"


class Drawn:
    """A GLB of ours, opened."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        (length,) = struct.unpack_from("<I", data, 12)
        self.json = json.loads(data[20 : 20 + length])
        self.binary = data[28 + length :]

    def array(self, number: int) -> np.ndarray:
        accessor = self.json["accessors"][number]
        view = self.json["bufferViews"][accessor["bufferView"]]
        dtype, width = np.dtype(DTYPES[accessor["componentType"]]), WIDTHS[accessor["type"]]
        return np.frombuffer(self.binary, dtype, accessor["count"] * width, view["byteOffset"]).reshape(
            -1, width
        )

    def primitives(self) -> list[dict]:
        return [primitive for mesh in self.json["meshes"] for primitive in mesh["primitives"]]

    def corners(self, primitive: dict, attribute: str) -> np.ndarray:
        """Return what a primitive's triangles have at their corners (m, 3, k)."""
        values = self.array(primitive["attributes"][attribute])
        return values[self.array(primitive["indices"]).reshape(-1, 3)]

    def finish(self, primitive: dict) -> dict:
        return self.json["materials"][primitive["material"]]["pbrMetallicRoughness"]


def drawn(folder: Path, name: str, data: bytes, **files: bytes) -> tuple[Drawn, dict]:
    """Write a file and those beside it, and return it as GLB, with what the reader says of it."""
    written({name: data} | {place.replace("_", "."): content for place, content in files.items()}, folder)
    job = {
        "kind": name.rpartition(".")[2],
        "source": str(folder / name),
        "root": str(folder),
        "glb": str(folder / "model.glb"),
        "metres": "1",
        "up_axis": "y",
    }
    said = convert(job)
    return Drawn(folder / "model.glb"), said


def linear(display: float) -> float:
    return display / 12.92 if display <= 0.04045 else ((display + 0.055) / 1.055) ** 2.4


@pytest.mark.parametrize("scale", [1, 255])
def test_colours_at_the_points_of_an_obj_are_shown_as_they_are(scale, tmp_path):
    points = np.loadtxt(COLOURED.decode().splitlines(), usecols=range(1, 7)) * ([1] * 3 + [scale] * 3)
    data = "".join(f"v {' '.join(map(str, point))}\n" for point in points.tolist()).encode()

    glb, said = drawn(tmp_path, "scan.obj", data + b"f 1 2 3 4\n")

    (primitive,) = glb.primitives()
    assert glb.finish(primitive) == WHITE_PAINT
    grey = linear(0.5)
    expected = [[[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[1, 0, 0], [0, 0, 1], [grey] * 3]]
    assert np.allclose(glb.corners(primitive, "COLOR_0")[:, :, :3] / 65535, expected, atol=1e-4)
    assert said == {"missing": (), "warnings": ()}


def test_dark_part_of_a_bright_file_stays_dark(tmp_path):
    dark = b"v 0 0 5 1 1 1\nv 9 0 5 1 1 1\nv 9 9 5 1 1 1\n"
    bright = b"v 0 0 0 255 0 0\nv 9 0 0 255 0 0\nv 9 9 0 255 0 0\n"

    glb, _ = drawn(tmp_path, "scan.obj", b"o bright\n" + bright + b"f 1 2 3\no dark\n" + dark + b"f 4 5 6\n")

    bright_part, dark_part = glb.primitives()
    assert glb.corners(bright_part, "COLOR_0")[..., 0].min() == 65535
    assert glb.corners(dark_part, "COLOR_0")[..., :3].max() < 65535 * 0.001


def test_faces_without_a_material_beside_faces_with_one_keep_their_colours(tmp_path):
    data = b"mtllib a.mtl\n" + COLOURED + PLACES + b"f 1 2 3\nusemtl photo\nf 1/1 3/3 4/4\n"

    glb, _ = drawn(tmp_path, "scan.obj", data, a_mtl=b"newmtl photo\nmap_Kd a.png\n", a_png=png())

    plain, photo = glb.primitives()
    assert glb.finish(plain) == WHITE_PAINT
    assert "COLOR_0" in plain["attributes"]
    assert "baseColorTexture" in glb.finish(photo)
    assert "COLOR_0" not in photo["attributes"]


def ply(points: list[str], faces: list[str], points_also: str = "", faces_also: str = "") -> bytes:
    header = f"ply\nformat ascii 1.0\nelement vertex {len(points)}\n"
    header += "".join(f"property float {name}\n" for name in f"x y z {points_also}".split())
    header += f"element face {len(faces)}\nproperty list uchar int vertex_indices\n"
    header += "".join(f"property uchar {name}\n" for name in faces_also.split())
    return (header + "end_header\n" + "".join(f"{row}\n" for row in points + faces)).encode()


def strip(count: int) -> tuple[list[str], list[str]]:
    """Return the points and the triangles of a strip of so many squares."""
    points = [f"{at} {side} 0" for at in range(count + 1) for side in (0, 1)]
    corners = [(2 * at, 2 * at + 2, 2 * at + 3, 2 * at + 1) for at in range(count)]
    return points, [" ".join(map(str, (4, *four))) for four in corners]


@pytest.mark.parametrize("count", [3, 64, 65, 250])
def test_every_face_of_a_ply_has_its_colour_however_many_there_are(count, tmp_path):
    points, faces = strip(count)
    faces = [f"{face} {at} 255 0" for at, face in enumerate(faces)]

    glb, _ = drawn(tmp_path, "scan.ply", ply(points, faces, faces_also="red green blue"))

    found: dict[int, tuple[float, ...]] = {}
    for primitive in glb.primitives():
        places = glb.corners(primitive, "POSITION")
        colours = np.broadcast_to(glb.finish(primitive)["baseColorFactor"], (*places.shape[:2], 4))
        if "COLOR_0" in primitive["attributes"]:
            colours = colours * glb.corners(primitive, "COLOR_0") / 65535
        assert np.ptp(colours, axis=1).max() == 0
        found |= zip(
            np.floor(places[..., 0].mean(axis=1)).astype(int).tolist(), colours[:, 0].tolist(), strict=True
        )
    assert np.allclose(
        [found[at] for at in range(count)], [(linear(at / 255), 1, 0, 1) for at in range(count)], atol=1e-4
    )


def test_faces_of_few_colours_share_one_table_of_points_and_count_what_they_use(tmp_path, monkeypatch):
    points, faces = strip(64)
    faces = [f"{face} {at} 0 0" for at, face in enumerate(faces)]
    monkeypatch.setattr(mesh_checks, "MAX_VERTICES", 6 * 64)

    glb, _ = drawn(tmp_path, "scan.ply", ply(points, faces, faces_also="red green blue"))

    (shared,) = {primitive["attributes"]["POSITION"] for primitive in glb.primitives()}
    assert len(glb.primitives()) == 64
    assert len(glb.array(shared)) == len(points)


def test_painted_faces_keep_normals_and_share_the_points_of_one_colour(tmp_path):
    points, faces = strip(70)
    faces = [f"{face} {at} 0 0" for at, face in enumerate(faces)]
    points = [f"{point} 0 0 1" for point in points]

    glb, _ = drawn(tmp_path, "scan.ply", ply(points, faces, "nx ny nz", "red green blue"))

    (primitive,) = glb.primitives()
    assert glb.corners(primitive, "NORMAL").reshape(-1, 3).tolist() == [[0, 0, 1]] * 420
    assert len(glb.array(primitive["attributes"]["POSITION"])) == 4 * 70


def test_one_face_without_texture_places_costs_no_other_face_its_own(tmp_path):
    data = SQUARE + PLACES + b"vn 0 0 1\nf 1/1/1 2/2/1 3/3/1\nf 1//1 3//1 4//1\n"

    glb, _ = drawn(tmp_path, "part.obj", data)

    (primitive,) = glb.primitives()
    assert glb.corners(primitive, "TEXCOORD_0").tolist() == [[[0, 1], [1, 1], [1, 0]], [[0, 1]] * 3]


def test_texture_place_that_is_no_number_costs_only_itself(tmp_path):
    data = SQUARE + b"vt nan 0\nvt 1 0\nvt 1e300 1\nf 1/1 2/2 3/3\n"

    glb, _ = drawn(tmp_path, "part.obj", data)

    (primitive,) = glb.primitives()
    assert glb.corners(primitive, "TEXCOORD_0").tolist() == [[[0, 1], [1, 1], [0, 0]]]


@pytest.mark.parametrize("lacking", [b"f 1 3 4\n", b"f 1//2 3//2 4//2\n", b"f 1//3 3//3 4//3\n"])
def test_normals_that_are_missing_or_nowhere_are_those_of_the_face(lacking, tmp_path):
    data = SQUARE + b"vn 0 0.6 0.8\nvn 0 0 0\nvn nan 0 0\nf 1//1 2//1 3//1\n" + lacking

    glb, _ = drawn(tmp_path, "part.obj", data)

    (primitive,) = glb.primitives()
    assert np.allclose(glb.corners(primitive, "NORMAL"), [[[0, 0.6, 0.8]] * 3, [[0, 0, 1]] * 3])


def test_normals_that_all_point_nowhere_are_none(tmp_path):
    glb, _ = drawn(tmp_path, "part.obj", SQUARE + b"vn 0 0 0\nf 1//1 2//1 3//1\n")

    assert "NORMAL" not in glb.primitives()[0]["attributes"]


def test_point_of_a_ply_whose_normal_is_nowhere_gets_that_of_its_faces(tmp_path):
    points = ["0 0 0 0 0 0", "1 0 0 0 0.6 0.8", "0 1 0 0 0.6 0.8", "5 5 5 0 0 0"]

    glb, _ = drawn(tmp_path, "scan.ply", ply(points, ["3 0 1 2"], "nx ny nz"))

    (primitive,) = glb.primitives()
    assert np.allclose(glb.corners(primitive, "NORMAL"), [[[0, 0, 1], [0, 0.6, 0.8], [0, 0.6, 0.8]]])
    assert np.allclose(np.linalg.norm(glb.array(primitive["attributes"]["NORMAL"]), axis=1), 1)


def picture_of_kind(kind: str, folder: Path) -> bytes:
    Image.new("RGB", (4, 4), "red").save(folder / "picture", kind)
    return (folder / "picture").read_bytes()


@pytest.mark.parametrize("kind", ["TGA", "BMP", "TIFF", "WEBP"])
def test_picture_of_another_kind_is_left_out_and_not_called_missing(kind, tmp_path):
    library = b"newmtl a\nmap_Kd wood.pic\nnewmtl b\nmap_Kd none.png\n"
    data = b"mtllib a.mtl\n" + SQUARE + b"usemtl a\nf 1 2 3\nusemtl b\nf 1 3 4\n"

    _, said = drawn(tmp_path, "part.obj", data, a_mtl=library, wood_pic=picture_of_kind(kind, tmp_path))

    assert said["missing"] == ("none.png",)
    assert said["warnings"] == ("Pictures that are neither PNG nor JPEG were left out: wood.pic.",)


def huge_png(width: int, height: int) -> bytes:
    """Return the beginning of a picture that says it is so large."""
    data = png()
    return data[:16] + struct.pack(">2I", width, height) + data[24:]


def test_picture_that_is_too_large_is_left_out_and_not_called_missing(tmp_path):
    data = b"mtllib a.mtl\n" + SQUARE + b"usemtl a\nf 1 2 3\n"

    glb, said = drawn(
        tmp_path, "part.obj", data, a_mtl=b"newmtl a\nmap_Kd sky.png\n", sky_png=huge_png(16384, 16384)
    )

    assert said["missing"] == ()
    (warning,) = said["warnings"]
    assert warning.startswith("Pictures of more than 134217728 pixels")
    assert warning.endswith("were left out: sky.png.")
    assert "images" not in glb.json


def many_pictures(folder: Path, count: int, *pictures: bytes) -> Path:
    names = range(count)
    library = "".join(f"newmtl m{at}\nmap_Kd {at}.png\n" for at in names)
    faces = "".join(f"usemtl m{at}\nf 1 2 3\n" for at in names)
    files = {f"{at}.png": pictures[at % len(pictures)] + bytes([at % 256, at // 256]) for at in names}
    source = b"mtllib a.mtl\n" + SQUARE + faces.encode()
    return written({"part.obj": source, "a.mtl": library.encode(), **files}, folder) / "part.obj"


def test_more_pixels_than_are_rendered_are_a_bad_input(tmp_path):
    path = many_pictures(tmp_path, 9, huge_png(8192, 8192))

    with pytest.raises(BadInput) as refusal:
        make_from_mesh(ModelFile(path, "part.obj", Kind.OBJ, tmp_path), tmp_path, Conventions(), LIMITS)

    assert "found 9 pictures " in str(refusal.value)
    assert str(refusal.value).endswith("; export it again")
    assert str(refusal.value).startswith("part.obj: expected OBJ with triangles, ")


@pytest.mark.parametrize(
    ("limit", "found"),
    [
        ("MAX_PICTURES", "5 pictures (at most 4)"),
        ("MAX_VERTICES", "15 vertices (at most 4)"),
        ("MAX_INDICES", "15 corners of triangles (at most 4)"),
    ],
)
def test_more_than_is_rendered_is_refused_by_the_reader(limit, found, tmp_path, monkeypatch):
    path = many_pictures(tmp_path, 5, png())
    monkeypatch.setattr(mesh_checks, limit, 4)

    with pytest.raises(mesh_checks.BadMesh) as refusal:
        drawn(tmp_path, "part.obj", path.read_bytes())

    assert found in str(refusal.value)


def test_material_that_no_library_defines_is_said(tmp_path):
    faces = b"usemtl red\nf 1 2 3\nusemtl (null)\nf 1 3 4\nusemtl steel\nf 2 3 4\n"

    _, without = drawn(tmp_path, "a.obj", SQUARE + faces)
    _, beside = drawn(
        tmp_path, "b.obj", b"mtllib a.mtl\n" + SQUARE + faces, a_mtl=b"newmtl steel\nKd 1 1 1\n"
    )
    _, missing = drawn(tmp_path, "c.obj", b"mtllib none.mtl\n" + SQUARE + faces)

    assert without["warnings"] == ("Materials that no library defines were left out: red, steel.",)
    assert beside["warnings"] == ("Materials that no library defines were left out: red.",)
    assert missing == {"missing": ("none.mtl",), "warnings": ()}


def test_picture_that_a_ply_names_is_said_to_be_left_out(tmp_path):
    data = ply(["0 0 0 0 0", "1 0 0 1 0", "0 1 0 0 1"], ["3 0 1 2"], "s t")
    data = data.replace(b"element vertex", b"comment TextureFile bark 1.png\nelement vertex")

    _, said = drawn(tmp_path, "scan.ply", data)

    (warning,) = said["warnings"]
    assert warning.startswith("Pictures of a PLY were left out: bark 1.png;")


def test_report_says_what_was_lost(tmp_path):
    path = written({"part.obj": SQUARE + b"usemtl red\nf 1 2 3\n"}, tmp_path) / "part.obj"

    made = make_from_mesh(ModelFile(path, "part.obj", Kind.OBJ, tmp_path), tmp_path, Conventions(), LIMITS)

    assert made.report.warnings == ("Materials that no library defines were left out: red.",)


@pytest.mark.parametrize(
    ("line", "files", "missing"),
    [
        ("mtllib C:\\Users\\me\\part.mtl", ["part.mtl"], ()),
        ("mtllib /models/part.mtl", ["part.mtl"], ()),
        ("mtllib ..\\shared\\part.mtl", ["part.mtl"], ()),
        ("\tmtllib  my part.mtl \r", ["my part.mtl"], ()),
        ("mtllib part.mtl second.mtl", ["part.mtl", "second.mtl"], ()),
        ("mtllib none.mtl part.mtl", ["part.mtl"], ("none.mtl",)),
        ("mtllib sub/part.mtl", ["sub/part.mtl"], ()),
    ],
)
def test_library_is_found_as_its_line_means_it(line, files, missing, tmp_path):
    red = dict.fromkeys(files, b"newmtl other\n") | {files[0]: b"newmtl red\nKd 1 0 0\n"}
    written(red, tmp_path)

    glb, said = drawn(tmp_path, "part.obj", f"{line}\n".encode() + SQUARE + b"usemtl red\nf 1 2 3\n")

    assert said == {"missing": missing, "warnings": ()}
    assert glb.finish(glb.primitives()[0])["baseColorFactor"] == [1, 0, 0, 1]


def test_line_of_megabytes_is_no_more_than_a_name_that_is_missing(tmp_path):
    obj = written({"part.obj": SQUARE}, tmp_path) / "part.obj"

    found, missing = libraries(b"mtllib " + b"a " * 4_000_000 + b"\n", obj, tmp_path)

    assert found == []
    assert [len(name) < 5000 for name in missing] == [True]


@pytest.mark.parametrize(
    ("statement", "file"),
    [
        ("map_Kd wood.png", "wood.png"),
        ("map_Kd -o 0.1 0 0 my wood.png", "my wood.png"),
        ("map_Kd -s 2 2 2 -clamp on -bm 1e-1 -imfchan r textures\\my wood.png", "textures/my wood.png"),
        ("map_Kd D:\\My Pictures\\my wood.png", "my wood.png"),
        ("map_Kd -o 1 1 1 2 wood.png", "2 wood.png"),
        ("map_Kd -blendu off 1.png", "1.png"),
        ("map_Kd Ger\xe4t.png", "Ger\xe4t.png"),
    ],
)
def test_picture_is_found_as_its_statement_means_it(statement, file, tmp_path):
    written({file: png()}, tmp_path)
    library = f"newmtl wood\n{statement}\n".encode("latin-1")

    glb, said = drawn(
        tmp_path, "part.obj", b"mtllib a.mtl\n" + SQUARE + b"usemtl wood\nf 1 2 3\n", a_mtl=library
    )

    assert said == {"missing": (), "warnings": ()}
    assert len(glb.json["images"]) == 1


def test_missing_picture_is_named_without_its_options(tmp_path):
    library = b"newmtl wood\nmap_Kd -o 0.1 0 0 -clamp on my wood.png\n"

    _, said = drawn(
        tmp_path, "part.obj", b"mtllib a.mtl\n" + SQUARE + b"usemtl wood\nf 1 2 3\n", a_mtl=library
    )

    assert said["missing"] == ("my wood.png",)
