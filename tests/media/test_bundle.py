"""Which file of a bundle is the model, and how files beside a local model come with it."""

import json
import zipfile

import pytest

from media.bundle import MAIN, unpacked
from media.errors import BadInput
from media.geometry.prepare import prepare_geometry
from media.kind import Kind
from media.siblings import gathered
from media.source import download_model
from media.store import FolderStore
from tests.media.geometry.several_files import PART, SCENE, SHAPE, gltf_files, png, usd_files, written, zipped

STEP = b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n"
OBJ = b"mtllib brass parts.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nusemtl brass\nf 1 2 3\n"
MTL = (
    b"newmtl brass\nKd 1 0.8 0.3\nmap_Kd -s 2 2 2 -clamp on textures/brass grain.png\nmap_Bump C:\\bump.png\n"
)
STL = bytes(80) + (1).to_bytes(4, "little") + bytes(50)


def main_of(files: dict[str, bytes], tmp_path):
    path = tmp_path / "model.zip"
    path.write_bytes(zipped(files))
    return unpacked(path, tmp_path / "job", "model.zip")


@pytest.mark.parametrize(
    ("files", "main"),
    [
        (gltf_files(), "files/panel.gltf"),
        (usd_files(), "files/scene.usda"),
        ({"a/b.obj": OBJ, "a/brass parts.mtl": MTL, "a/textures/brass grain.png": png()}, "files/a/b.obj"),
        ({"part.stp": STEP, "readme.txt": b"A part.\n", "view.png": png()}, "source.step"),
        (
            {"panel.gltf": gltf_files()["panel.gltf"], "textures/red paint.png": png(), "panel.bin": SHAPE},
            "files/panel.gltf",
        ),
        ({"job.json": STL}, "source.stl"),
    ],
    ids=["gltf", "usd", "obj", "step", "order", "named_like_our_own"],
)
def test_main_file_is_the_one_that_no_other_needs(files, main, tmp_path):
    assert main_of(files, tmp_path).relative_to(tmp_path / "job").as_posix() == main


def test_buffer_that_looks_like_a_mesh_is_still_a_buffer(tmp_path):
    files = gltf_files() | {"panel.bin": STL}

    assert main_of(files, tmp_path).name == "panel.gltf"


def test_model_that_stands_alone_is_moved_out_of_reach_of_the_rest(tmp_path):
    main = main_of({"part.step": STEP, "secret.step.txt": b"x"}, tmp_path)

    assert [path.name for path in main.parent.iterdir() if path.is_file() and path != main] == []


def test_several_models_are_refused_by_name(tmp_path):
    with pytest.raises(BadInput) as refusal:
        main_of({"b.step": STEP, "a.stl": STL, "notes.txt": b"-"}, tmp_path)

    assert str(refusal.value) == (
        "model.zip: expected one model in the archive, found 2 (a.stl, b.step); "
        "send one of them, or add a main.txt that names it"
    )


@pytest.mark.parametrize("note", [b"b.step\r\n", b"\xef\xbb\xbfb.step"])
def test_archive_may_name_its_main_file(note, tmp_path):
    assert main_of({"a.stl": STL, "b.step": STEP, MAIN: note}, tmp_path).name == "source.step"


@pytest.mark.parametrize(
    "note", [b"../outside.step", b"/etc/passwd", b"nothing.step", b"\0", b"\xff", b"", b"."]
)
def test_note_that_names_no_model_means_nothing(note, tmp_path):
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "outside.step").write_bytes(STEP)

    with pytest.raises(BadInput, match="found 2"):
        main_of({"a.stl": STL, "b.step": STEP, MAIN: note}, tmp_path)


@pytest.mark.parametrize(
    "files",
    [
        {"readme.txt": b"Nothing here.\n"},
        {},
        {"inner.zip": zipped({"part.step": STEP})},
        {
            "a.usda": SCENE.replace("layers/placed", "b").encode(),
            "b.usda": SCENE.replace("layers/placed", "a").encode(),
        },
    ],
    ids=["text", "nothing", "nested", "circle"],
)
def test_archive_without_a_model_is_refused(files, tmp_path):
    with pytest.raises(BadInput, match=r"with a model in it, found none"):
        main_of(files, tmp_path)


@pytest.fixture
def store(tmp_path) -> FolderStore:
    return FolderStore(tmp_path / "store")


