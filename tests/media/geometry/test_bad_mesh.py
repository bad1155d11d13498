"""Every damaged or hostile STL, OBJ, PLY or IGES file is one sentence of BadInput, and soon."""

import random
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from media.errors import BadInput
from media.geometry.conventions import Conventions
from media.geometry.iges_text import read_iges_text
from media.geometry.mesh import make_from_mesh
from media.geometry.mesh_checks import checked
from media.geometry.mesh_model import BadMesh
from media.geometry.model_file import ModelFile
from media.geometry.obj import read_obj
from media.geometry.obj_references import find_beside
from media.geometry.ply import read_ply
from media.geometry.stl import read_stl
from media.kind import BOM, Kind, kind_of
from media.process import Limits

READERS = {"stl": read_stl, "ply": read_ply, "obj": lambda path: read_obj(path, path.parent)}
TRIANGLE = ((0, 0, 0), (10, 0, 0), (0, 10, 0))
FACET = struct.pack("<12fH", 0, 0, 1, 0, 0, 0, 10, 0, 0, 0, 10, 0, 0)
NAN_FACET = struct.pack("<12fH", 0, 0, 1, float("nan"), 0, 0, 10, 0, 0, 0, 10, 0, 0)
STL_TEXT = b"solid part\nfacet normal 0 0 1\nouter loop\n" + b"vertex 0 0 0\nvertex 1e1 0 0\nvertex 0 10 0\n"
STL_TEXT += b"endloop\nendfacet\nendsolid part\n"
PLY_POINTS = b"property float x\nproperty float y\nproperty float z\n"
PLY_FACES = b"property list uchar int vertex_indices\nend_header\n"
OBJ = b"v 0 0 0\nv 10 0 0\nv 0 10 0\n"


def binary_stl(count: int, *facets: bytes) -> bytes:
    return bytes(80) + struct.pack("<I", count) + b"".join(facets)


def ply_header(vertices: object, faces: object, order: bytes = b"binary_little_endian") -> bytes:
    header = b"ply\nformat %s 1.0\nelement vertex %s\n" % (order, str(vertices).encode())
    return header + PLY_POINTS + b"element face %s\n" % str(faces).encode() + PLY_FACES


def ply(corners: tuple[int, ...] = (0, 1, 2), points: tuple = TRIANGLE, order: str = "<") -> bytes:
    name = b"binary_little_endian" if order == "<" else b"binary_big_endian"
    body = b"".join(struct.pack(order + "3f", *point) for point in points)
    body += struct.pack(order + "B", len(corners)) + struct.pack(f"{order}{len(corners)}i", *corners)
    return ply_header(len(points), 1, name) + body


def read(suffix: str, data: bytes, folder: Path):
    path = folder / f"part.{suffix}"
    path.write_bytes(data)
    return checked(READERS[suffix](path))


