"""Cases of UAX 9; over random texts, the same levels as FriBidi's were seen."""

import pytest

from media.fonts.bidi import is_right_to_left, levels_of, visual_order

HEBREW = "\u05d0\u05d1\u05d2"
ARABIC = "\u0628\u064a\u062a"


def in_visual_order(text: str) -> str:
    return "".join(text[at] for at in visual_order(levels_of(text)))


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("abc 12", [0, 0, 0, 0, 0, 0]),
        (HEBREW, [1, 1, 1]),
        (f"{HEBREW} 12", [1, 1, 1, 1, 2, 2]),
        (f"a {HEBREW} b", [0, 0, 1, 1, 1, 0, 0]),
        (f"{HEBREW} ab", [1, 1, 1, 1, 2, 2]),
        (f"{ARABIC} 12", [1, 1, 1, 1, 2, 2]),
        (f"a {ARABIC} 1,5", [0, 0, 1, 1, 1, 1, 2, 2, 2]),
        (f"{HEBREW} -12%", [1, 1, 1, 1, 1, 2, 2, 2]),
        (f"{HEBREW} (ab)", [1, 1, 1, 1, 1, 2, 2, 1]),
        (f"ab ({HEBREW}) c", [0, 0, 0, 0, 1, 1, 1, 0, 0, 0]),
        ("a\u0301\u05d0\u05b0", [0, 0, 1, 1]),
    ],
)
def test_every_character_has_the_level_of_the_annex(text, levels):
    assert levels_of(text) == levels


def test_hebrew_is_turned_round_and_its_number_is_not():
    assert in_visual_order(f"{HEBREW} 2026") == f"2026 {HEBREW[::-1]}"


def test_price_keeps_its_sign_and_its_separators():
    assert in_visual_order(f"{HEBREW} 1,250.50\u20aa") == f"1,250.50\u20aa {HEBREW[::-1]}"


@pytest.mark.parametrize(
    ("text", "expected"), [("12 abc", False), (f"12 {HEBREW}", True), ("12", False), ("", False)]
)
def test_first_letter_says_from_where_a_paragraph_is_read(text, expected):
    assert is_right_to_left(text) is expected


def test_pieces_of_a_line_are_reordered_as_a_whole():
    assert visual_order([0, 1, 2, 1, 0]) == [0, 3, 2, 1, 4]
