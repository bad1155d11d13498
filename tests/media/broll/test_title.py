import io

import pytest
from PIL import Image, ImageChops
from pydantic import ValidationError

from media.broll.title import TitleBlock
from media.broll.title_fit import SAFE, fitted
from media.broll.title_picture import title_picture
from media.errors import BadInput

POSITIONS = TitleBlock.model_fields["position"].annotation.__args__
ARABIC = "\u0627\u0644\u0630\u0643\u0627\u0621 \u0627\u0644\u0627\u0635\u0637\u0646\u0627\u0639\u064a 2026"
JAPANESE = "\u7720\u3089\u306a\u3044\u30e2\u30c7\u30eb\u3001\u30c7\u30fc\u30bf\u306e\u6d41\u308c"
LONG = "Everything that happens between a question and an answer, in eight seconds flat"
SUBTITLE = "Of which there is so much to say that it goes on and on over more than one line of the picture"


def ink_of(picture, width, height) -> tuple[float, ...]:
    """Where letters and line are, in pixels of the clip."""
    image = Image.open(io.BytesIO(picture.png))
    letters, line, _ = image.split()
    box = ImageChops.lighter(letters, line).getbbox()
    across, down = picture.width * width / image.width, picture.height * height / image.height
    left, top = picture.left * width, picture.top * height
    return left + box[0] * across, top + box[1] * down, left + box[2] * across, top + box[3] * down


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("size", [(480, 270), (270, 480), (300, 300)])
@pytest.mark.parametrize("text", ["Ag", LONG, ARABIC])
def test_nothing_leaves_the_title_safe_area(text, size, position):
    picture = title_picture(TitleBlock(text=text, subtitle=SUBTITLE, position=position, scale=1.3), *size)

    left, top, right, bottom = ink_of(picture, *size)

    assert left >= size[0] * (1 - SAFE) / 2 - 0.01
    assert right <= size[0] * (1 + SAFE) / 2 + 0.01
    assert top >= size[1] * (1 - SAFE) / 2 - 0.01
    assert bottom <= size[1] * (1 + SAFE) / 2 + 0.01


def test_japanese_breaks_between_characters_and_never_before_a_comma():
    part = fitted(TitleBlock(text=JAPANESE, scale=1.5), (960, 540), None)[0]

    lines = ["".join(letter.text for letter in line) for line in part.wrapped.lines]

    assert len(lines) > 1
    assert "".join(lines) == JAPANESE
    assert not any(line.startswith(("\u3001", "\u30fc")) for line in lines)


def test_lines_are_about_even():
    part = fitted(TitleBlock(text=LONG), (960, 540), None)[0]

    lengths = [len(line) for line in part.wrapped.lines]

    assert min(lengths) > 0.7 * max(lengths)


def test_said_line_breaks_are_kept():
    part = fitted(TitleBlock(text="One\nTwo words"), (960, 540), None)[0]

    assert ["".join(letter.text for letter in line) for line in part.wrapped.lines] == ["One", "Two words"]


def test_long_title_has_smaller_letters():
    short, long = (fitted(TitleBlock(text=text), (960, 540), None)[0].size for text in ("Ag", "W" * 25))

    assert long < 0.8 * short


@pytest.mark.parametrize("text", ["W" * 80, "a\nb\nc\nd", "\u0e01" * 80])
def test_what_could_not_be_read_any_more_is_refused(text):
    with pytest.raises(BadInput, match=r"title\.text: expected words for 3 lines"):
        title_picture(TitleBlock(text=text), 480, 270)


@pytest.mark.parametrize("text", [" ", "\n", "\u200b", "\u200e"])
def test_title_that_nobody_sees_is_refused(text):
    with pytest.raises(BadInput, match=r"title\.text"):
        title_picture(TitleBlock(text=text), 480, 270)


@pytest.mark.parametrize(
    "wish",
    [
        {"text": ""},
        {"text": "a" + "\u0301" * 10_000},
        {"text": "a", "subtitle": "b" * 121},
        {"text": "a", "scale": 9},
        {"text": "a", "color": "red"},
        {"text": "a", "language": "../../x"},
    ],
)
def test_bounds_hold(wish):
    with pytest.raises(ValidationError):
        TitleBlock(**wish)


def test_same_title_is_the_same_picture():
    block = TitleBlock(text=ARABIC, subtitle="GPU \U0001f680")

    assert title_picture(block, 480, 270) == title_picture(block, 480, 270)


def test_title_has_the_pixels_of_the_clip_but_never_too_many():
    small, large = (title_picture(TitleBlock(text="Ag"), *size) for size in ((480, 270), (16384, 9216)))

    assert Image.open(io.BytesIO(small.png)).width == round(small.width * 480)
    assert Image.open(io.BytesIO(large.png)).width == round(large.width * 8192)


def test_every_field_is_described():
    assert all(field.description.endswith(".") for field in TitleBlock.model_fields.values())