HOSTILE = {
    "binary STL cut short": ("stl", binary_stl(3, FACET, FACET), "it was cut short"),
    "binary STL that promises billions": ("stl", binary_stl(2**32 - 1, FACET), "it was cut short"),
    "binary STL with a NaN": ("stl", binary_stl(1, NAN_FACET), "no place in space"),
    "binary STL shorter than a header": ("stl", b"solid" + bytes(50), "55 bytes, fewer than its header"),
    "text STL cut short": ("stl", STL_TEXT[:-20], "it was cut short"),
    "text STL with half a facet": ("stl", STL_TEXT.replace(b"vertex 0 0 0\n", b""), "2 corners for 1"),
    "text STL with a NaN": ("stl", STL_TEXT.replace(b"1e1", b"nan"), "no place in space"),
    "text STL with a huge number": ("stl", STL_TEXT.replace(b"1e1", b"1e999"), "no place in space"),
    "text STL with a word for a number": ("stl", STL_TEXT.replace(b"1e1", b"ten"), "not numbers"),
    "text STL without facets": ("stl", b"solid part\nendsolid part\n", "no triangles"),
    "PLY without end of header": ("ply", b"ply\nformat ascii 1.0\n" * 9000, "without end_header"),
    "PLY of billions of points": ("ply", ply_header(10**12, 1) + bytes(99), "its header lies"),
    "PLY of billions of faces": ("ply", ply().replace(b"face 1", b"face 4000000000"), "its header lies"),
    "text PLY of billions of points": ("ply", ply_header(10**15, 1, b"ascii") + b"0 0 0\n", "header lies"),
    "PLY of a negative count": ("ply", ply_header(-1, 1), "no element"),
    "PLY of a count beyond numbers": ("ply", ply_header("9" * 400, 1), "no element"),
    "PLY of an element of nothing": (
        "ply",
        b"ply\nformat ascii 1.0\nelement vertex 999999999999\nend_header\n",
        "without properties",
    ),
    "PLY of an unknown type": ("ply", ply().replace(b"float x", b"quark x"), "no property"),
    "PLY with a point beyond": ("ply", ply((0, 1, 3)), "uses point 4 of 3"),
    "PLY with a point before": ("ply", ply((0, 1, -2)), "a triangle that uses point"),
    "PLY with a NaN": ("ply", ply(points=((0, 0, 0), (float("nan"), 0, 0), (0, 9, 0))), "no place in space"),
    "PLY cut short": ("ply", ply()[:-3], "it was cut short"),
    "PLY with a list that never ends": ("ply", ply()[:-13] + b"\xff" + bytes(12), "it was cut short"),
    "PLY of strips": (
        "ply",
        b"ply\nformat ascii 1.0\nelement vertex 0\n"
        + PLY_POINTS
        + b"element tristrips 1\n"
        + PLY_FACES
        + b"1 0\n",
        "triangle strips",
    ),
    "PLY of points alone": ("ply", ply_header(1, 0, b"ascii") + b"0 0 0\n", "points without faces"),
    "OBJ with a point beyond": ("obj", OBJ + b"f 1 2 4\n", "uses point 4 of 3"),
    "OBJ with point 0": ("obj", OBJ + b"f 0 1 2\n", "point 0"),
    "OBJ with a point too far back": ("obj", OBJ + b"f -1 -2 -9\n", "point 0"),
    "OBJ with a normal beyond": ("obj", OBJ + b"vn 0 0 1\nf 1//1 2//1 3//7\n", "uses point 7 of 1"),
    "OBJ with a huge number": ("obj", OBJ + b"f 1 2 99999999999999999999999\n", "found"),
    "OBJ with a NaN": ("obj", b"v nan 0 0\n" + OBJ + b"f 1 2 3\n", "no place in space"),
    "OBJ with words": ("obj", OBJ + b"f one two three\n", "not numbers"),
    "OBJ with a flat point": ("obj", b"v 1 2\n" + OBJ + b"f 1 2 3\n", "fewer than 3"),
    "OBJ without faces": ("obj", OBJ, "no triangles"),
    "OBJ of too many parts": ("obj", b"".join(b"o p\n" for _ in range(100_002)) + OBJ, "100000 parts"),
    "OBJ of null bytes": ("obj", OBJ + b"f 1 2 \x00\n", "found"),
}


@pytest.mark.parametrize("sample", HOSTILE)
def test_hostile_mesh_is_refused_with_what_was_found(sample, tmp_path):
    suffix, data, found = HOSTILE[sample]

    with pytest.raises(BadMesh) as refusal:
        read(suffix, data, tmp_path)

    assert found == "found" or found in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("suffix", ["stl", "ply", "obj"])
def test_refusal_of_the_child_is_one_sentence_for_the_owner(suffix, tmp_path):
    damaged = {"stl": binary_stl(9, FACET), "ply": ply((0, 1, 7)), "obj": OBJ + b"f 1 2 9\n"}
    path = tmp_path / "source"
    path.write_bytes(damaged[suffix])
    file = ModelFile(path, "Käfig.bin", Kind(suffix), root=tmp_path)

    with pytest.raises(BadInput) as refusal:
        make_from_mesh(file, tmp_path, Conventions(), Limits(wall_s=60, memory_bytes=2 * 2**30))

    assert str(refusal.value).startswith(f"Käfig.bin: expected {suffix.upper()} with triangles, found ")
    assert str(refusal.value).endswith("; export it again")
    assert not (tmp_path / "model.glb").exists()


@pytest.mark.parametrize("suffix", ["stl", "ply", "obj"])
def test_mutated_mesh_is_read_or_refused_and_never_anything_else(suffix, tmp_path):
    sound = {"stl": STL_TEXT * 3, "ply": ply(), "obj": OBJ + b"vn 0 0 1\ng a\nf 1//1 2//1 3//1\n" * 3}[suffix]
    rng = random.Random(11)  # noqa: S311 - damage, not secrets
    refused = 0
    for _ in range(300):
        data = bytearray(sound)
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            read(suffix, bytes(data), tmp_path)
        except BadMesh:
            refused += 1
    assert 0 < refused < 300


def test_polygons_of_all_sizes_in_turn_take_no_square_time(tmp_path):
    faces = 200_000
    rows = b"".join(
        struct.pack("<B3i", 3, 0, 1, 2) if n % 2 else struct.pack("<B4i", 4, 0, 1, 2, 0) for n in range(faces)
    )
    body = b"".join(struct.pack("<3f", *point) for point in TRIANGLE)
    began = time.monotonic()

    model = read("ply", ply_header(3, faces) + body + rows, tmp_path)

    assert model.parts[0].triangles == faces // 2 * 3
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("order", ["<", ">"])
def test_binary_ply_of_either_byte_order_is_read(order, tmp_path):
    (part,) = read("ply", ply(order=order), tmp_path).parts

    assert part.points.tolist() == [list(map(float, point)) for point in TRIANGLE]
    assert part.runs[0].triangles.tolist() == [[0, 1, 2]]


