"""A source's kind comes from its content; what is refused is named in words."""

import gzip
import io
import struct
import zipfile

import pytest

from media.errors import BadInput
from media.kind import HEAD_BYTES, Kind, kind_of, kind_of_file

STEP = b"ISO-10303-21;\nHEADER;\nENDSEC;\n"
IGES = b"bearing".ljust(72) + b"S      1\n" + b"1H,,1H;,4HSLOT".ljust(72) + b"G      1\n"
FACET = struct.pack("<12fH", 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0)


def zipped(member: str, method: int = zipfile.ZIP_STORED, alignment: int = 1) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as package:
        first = zipfile.ZipInfo(member)
        first.compress_type = method
        padding = -(30 + len(member) + 4) % alignment
        first.extra = b"\x86\x19" + padding.to_bytes(2, "little") + bytes(padding)
        package.writestr(first, b"#usda 1.0\n")
    return archive.getvalue()


def binary_stl(header: bytes = b"", count: int = 2, facets: int = 2, more: bytes = b"") -> bytes:
    return header.ljust(80, b"\x00") + struct.pack("<I", count) + FACET * facets + more


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (STEP, Kind.STEP),
        (b"\xef\xbb\xbf" + STEP, Kind.STEP),
        (b"\r\n/* written by\nsome exporter */\n" + STEP, Kind.STEP),
        (gzip.compress(STEP * 50_000, mtime=0)[:HEAD_BYTES], Kind.STEP_GZ),
        (IGES, Kind.IGES),
        (IGES.replace(b"\n", b"\r\n"), Kind.IGES),
        (b"".ljust(72) + b"S0000001\r\n", Kind.IGES),
        (b"solid part\nfacet normal 0 0 1\n", Kind.STL),
        (b" SOLID\r\n  FACET NORMAL 0 0 1\r\n", Kind.STL),
        (binary_stl(), Kind.STL),
        (binary_stl(b"solid made by a program that writes binary"), Kind.STL),
        (binary_stl(more=bytes(400)), Kind.STL),
        (binary_stl(count=1_000_000), Kind.STL),  # cut short, or a lie: the reader says so
        (b"# made by hand\n\n  # twice\r\nmtllib a.mtl\r\no part\nv 0 0 0\n", Kind.OBJ),
        (b"v -1.5e-3 0 0\n", Kind.OBJ),
        (b"ply\nformat ascii 1.0\n", Kind.PLY),
        (b"ply\r\nformat binary_big_endian 1.0\r\n", Kind.PLY),
        (b"glTF\x02\x00\x00\x00", Kind.GLB),
        (b'{"asset":{"version":"2.0"}}', Kind.GLTF),
        (b'\xef\xbb\xbf {\n "accessors": [ {"count": 3}', Kind.GLTF),
        (b"#usda 1.0\n", Kind.USDA),
        (b"PXR-USDC\x00\x08", Kind.USDC),
        (zipped("scene.usdc", alignment=64), Kind.USDZ),
        (
            zipped("scene.usdc"),
            Kind.ZIP,
        ),  # a folder that somebody packed: its first file need not be the scene
        (zipped("scene.usdc", zipfile.ZIP_DEFLATED, 64), Kind.ZIP),
        (zipped("part.step"), Kind.ZIP),
        (b"PK\x03\x04", Kind.ZIP),
    ],
)
def test_kind_is_known_by_content_whatever_the_name(head, kind):
    assert kind_of(head, "holiday.jpg") is kind


def test_binary_stl_is_known_by_the_size_of_the_file_it_begins(tmp_path):
    path = tmp_path / "part"
    path.write_bytes(binary_stl(count=2000, facets=2000).replace(FACET, bytes(50)))

    assert kind_of_file(path, "part") is Kind.STL
    with pytest.raises(BadInput, match="binary data of an unknown kind"):
        kind_of(path.read_bytes()[:HEAD_BYTES], "part")


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"", "an empty file"),
        (b"Dear Sirs,\nplease find", "text beginning with 'Dear Sirs,'"),
        (b"<!DOCTYPE html><html><title>Sign in", "an HTML page"),
        (b"\n <html><body>404", "an HTML page"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html>", "an HTML page"),
        (b'{"error": "not found"}', "JSON that is no glTF"),
        (b"solid ground is what we need\nand nothing else", "text beginning with 'solid ground"),
        (b"o dear\nwhat now", "text beginning with 'o dear'"),
        (b"newmtl steel\nKd 1 1 1\n", "an MTL file"),
        (gzip.compress(b"a tar file, say", mtime=0), "gzip around something else"),
        (b"PK\x05\x06" + bytes(18), "an empty ZIP archive"),
        (b"\x00\x01\x02\x03", "binary data of an unknown kind"),
        (bytes(200), "binary data of an unknown kind"),
        (b" \n \n", "blanks"),
    ],
)
def test_other_content_is_refused_in_one_sentence_that_names_it(head, found):
    with pytest.raises(BadInput) as refusal:
        kind_of(head, "part.step")

    sentence = str(refusal.value)
    assert sentence.startswith("part.step: expected a ")
    assert found in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("line", [b"\n", b" ", b"#\n", b"v ", b"/* */", b"{", b"solid\n", b"#"])
def test_no_repetition_makes_recognition_slow(line):
    head = (line * HEAD_BYTES)[:HEAD_BYTES]
    try:
        kind_of(head, "part", 10**12)
    except BadInput as refusal:
        assert "expected" in str(refusal)  # noqa: PT017 - either answer is right, if it comes
