"""USD scenes of several files: packed where all they need is in the folder, refused where anything is not."""

import errno
import http.server
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from media.errors import BadInput
from media.geometry import usd_references
from media.geometry.children import limits_for
from media.geometry.given import report_on_usd
from media.geometry.usd_files import pack_usd
from media.geometry.usd_references import Refused
from tests.media.geometry.several_files import PART, SCENE, png, usd_files, written, zipped

CANARY = PART.replace("(0, 2, 0)", "(0, 77.25, 0)").replace("Quad", "Canary")
LIMITS = limits_for(0)


@contextmanager
def counted_requests() -> Iterator[tuple[str, list[str]]]:
    """Serve on loopback and note what is asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(CANARY.encode())

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def bundle(files: dict[str, bytes], tmp_path):
    """Write a bundle, and beside everything a scene that no job may read."""
    written({"secret.usda": CANARY.encode(), "secret.png": png()}, tmp_path)
    path = tmp_path / "scene.zip"
    path.write_bytes(zipped(files))
    return path


def usdz_of(files: dict[str, str | bytes], tmp_path, name: str = "inner.usdz") -> bytes:
    folder = tmp_path / "packing"
    contents = {place: text.encode() if isinstance(text, str) else text for place, text in files.items()}
    written(contents, folder)
    main, *others = [folder / place for place in files]
    pack_usd(main, others, folder, tmp_path / name, name)
    return (tmp_path / name).read_bytes()


def scene_with(arc: str) -> str:
    return f'{SCENE}\ndef Xform "More" ({arc}) {{}}\n'


def test_scene_with_sublayers_references_and_textures_is_packed_as_it_stands(prepare, store, tmp_path):
    geometry = prepare(bundle(usd_files(), tmp_path))

    report = geometry.report
    assert (report.route, report.parts, report.distinct_parts, report.triangles) == ("usd-given", 2, 1, 4)
    assert np.allclose([report.bounds_min, report.bounds_max], [[0, 0, 0], [4, 2, 0]])
    assert geometry.scene_file.name == "model.usdz"
    package = tmp_path / "packed.usdz"
    store.fetch(geometry.usd.key, package)
    with zipfile.ZipFile(package) as archive:
        places = archive.namelist()
        assert all(entry.compress_type == zipfile.ZIP_STORED for entry in archive.infolist())
    assert places == ["scene.usda", "layers/placed.usda", "parts/part.usda", "textures/red.png"]


def test_package_of_the_same_files_has_the_same_bytes(tmp_path):
    assert usdz_of(usd_files(), tmp_path, "a.usdz") == usdz_of(usd_files(), tmp_path, "b.usdz")


def test_package_within_a_bundle_and_within_a_package_is_read(prepare, tmp_path):
    part = PART.replace("@../textures/red.png@", "@red.png@")
    inner = usdz_of({"part.usda": part, "red.png": png()}, tmp_path)
    outer = usdz_of(
        {
            "outer.usda": '#usda 1.0\n(defaultPrim = "P")\ndef "P" (prepend references = @inner.usdz@) {}',
            "inner.usdz": inner,
        },
        tmp_path,
        "outer.usdz",
    )
    named = ("./outer.usdz", "inner.usdz[part.usda]")
    scene = "#usda 1.0\n" + "".join(f'def "{"AB"[n]}" (references = @{named[n]}@) {{}}\n' for n in (0, 1))

    geometry = prepare(
        bundle({"scene.usda": scene.encode(), "outer.usdz": outer, "inner.usdz": inner}, tmp_path)
    )

    assert (geometry.report.parts, geometry.report.triangles) == (2, 4)


VARIANT = """
def "More" (
    variants = { string v = "a" }
    prepend variantSets = "v"
)
{
    variantSet "v" = {
        "a" {}
        "b" (prepend references = @REFERENCE@) {}
    }
}
"""
CLIPS = """
def "More" (
    clips = {
        dictionary default = {
            asset[] assetPaths = [@REFERENCE@]
        }
    }
)
{
}
"""
ATTACKS = {
    "absolute": "prepend references = @{outside}/secret.usda@",
    "parent": "prepend references = @../secret.usda@",
    "parent_within": "prepend payload = @layers/../../secret.usda@",
    "backslash": "prepend references = @..\\\\secret.usda@",
    "file_scheme": "prepend references = @file://{outside}/secret.usda@",
    "http": "prepend references = @{server}/secret.usda@",
    "http_payload": "prepend payload = @{server}/secret.usda@",
    "format_arguments": "prepend references = @layers/placed.usda:SDF_FORMAT_ARGS:a=b@",
    "computed": 'prepend references = @`"{outside}/secret.usda"`@',
    "missing": "prepend references = @nothing.usda@",
    "searched": "prepend references = @secret.usda@",
    "not_usd": "prepend references = @notes.mtlx@",
    "into_a_package": "prepend references = @{outside}/inner.usdz[part.usda]@",
}


def refused(files: dict[str, bytes], prepare, tmp_path) -> str:
    """Return the sentence that a bundle is refused with, after having looked whether anything leaked."""
    with pytest.raises(BadInput) as refusal:
        prepare(bundle(files, tmp_path))
    sentence = str(refusal.value)
    assert "\n" not in sentence
    assert sentence.startswith("scene.zip: expected ")
    stored = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert not any(b"77.25" in path.read_bytes() or b"Canary" in path.read_bytes() for path in stored)
    assert not any("geometry" in path.parts for path in stored)
    return sentence


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("place", ["scene.usda", "parts/part.usda"])
def test_reference_that_leads_elsewhere_is_refused_at_any_depth(place, attack, prepare, tmp_path):
    files = usd_files(**{"notes.mtlx": "<materialx/>"})
    usdz_of({"part.usda": CANARY}, tmp_path)
    with counted_requests() as (server, asked):
        arc = ATTACKS[attack].format(outside=tmp_path, server=server)
        up = "../" if place != "scene.usda" and "@../" in arc else ""
        arc = arc.replace("@../", f"@{up}../")
        more = f'\ndef Xform "More" ({arc}) {{}}\n'
        sentence = refused(files | {place: files[place] + more.encode()}, prepare, tmp_path)
    assert asked == []
    assert "a reference" in sentence


@pytest.mark.parametrize("form", ["variant", "clips", "sublayer", "texture", "texture_tiles"])
def test_every_way_to_name_a_file_is_looked_at(form, prepare, tmp_path):
    reference = f"{tmp_path}/secret.usda"
    texture = usd_files(**{"parts/part.usda": PART.replace("../textures/red.png", f"{tmp_path}/secret.png")})
    tiles = usd_files(**{"parts/part.usda": PART.replace("red.png", "../../secret.<UDIM>.png")})
    files = {
        "variant": usd_files(**{"scene.usda": SCENE + VARIANT.replace("REFERENCE", reference)}),
        "clips": usd_files(**{"scene.usda": SCENE + CLIPS.replace("REFERENCE", reference)}),
        "sublayer": usd_files(**{"scene.usda": SCENE.replace("./layers/placed.usda", reference)}),
        "texture": texture,
        "texture_tiles": tiles,
    }[form]

    assert "secret" in refused(files, prepare, tmp_path)


@pytest.mark.parametrize("depth", [1, 2])
def test_package_in_a_bundle_that_leads_out_of_itself_is_refused(depth, prepare, tmp_path):
    package = usdz_of(
        {"part.usda": f'#usda 1.0\ndef "P" (prepend references = @{tmp_path}/secret.usda@) {{}}'}, tmp_path
    )
    name = "inner.usdz"
    if depth == 2:
        outer = '#usda 1.0\n(defaultPrim = "P")\ndef "P" (prepend references = @inner.usdz@) {}'
        package, name = (
            usdz_of({"outer.usda": outer, "inner.usdz": package}, tmp_path, "outer.usdz"),
            "outer.usdz",
        )
    scene = SCENE + f'\ndef "More" (prepend references = @{name}@) {{}}'

    sentence = refused(usd_files(**{"scene.usda": scene, name: package}), prepare, tmp_path)

    assert "a package that does not hold all that it refers to" in sentence


def test_package_in_a_package_sent_alone_is_looked_into(prepare, tmp_path):
    written({"secret.usda": CANARY.encode()}, tmp_path)
    inner = usdz_of(
        {"part.usda": f'#usda 1.0\ndef "P" (prepend references = @{tmp_path}/secret.usda@) {{}}'}, tmp_path
    )
    scene = '#usda 1.0\ndef "P" (prepend references = @inner.usdz@) {}'
    path = tmp_path / "model.usdz"
    path.write_bytes(usdz_of({"scene.usda": scene, "inner.usdz": inner}, tmp_path, "outer.usdz"))

    with pytest.raises(BadInput, match=r"secret\.usda"):
        prepare(path)


@pytest.mark.parametrize("reference", ["/secret.usda", "../secret.usda", "http://a/secret.usda"])
def test_member_that_is_named_like_a_place_outside_is_no_excuse(reference, tmp_path):
    """A ZIP may hold a member by any name; the USD library would still look on the disk."""
    path = tmp_path / "evil.usdz"
    scene = f'#usda 1.0\ndef "P" (prepend references = @{reference}@) {{}}'
    with path.open("wb") as file, zipfile.ZipFile(file, "w") as package:
        for place, text in {"scene.usda": scene, reference.replace("//", "/"): PART}.items():
            entry = zipfile.ZipInfo(place)
            padding = -(file.tell() + 34 + len(place)) % 64
            entry.extra = b"\x86\x19" + padding.to_bytes(2, "little") + bytes(padding)
            package.writestr(entry, text)

    with pytest.raises(BadInput, match=r"references to others \(.*secret\.usda"):
        report_on_usd(path, "evil.usdz", LIMITS)


def test_members_that_only_the_usd_library_sees_are_looked_at(tmp_path):
    """A ZIP lists its members twice: its end names a harmless scene, its beginning is another."""
    evil = f'#usda 1.0\ndef "P" (prepend references = @{tmp_path}/secret.usda@) {{}}'
    written({"secret.usda": CANARY.encode()}, tmp_path)
    both = usdz_of({"evil.usda": evil, "good.usda": PART, "textures/red.png": png()}, tmp_path)
    listing = both.rindex(b"PK\x01\x02", 0, both.rindex(b"PK\x01\x02", 0, both.rindex(b"PK\x01\x02")))
    second = both.index(b"PK\x01\x02", listing + 4)
    end = bytearray(both[both.rindex(b"PK\x05\x06") :])
    end[8:12] = (2).to_bytes(2, "little") * 2
    end[12:16] = (len(both) - len(end) - second).to_bytes(4, "little")
    end[16:20] = (listing).to_bytes(4, "little")
    path = tmp_path / "evil.usdz"
    path.write_bytes(both[:listing] + both[second : len(both) - len(end)] + end)
    with zipfile.ZipFile(path) as package:
        assert package.namelist() == ["good.usda", "textures/red.png"]

    with pytest.raises(BadInput, match=r"references to others \(.*secret\.usda"):
        report_on_usd(path, "evil.usdz", LIMITS)


def two(kind: str, name: str, arc: str, target: str) -> str:
    """Return a prim with two children that each bring all of `target`."""
    children = "".join(f'def "{child}" ({arc} = {target})\n{{\n}}\n' for child in "ab")
    return f'{kind} "{name}"\n{{\n{children}}}\n'


def doubling(levels: int, arc: str) -> str:
    """Return a scene of 2 to the power of `levels` prims."""
    layers = ['class "L0"\n{\ndef Mesh "m"\n{\n}\n}\n']
    layers += [two("class", f"L{n}", arc, f"</L{n - 1}>") for n in range(1, levels)]
    return "#usda 1.0\n" + "".join(layers) + two("def", "Bomb", arc, f"</L{levels - 1}>")


@pytest.mark.parametrize("arc", ["references", "inherits", "specializes"])
def test_references_that_double_each_other_are_refused_before_they_are_composed(arc, prepare, tmp_path):
    path = tmp_path / "bomb.usda"
    path.write_text(doubling(48, arc))  # 2^48 prims: composing them would never end

    with pytest.raises(BadInput, match="more than 1000000 prims"):
        prepare(path)


def test_doubling_across_files_and_variants_is_counted_too(prepare, tmp_path):
    head = '#usda 1.0\n(\ndefaultPrim = "P"\n)\n'
    files = {"l0.usda": f'{head}def Mesh "P"\n{{\n}}\n'.encode()}
    for n in range(1, 40):
        varied = 'def "P" (\nvariants = {\nstring v = "x"\n}\nprepend variantSets = "v"\n)\n{\n'
        varied += 'variantSet "v" = {\n'
        children = two("def", "c", "references", f"@l{n - 1}.usda@")
        files[f"l{n}.usda"] = f'{head}{varied}"x" {{\n{children}}}\n}}\n}}\n'.encode()

    assert "more than 1000000 prims" in refused(files, prepare, tmp_path)


def test_picture_that_would_unpack_to_gigabytes_is_refused(prepare, tmp_path):
    header = png()
    bomb = header[:16] + (100_000).to_bytes(4, "big") * 2 + header[24:]

    assert "a picture of 100000 by 100000 pixels" in refused(
        usd_files(**{"textures/red.png": bomb}), prepare, tmp_path
    )


@pytest.mark.parametrize(
    ("number", "expected"), [(errno.EMFILE, OSError), (errno.EIO, OSError), (errno.EINVAL, Refused)]
)
def test_only_a_fault_of_the_package_is_told_as_one(number, expected, tmp_path, monkeypatch):
    def fail(*_: object) -> None:
        raise OSError(number, "said by the system")

    monkeypatch.setattr("media.geometry.usd_references.zipfile.ZipFile", fail)

    with pytest.raises(expected, match="said by the system"):
        usd_references._refuse_broken(tmp_path / "scene.usdz")