def test_text_ply_with_uneven_polygons_and_face_colours_is_read(tmp_path):
    header = ply_header(4, 2, b"ascii").replace(
        b"end_header", b"property uchar red\nproperty uchar green\nproperty uchar blue\nend_header"
    )
    body = b"0 0 0\n1 0 0\n1 1 0\n0 1 0\n3 0 1 2 255 0 0\n4 0 1 2 3 0 0 255\n"

    model = read("ply", header + body, tmp_path)

    assert model.parts[0].triangles == 3
    assert sorted(look.colour for look in model.looks) == [(0, 0, 1, 1), (1, 0, 0, 1)]


def test_graded_colours_of_a_scan_stay_with_the_points(tmp_path):
    header = ply_header(3, 1, b"ascii").replace(
        b"property float z",
        b"property float z\nproperty uchar red\nproperty uchar green\nproperty uchar blue",
    )
    (part,) = read("ply", header + b"0 0 0 255 0 0\n1 0 0 0 255 0\n0 1 0 0 0 128\n3 0 1 2\n", tmp_path).parts

    assert np.allclose(part.colours, [[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 0.2158605, 1]])


def test_name_that_is_no_utf8_is_kept_readable(tmp_path):
    names = [
        part.name
        for part in read(
            "obj", b"o K\xe4fig\n" + OBJ + b"f 1 2 3\no \xff\x00\x1b[31m\nf 1 2 3\n", tmp_path
        ).parts
    ]

    assert names[0] == "Käfig"
    assert names[1].isprintable()
    assert read("stl", STL_TEXT.replace(b"part", b"Geh\xe4use"), tmp_path).parts[0].name == "Gehäuse"


def test_obj_groups_are_parts_where_there_are_no_objects(tmp_path):
    data = OBJ + b"g a\nf 1 2 3\ng b\nf 1 3 2\ng a\nf -3 -2 -1\n"

    parts = read("obj", data, tmp_path).parts

    assert [(part.name, part.triangles) for part in parts] == [("a", 2), ("b", 1)]


def test_obj_takes_mixed_corners_continued_lines_and_remarks(tmp_path):
    data = (
        OBJ + b"v 10 10 0 # a remark\nvt 0 0\nvn 0 0 1\nf 1/1/1 2/1 3//1 \\\n 4\nf 1 2 3\t# one more\nf 1 2\n"
    )

    (part,) = read("obj", data, tmp_path).parts

    assert part.triangles == 3
    assert part.places.tolist() == [[0, 0]] * len(part.points)
    assert np.abs(np.sign(part.normals)).tolist() == [[0, 0, 1]] * len(part.points)


def test_obj_takes_corners_with_nothing_after_their_last_slash(tmp_path):
    data = OBJ + b"vt 0 0\nvt 1 0\nvt 0 1\nf 1/1/ 2/2/ 3/3/\nf 1// 2// 3//\nf -3/-3/ -2/-2/\t-1/-1/\n"

    (part,) = read("obj", data, tmp_path).parts

    assert part.triangles == 3
    assert part.points[part.runs[0].triangles].tolist() == [[list(map(float, p)) for p in TRIANGLE]] * 3


@pytest.mark.parametrize("name", ["vertex p", "facet normal", "a vertex 1 2 3", "facet normal vertex 7"])
def test_name_of_a_solid_may_be_a_word_of_the_format(name, tmp_path):
    data = STL_TEXT.replace(b"part", name.encode())

    (part,) = read("stl", data, tmp_path).parts

    assert (part.name, part.triangles) == (name, 1)


def test_text_stl_with_line_ends_of_an_old_mac_is_read(tmp_path):
    parts = read("stl", (STL_TEXT * 2).replace(b"\n", b"\r"), tmp_path).parts

    assert [(part.name, part.triangles) for part in parts] == [("part", 1), ("part", 1)]


@pytest.mark.parametrize("solid", [STL_TEXT, b"solid\nendsolid\n" + STL_TEXT])
def test_text_stl_that_begins_with_a_byte_order_mark_is_read(solid, tmp_path):
    assert kind_of(BOM + solid, "part.stl") is Kind.STL
    assert read("stl", BOM + solid, tmp_path).parts[-1].triangles == 1


