import unicodedata

import pytest

from media.errors import BadInput
from media.fonts.characters import cleaned, clusters


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\0b", "U+0000"),
        ("a\x1b[31m", "U+001B"),
        ("a\u202eb", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("a\u2067b", "U+2067"),
        ("a\ue000", "private use"),
        ("a\ud800", "surrogate"),
        ("a\U000e0041", "U+E0041"),
        ("a" + "\u0301" * 10_000, "at most 4 marks"),
        ("o" + "\u0489" * 9, "at most 4 marks"),
    ],
)
def test_what_no_title_needs_is_refused_by_name(text, said):
    with pytest.raises(BadInput, match=r"title\.text: expected") as refused:
        cleaned("title.text", text)

    assert said in str(refused.value)
    assert all(unicodedata.category(one) not in {"Cf", "Cc"} for one in str(refused.value))


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  two   words ", "two words"),
        ("one\r\ntwo", "one\ntwo"),
        ("\none\n\ntwo\n", "one\n\ntwo"),
        ("soft\u00adhyphen\ufeff", "softhyphen"),
        ("e\u0301", "\u00e9"),
        ("a\tb", "a b"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
    ],
)
def test_text_is_set_composed_with_single_spaces(text, clean):
    assert cleaned("title.text", text) == clean


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ab", ["a", "b"]),
        ("a\u0323b", ["a\u0323", "b"]),
        ("\U0001f469\u200d\U0001f4bb!", ["\U0001f469\u200d\U0001f4bb", "!"]),
        ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", ["\U0001f1e9\U0001f1ea", "\U0001f1eb\U0001f1f7"]),
        ("\u2764\ufe0f\U0001f44d\U0001f3fd", ["\u2764\ufe0f", "\U0001f44d\U0001f3fd"]),
        ("\u0939\u093f\u0928", ["\u0939\u093f", "\u0928"]),
    ],
)
def test_what_belongs_together_stays_together(text, parts):
    assert clusters(text) == parts
