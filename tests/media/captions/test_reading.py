import json
from contextlib import suppress
from time import process_time

import pytest

from media.captions.reading import MOST_CUES
from media.errors import BadInput
from media.footage.container import CAPTIONS, Container
from media.footage.sniff import container_of
from tests.media.captions.conftest import SRT, read

SAID = "1\n00:00:01,000 --> 00:00:02,000\nCafé, naïve, 5 €\n"
VTT = """WEBVTT - of a talk

STYLE
::cue { color: red }

NOTE it is
a note

intro
00:01.000 --> 00:02.000 line:10% align:left
Tom &amp; <c.yellow>Jerry</c> <00:01.500>sing
"""
ASS = r"""[Script Info]
PlayResX: 640
PlayResY: 360

[V4+ Styles]
Style: Default,Comic Sans MS,36,&H0000FFFF,&H000000FF,&H0,&H0,0,0,0,0,100,100,0,0,1,2,2,2,10,10,10,1

[Events]
Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,nobody sees this
Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\k20}ka{\k30}ra{\i1}oke\Nhere
Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\p1}m 0 0 l 9 9{\p0}
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_letters_are_the_same_in_every_encoding_that_captions_come_in(encoding):
    data = SAID.encode(encoding)

    captions = read(data)

    assert container_of(data[:4096], "said.srt", CAPTIONS) is Container.TEXT
    assert captions.cues[0].text == "Café, naïve, 5 €"
    assert bool(captions.warnings) == (encoding == "cp1252")


def test_letters_that_windows_lacks_are_latin_1_and_that_is_said():
    captions = read("1\n00:00:01,000 --> 00:00:02,000\né\x81".encode("latin-1"))

    assert captions.cues[0].text == "é"
    assert "Latin-1" in captions.warnings[0]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "an empty file"),
        (b" \r\n\t", "an empty file"),
        (b"<!DOCTYPE html><html>404", "an HTML page"),
        ("<html>".encode("utf-16"), "an HTML page"),
        (b'<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"/>', "TTML"),
        (b"\x7fELF\x00\x01\x02", "binary data"),
        (b"\xff\xfe1\x00\xd8", "none at"),
        (b"\xff\xfe\x00\x00", "UTF-32"),
        (b"1\n-00:00:01,000 --> 00:00:02,000\nx", "-00:00:01,000"),
        (b"1\n100:00:00,000 --> 100:00:01,000\nx", "100:00:00,000"),
        (b"WEBVTT\n\n1:2:3:4 --> 2:00.000\nx", "1:2:3:4"),
        (b"[Script Info]\n[V4+ Styles]\nStyle: a,b,c", "a line that is none"),
        (b"[V4+ Styles]\n[Events]\nDialogue: 0,soon,later,a,b,0,0,0,,x", "a line that is none"),
        (b'{"words": [{"word": "a"}]}', "words.0.start: Field required"),
        (b'{"words": [{"word": "a", "start": NaN, "end": 1}]}', "words.0.start"),
        (b'{"words": [{"word": "a", "start": 2, "end": 1}]}', "00:00:02.000 to 00:00:01.000"),
        (b'{"words": ' + b"[" * 100_000, "found none"),
        (b'{"words": [{"word": "a", "start": ' + b"1" * 5000 + b', "end": 1}]}', "found none"),
        (b"1\n" + b"1" * 5000 + b":00:01,000 --> 00:00:02,000\nx", "a time from 00:00:00 to 99:59:59"),
    ],
)
def test_what_is_no_caption_file_is_refused_in_one_sentence(data, found):
    with pytest.raises(BadInput, match=r"^said\.srt: ") as refused:
        read(data)

    assert found in str(refused.value)
    assert "\n" not in str(refused.value)


def test_too_large_a_file_and_too_many_captions_are_refused():
    with pytest.raises(BadInput, match="10485760 bytes"):
        read(b"x" * (10 * 2**20 + 1))
    with pytest.raises(BadInput, match=f"at most {MOST_CUES} captions"):
        read("1\n00:00:01,000 --> 00:00:02,000\nx\n\n" * (MOST_CUES + 1))


def test_braces_backslashes_unknown_tags_and_times_in_text_stay_text():
    text = r"{\fs999} \N %{pts} <script>alert(1)</script> at 00:00:01,000 and 00:00:02,000 --> 3"

    captions = read(f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n42\n\n2\n00:00:03,000 --> 00:00:04,000\n42")

    assert [cue.text for cue in captions.cues] == [f"{text}\n42", "42"]


def test_srt_without_numbers_hours_or_blank_lines_is_read_all_the_same():
    captions = read("\n\n00:01,5 --> 00:02.000\nfirst\n2\n00:00:03,000 -> 00:00:04,000 X1:1\nsecond")

    assert [(cue.start, cue.end, cue.text) for cue in captions.cues] == [
        (1500, 2000, "first"),
        (3000, 4000, "second"),
    ]


def test_looks_and_the_one_place_that_players_obey_are_read_from_an_srt():
    (cue,) = read(r"1" "\n00:00:01,000 --> 00:00:02,000\n{\\an8}A <i>b</i><font color=red>c</font>").cues

    assert cue.place == 8
    assert [(piece.text, piece.italic) for piece in cue.pieces] == [("A ", False), ("b", True), ("c", False)]


def test_webvtt_gives_its_text_place_and_times_of_words_and_no_notes():
    (cue,) = read(VTT).cues

    assert (cue.text, cue.place) == ("Tom & Jerry sing", 7)
    assert [piece.start for piece in cue.pieces] == [None, None, None, 1500]


def test_ass_gives_words_of_karaoke_their_times_and_drawings_no_text():
    captions = read(ASS)

    assert captions.form == "ASS"
    assert [cue.text for cue in captions.cues] == ["karaoke\nhere", ""]
    assert [piece.start for piece in captions.cues[0].pieces] == [1000, 1200, 1200]


def test_fonts_inside_an_ass_script_are_left_out_and_that_is_said():
    captions = read(f"{ASS}\n[Fonts]\nfontname: evil.ttf\n!!!!\n")

    assert "left out" in captions.warnings[0]


def test_single_words_become_captions_of_some_and_a_pause_begins_another():
    words = [{"word": f" w{n}", "start": n * 0.5, "end": n * 0.5 + 0.4} for n in range(12)]
    words.append({"word": "late", "start": 20, "end": 20})

    captions = read(json.dumps({"words": words}))

    assert [cue.text for cue in captions.cues] == ["w0 w1 w2 w3 w4\nw5 w6 w7 w8 w9", "w10 w11", "late"]
    assert [(cue.start, cue.end) for cue in captions.cues][1:] == [(5000, 5900), (20_000, 20_300)]
    assert container_of(b'{"words": []}', "said.json", CAPTIONS) is Container.TEXT


def test_what_reorders_text_and_piles_of_marks_are_taken_out_of_it():
    (cue,) = read("1\n00:00:01,000 --> 00:00:02,000\na\u202eb" + "\u0301" * 50 + "\u0085c\u2029d").cues

    assert "\u202e" not in cue.text
    assert cue.text.count("\u0301") == 4
    assert cue.text.endswith("c\nd")


def test_plain_captions_are_read_in_their_order():
    assert [(one.number, one.text) for one in read(SRT).cues] == [(1, "One caption"), (2, "and another")]


@pytest.mark.parametrize(
    "data",
    [
        "<!---->" * 5000 + "x",
        "<!--" * 5000,
        "1\n00:00:01,000 --> 00:00:02,000\na" + "\n" * 20_000 + "b",
        f"{ASS}Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,," + "{" * 200_000,
    ],
    ids=["comments", "open comments", "empty lines", "open braces"],
)
def test_reading_takes_time_by_a_file_s_length_and_not_by_its_square(data):
    begun = process_time()

    with suppress(BadInput):
        read(data)

    assert process_time() - begun < 1


def test_word_of_karaoke_that_lasts_for_thousands_of_digits_is_read():
    (cue, *_) = read(ASS.replace(r"\k20", r"\k" + "1" * 5000)).cues

    assert cue.text == "karaoke\nhere"


def test_list_of_words_is_json_however_it_is_indented():
    words = [{"word": "a", "start": 0, "end": 1}]

    assert read(json.dumps(words, indent=2)).cues[0].text == "a"


def test_too_many_captions_of_words_are_refused_as_others_are():
    words = [{"word": "a", "start": 2 * at, "end": 2 * at} for at in range(MOST_CUES + 1)]

    with pytest.raises(BadInput, match=f"at most {MOST_CUES} captions"):
        read(json.dumps(words))