def test_empty_text_stl_with_a_byte_order_mark_shows_nothing(tmp_path):
    with pytest.raises(BadMesh, match="no triangles"):
        read("stl", BOM + b"solid part\nendsolid part\n", tmp_path)


def test_obj_and_mtl_that_begin_with_a_byte_order_mark_keep_their_first_line(tmp_path):
    (tmp_path / "part.mtl").write_bytes(BOM + b"newmtl red\nKd 1 0 0\n")

    model = read("obj", BOM + b"mtllib part.mtl\n" + OBJ + b"usemtl red\nf 1 2 3\n", tmp_path)

    assert model.missing == ()
    assert [look.colour for look in model.looks] == [(1, 0, 0, 1)]


def test_mtl_gives_colour_transparency_and_a_picture(tmp_path):
    Image.new("RGB", (2, 2), "red").save(tmp_path / "red.png")
    (tmp_path / "part.mtl").write_text(
        "newmtl paint\nKd 1 0 0\nd 0.5\nnewmtl metal\nKd 1 1 1\nPm 1\nPr 0.2\n"
        "newmtl photo\nmap_Kd -s 1 1 1 red.png\n"
    )
    faces = b"".join(
        b"usemtl %s\nf 1/1 2/1 3/1\n" % name for name in (b"paint", b"metal", b"photo", b"no such")
    )

    model = read("obj", b"mtllib part.mtl\n" + OBJ + b"vt 0 0\n" + faces, tmp_path)

    paint, metal, photo = model.looks
    assert paint.colour == (1, 0, 0, 0.5)
    assert (metal.finish.metallic, metal.finish.roughness) == (1, 0.2)
    assert photo.picture.startswith(b"\x89PNG")
    assert [run.look for run in model.parts[0].runs] == [0, 1, 2, None]


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../secret", "..\\secret", "a/../../secret", "link", "a\x00b", "", "x" * 5000, "."],
)
def test_name_that_leads_out_of_the_folder_finds_nothing(name, tmp_path):
    (tmp_path / "secret.mtl").write_text("newmtl secret")
    (tmp_path / "secret").write_text("newmtl secret")
    root = tmp_path / "model"
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "secret")

    assert find_beside(name, root / "part.obj", root) is None


def test_path_of_the_exporters_machine_is_looked_for_beside_the_model(tmp_path):
    (tmp_path / "part.mtl").write_text("newmtl steel")

    for name in ("C:\\Users\\me\\part.mtl", "/models/part.mtl", "..\\part.mtl", "none/part.mtl"):
        assert find_beside(name, tmp_path / "part.obj", tmp_path) == tmp_path / "part.mtl"


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_picture_that_is_none_is_said_to_be_left_out(data, tmp_path):
    (tmp_path / "photo.png").write_bytes(data)
    (tmp_path / "part.mtl").write_text("newmtl a\nmap_Kd photo.png\n")

    model = read("obj", b"mtllib part.mtl\n" + OBJ + b"usemtl a\nf 1 2 3\n", tmp_path)

    assert model.missing == ()
    assert model.warnings == ("Pictures that are neither PNG nor JPEG were left out: photo.png.",)
    assert model.looks[0].picture is None


def iges(*, faces: int = 1, more: int = 0, end: bool = True) -> bytes:
    def record(text: str, section: str, number: int) -> bytes:
        return f"{text:72}{section}{number:7}\n".encode()

    records = [record("a part", "S", 1), record("1H,,1H;,4Hpart;", "G", 1)]
    for number in range(faces):
        records += [record("     144", "D", 2 * number + 1), record("     144", "D", 2 * number + 2)]
    records.append(record("144,0,0;", "P", 1))
    terminate = f"S{1:7}G{1:7}D{2 * faces + more:7}P{1:7}"
    return b"".join(records) + (record(terminate, "T", 1) if end else b"")


def test_iges_text_tells_how_many_faces_it_defines(tmp_path):
    path = tmp_path / "part.igs"
    path.write_bytes(iges(faces=3))

    assert read_iges_text(path, "part.igs").faces == 3


@pytest.mark.parametrize(
    ("data", "found"),
    [(iges(end=False), "it was cut short"), (iges(more=2), "part of the file is missing")],
    ids=["no_end", "lost_records"],
)
def test_iges_that_was_cut_short_is_refused_before_the_kernel_sees_it(data, found, prepare, tmp_path):
    path = tmp_path / "part.igs"
    path.write_bytes(data)

    with pytest.raises(BadInput, match=found):
        prepare(path)


def test_iges_of_nonsense_within_sound_records_is_refused(prepare, tmp_path):
    path = tmp_path / "part.igs"
    path.write_bytes(iges(faces=4))

    with pytest.raises(BadInput, match=r"part\.igs: expected an? ") as refusal:
        prepare(path)

    assert "\n" not in str(refusal.value)
