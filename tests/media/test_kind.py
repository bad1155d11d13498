"""A source's kind comes from its content; what is refused is named in words."""

import gzip
import io
import zipfile

import pytest

from media.errors import BadInput
from media.kind import HEAD_BYTES, Kind, kind_of

STEP = b"ISO-10303-21;\nHEADER;\nENDSEC;\n"


def zipped(member: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr(member, b"#usda 1.0\n")
    return archive.getvalue()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (STEP, Kind.STEP),
        (b"\xef\xbb\xbf" + STEP, Kind.STEP),
        (b"\r\n/* written by\nsome exporter */\n" + STEP, Kind.STEP),
        (gzip.compress(STEP * 50_000)[:HEAD_BYTES], Kind.STEP_GZ),
        (b"glTF\x02\x00\x00\x00", Kind.GLB),
        (b"#usda 1.0\n", Kind.USDA),
        (b"PXR-USDC\x00\x08", Kind.USDC),
        (zipped("scene.usdc"), Kind.USDZ),
    ],
)
def test_kind_is_known_by_content_whatever_the_name(head, kind):
    assert kind_of(head, "holiday.jpg") is kind


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"", "an empty file"),
        (b"Dear Sirs,\nplease find", "text beginning with 'Dear Sirs,'"),
        (b"<!DOCTYPE html><html><title>Sign in", "an HTML page"),
        (b"\n <html><body>404", "an HTML page"),
        (b'{"asset":{"version":"2.0"}}', "JSON (a .gltf depends on other files"),
        (b"solid part\nfacet normal", "an STL mesh"),
        (gzip.compress(b"a tar file, say"), "gzip around something else"),
        (zipped("part.step"), "a ZIP archive without a USD scene"),
        (b"\x00\x01\x02\x03", "binary data of an unknown kind"),
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
