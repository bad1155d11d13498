import io

import pytest
from PIL import ImageFont

from media.errors import ToolFailed
from media.fonts import HERE, _brought
from media.fonts.sfnt import names_of
from media.fonts.woff2 import unpacked

WORDS = {
    "NotoSansDevanagari-Regular": "हिन्दी",
    "NotoSansThai-VariableFont_wdth,wght": "ภาษาไทย",
    "NotoEmoji-VariableFont_wght": "😀",
    "Noto Sans CJK Regular": "日本語",
}


@pytest.mark.parametrize(
    "path", [path for path in _brought() if path.stem in WORDS], ids=lambda path: path.stem
)
def test_unpacked_font_draws_what_the_packed_one_draws(path):
    packed = path.read_bytes()

    plain = unpacked(packed)

    ours, theirs = (ImageFont.truetype(io.BytesIO(data), 80) for data in (plain, packed))
    assert bytes(ours.getmask(WORDS[path.stem])) == bytes(theirs.getmask(WORDS[path.stem]))
    assert names_of(plain).family.startswith("Noto")


def test_font_that_is_not_packed_stays_as_it_is_and_says_its_names():
    data = (HERE / "NotoSans-SemiBold.ttf").read_bytes()

    assert unpacked(data) is data
    assert names_of(data).family == "Noto Sans SemiBold"
    assert names_of(data).line == pytest.approx(1.362)


def test_damaged_fonts_are_refused():
    data = next(_brought()).read_bytes()

    with pytest.raises(ToolFailed, match="damaged"):
        unpacked(data[:5000])
    with pytest.raises(ToolFailed, match="names"):
        names_of(b"no font at all")