def members(source, store, tmp_path) -> list[str]:
    store.fetch(source.asset.key, tmp_path / "fetched.zip")
    with zipfile.ZipFile(tmp_path / "fetched.zip") as archive:
        assert archive.testzip() is None
        return archive.namelist()


@pytest.mark.parametrize(
    ("files", "main", "bundled"),
    [
        (gltf_files(), "panel.gltf", ["panel.bin", "panel.gltf", "textures/red paint.png"]),
        (
            usd_files(),
            "scene.usda",
            ["layers/placed.usda", "parts/part.usda", "scene.usda", "textures/red.png"],
        ),
        (
            {"b.obj": OBJ, "brass parts.mtl": MTL, "textures/brass grain.png": png()},
            "b.obj",
            ["b.obj", "brass parts.mtl", "textures/brass grain.png"],
        ),
    ],
    ids=["gltf", "usd", "obj"],
)
def test_local_model_brings_the_files_that_it_needs_and_no_others(files, main, bundled, store, tmp_path):
    folder = written(files | {"diary.txt": b"private", "other.step": STEP}, tmp_path / "models")

    source = download_model(str(folder / main), store)

    assert (source.name, source.kind) == (main, Kind.ZIP)
    assert members(source, store, tmp_path) == [MAIN, *bundled]


def test_same_files_elsewhere_and_later_are_the_same_source(store, tmp_path, monkeypatch):
    here = written(gltf_files(), tmp_path / "here")
    first = download_model(str(here / "panel.gltf"), store)
    there = written(gltf_files(), tmp_path / "there")
    (there / "panel.bin").touch()
    (there / "panel.bin").chmod(0o600)
    monkeypatch.chdir(there)

    assert download_model("panel.gltf", store) == first.model_copy(update={"found": True})


@pytest.mark.parametrize(
    ("files", "main", "kind"),
    [
        ({"a.obj": OBJ.replace(b"mtllib brass parts.mtl\n", b"")}, "a.obj", Kind.OBJ),
        ({"a.obj": OBJ}, "a.obj", Kind.OBJ),
        ({"a.usda": PART.replace("@../textures/red.png@", "@@").encode(), "b.txt": b""}, "a.usda", Kind.USDA),
        ({"a.glb": b"glTF\x02\0\0\0", "a.bin": SHAPE}, "a.glb", Kind.GLB),
    ],
    ids=["obj", "obj_without_its_library", "usd", "glb"],
)
def test_model_that_stands_alone_is_stored_as_it_is(files, main, kind, store, tmp_path):
    folder = written(files, tmp_path / "models")

    source = download_model(str(folder / main), store)

    assert source.kind is kind
    assert store.get(source.asset.key) == files[main]


@pytest.mark.parametrize(
    ("files", "main", "found"),
    [
        (gltf_files(buffers=[{"byteLength": 92, "uri": "../secret.bin"}]), "panel.gltf", "leaves the folder"),
        (gltf_files(images=[{"uri": "link.png"}]), "panel.gltf", "leaves the folder by a link"),
        (gltf_files(images=[{"uri": "none.png"}]), "panel.gltf", "not there (none.png)"),
    ],
)
def test_local_model_that_needs_files_elsewhere_is_refused(files, main, found, store, tmp_path):
    written({"secret.bin": SHAPE, "secret.mtl": MTL, "secret.png": png()}, tmp_path)
    folder = written(files, tmp_path / "models")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")

    with pytest.raises(BadInput) as refusal:
        download_model(str(folder / main), store)

    assert found in str(refusal.value)
    assert str(refusal.value).startswith(f"{main}: expected ")
    assert not list(store.list("sources/"))


SECRET = b"-----BEGIN not-a-real-key-----"
HIDDEN_MTL = OBJ.replace(b"brass parts.mtl", b".ssh/id_rsa")
HIDDEN_PICTURE = MTL.replace(b"textures/brass grain.png", b".ssh/id_rsa")


