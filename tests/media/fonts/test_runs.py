import pytest
from PIL import Image, ImageDraw

from media.errors import BadInput
from media.fonts import HERE, SHIPPED, WEIGHTS, Catalogue, Font, catalogue
from media.fonts.runs import Pen, draw_line, language_of, letters_of, runs_of, width_of

ARABIC_WORD = "\u0628\u064a\u062a"
JOINED_FORMS = "\ufe91\ufef4\ufe96"  # initial, medial and final, which Unicode keeps for old systems
HEBREW = "\u05e9\u05dc\u05d5\u05dd"


@pytest.fixture(scope="module")
def fonts() -> Catalogue:
    return catalogue("Regular")


def names_of(text, fonts) -> list[tuple[str, str]]:
    return [(run.text, run.font.path.stem.split("-")[0]) for run in runs_of(letters_of("t", text, fonts))]


def drawn(text, fonts) -> bytes:
    picture = Image.new("L", (400, 160))
    draw_line(ImageDraw.Draw(picture), (20, 100), letters_of("t", text, fonts), Pen(fonts, 80, "", 255))
    return picture.tobytes()


def test_every_shipped_font_is_there_in_both_weights():
    assert all((HERE / f"{family}-{style}.ttf").is_file() for family in SHIPPED for style in WEIGHTS)
    assert "SIL OPEN FONT LICENSE" in (HERE / "OFL.txt").read_text()


def test_arabic_letters_are_joined_from_right_to_left(fonts):
    shaped = drawn(ARABIC_WORD, fonts)

    # The joined forms one by one, from the left: what the shaping is to come to.
    picture = Image.new("L", (400, 160))
    draw, x = ImageDraw.Draw(picture), 20.0
    face = fonts.face(Font(HERE / "NotoSansArabic-Regular.ttf", 400, is_wished=True), 80)
    for form in reversed(JOINED_FORMS):
        draw.text((x, 100), form, fill=255, font=face, anchor="ls", direction="rtl")
        x += face.getlength(form, direction="rtl")
    assert shaped == picture.tobytes()


def test_joined_word_is_narrower_than_its_letters_apart(fonts):
    joined = width_of(letters_of("t", ARABIC_WORD, fonts), fonts, "")

    assert joined < sum(width_of(letters_of("t", one, fonts), fonts, "") for one in ARABIC_WORD)


def test_number_after_hebrew_stands_at_its_left(fonts):
    words = [text.strip() for text, _ in names_of(f"{HEBREW} 2026", fonts)]

    assert [word for word in words if word] == ["2026", HEBREW]


def test_latin_word_in_hebrew_keeps_its_order_and_its_font(fonts):
    words = names_of(f"{HEBREW} GPU {HEBREW}", fonts)

    assert [text.strip() for text, _ in words if text.strip()] == [HEBREW, "GPU", HEBREW]
    assert {font for text, font in words if "GPU" in text} == {"NotoSans"}


@pytest.mark.parametrize(
    ("text", "font"),
    [
        ("\u4eba\u5de5\u667a\u80fd", "Noto Sans CJK Regular"),
        ("\u30c7\u30fc\u30bf\u306e\u6d41\u308c", "Noto Sans CJK Regular"),
        ("\ud55c\uad6d\uc5b4", "Noto Sans CJK Regular"),
        ("\u0e44\u0e17\u0e22", "NotoSansThai"),
        ("\u0939\u093f\u0928\u094d\u0926\u0940", "NotoSansDevanagari"),
        ("\U0001f680", "NotoEmoji"),
        ("\u2764\ufe0f", "NotoEmoji"),
        ("\u0416\u03a9\u1ec7", "NotoSans"),
    ],
)
def test_other_scripts_come_from_the_fonts_of_blender(text, font, fonts):
    assert names_of(text, fonts) == [(text, font)]


def test_space_beside_an_emoji_is_that_of_letters(fonts):
    assert names_of("go \U0001f680 on", fonts) == [
        ("go ", "NotoSans"),
        ("\U0001f680", "NotoEmoji"),
        (" on", "NotoSans"),
    ]


def test_characters_that_no_font_has_are_named(fonts):
    with pytest.raises(BadInput, match=r"U\+12000 CUNEIFORM SIGN A, U\+13000"):
        letters_of("title.text", "a\U00012000b\U00013000\U00012000", fonts)


def test_without_blender_beside_it_chinese_is_refused_by_name():
    shipped = Catalogue(
        tuple(Font(HERE / f"{family}-Regular.ttf", 400, is_wished=True) for family in SHIPPED)
    )

    with pytest.raises(BadInput, match="CJK UNIFIED IDEOGRAPH-4EBA"):
        letters_of("title.text", "\u4eba", shipped)


def test_folder_of_fonts_is_asked_before_those_of_blender(tmp_path):
    other = tmp_path / "Other.ttf"
    other.write_bytes((HERE / "NotoSans-SemiBold.ttf").read_bytes())

    fonts = catalogue("Regular", tmp_path)

    assert [font.path for font in fonts.fonts][len(SHIPPED)] == other


def test_folder_without_fonts_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"expected a folder with .* files, found none"):
        catalogue("Regular", tmp_path)


def test_language_is_read_off_the_script():
    assert [language_of(text) for text in ("\u6771\u4eac\u306e", "\u4e1c\u4eac", "\ud55c", "a")] == [
        "ja",
        "zh-Hans",
        "ko",
        "",
    ]