@pytest.mark.parametrize(
    ("files", "main"),
    [
        ({"a.obj": HIDDEN_MTL}, "a.obj"),
        ({"a.obj": HIDDEN_MTL.replace(b".ssh/", b"./a/../.ssh/")}, "a.obj"),
        ({"a.obj": HIDDEN_MTL.replace(b".ssh/id_rsa", b"link.mtl")}, "a.obj"),
        ({"a.obj": OBJ, "brass parts.mtl": HIDDEN_PICTURE}, "a.obj"),
        (gltf_files(buffers=[{"byteLength": 8, "uri": ".ssh/id_rsa"}]), "panel.gltf"),
    ],
    ids=["obj", "detour", "link", "picture", "gltf"],
)
def test_hidden_files_beside_a_local_model_are_not_brought_into_the_store(files, main, store, tmp_path):
    folder = written(files | {".ssh/id_rsa": SECRET}, tmp_path / "models")
    (folder / "link.mtl").symlink_to(folder / ".ssh" / "id_rsa")

    with pytest.raises(
        BadInput, match=r"no hidden files, found a reference to one \((\.ssh/id_rsa|link\.mtl)\)"
    ):
        download_model(str(folder / main), store)

    assert not list(store.list("sources/"))


def test_model_in_a_hidden_folder_brings_its_files(store, tmp_path):
    folder = written(gltf_files(), tmp_path / ".cache" / "models")

    assert download_model(str(folder / "panel.gltf"), store).kind is Kind.ZIP


@pytest.mark.parametrize("library", ["../secret.mtl", "{outside}/secret.mtl", "..\\secret.mtl", "link.mtl"])
def test_library_elsewhere_is_left_where_it_is(library, store, tmp_path):
    written({"secret.mtl": b"newmtl brass\nKd 0 1 0\n"}, tmp_path)
    named = library.replace("{outside}", str(tmp_path)).encode()
    folder = written({"a.obj": OBJ.replace(b"brass parts.mtl", named)}, tmp_path / "models")
    (folder / "link.mtl").symlink_to(tmp_path / "secret.mtl")

    source = download_model(str(folder / "a.obj"), store)

    assert source.kind is Kind.OBJ
    (missing,) = prepare_geometry(source, store).report.missing_external_references
    assert missing == named.decode()


@pytest.mark.parametrize(
    ("line", "libraries"),
    [
        (b"mtllib C:\\Users\\me\\brass.mtl", ["brass.mtl"]),
        (b"mtllib /models/brass.mtl", ["brass.mtl"]),
        (b"\xef\xbb\xbfmtllib brass.mtl", ["brass.mtl"]),
        (b"mtllib brass.mtl other.mtl", ["brass.mtl", "other.mtl"]),
    ],
    ids=["windows", "absolute", "byte_order_mark", "several"],
)
def test_library_and_texture_named_by_a_path_elsewhere_are_those_beside_the_model(
    line, libraries, store, tmp_path
):
    library = b"newmtl brass\nmap_Kd -o 0.1 0 0 D:\\textures\\my grain.png\nmap_Ks /tmp/gloss.png\n"
    files = {"a.obj": line + b"\n" + OBJ[OBJ.index(b"v 0") :], "my grain.png": png(), "gloss.png": png()}
    folder = written(files | dict.fromkeys(libraries, library) | {"diary.mtl": b"newmtl a\n"}, tmp_path / "m")

    source = download_model(str(folder / "a.obj"), store)

    bundled = sorted(["a.obj", *libraries, "my grain.png", "gloss.png"])
    assert members(source, store, tmp_path) == [MAIN, *bundled]
    report = prepare_geometry(source, store).report
    assert report.missing_external_references == ()
    assert "images" in json_of(store.get(prepare_geometry(source, store).glb.key))


def json_of(glb: bytes) -> dict:
    return json.loads(glb[20 : 20 + int.from_bytes(glb[12:16], "little")])


def test_texture_elsewhere_is_left_where_it_is(store, tmp_path):
    written({"secret.png": b"canary"}, tmp_path)
    library = f"newmtl a\nmap_Kd {tmp_path}/secret.png\nmap_Ks ../secret.png\n".encode()
    folder = written({"a.obj": OBJ, "brass parts.mtl": library}, tmp_path / "models")

    source = download_model(str(folder / "a.obj"), store)

    assert members(source, store, tmp_path) == [MAIN, "a.obj", "brass parts.mtl"]


def test_workspace_of_a_bundle_is_the_callers(tmp_path):
    folder = written(gltf_files(), tmp_path / "models")
    (tmp_path / "work").mkdir()

    bundle = gathered(folder / "panel.gltf", tmp_path / "work", "panel.gltf")

    assert bundle.parent == tmp_path / "work"
    assert sorted(path.name for path in folder.iterdir()) == ["panel.bin", "panel.gltf", "textures"]
