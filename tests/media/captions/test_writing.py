"""What is written for libass and for players: lines, fonts, escapes, times."""

import re

import pytest

from media.captions.burn import write_script
from media.captions.cues import Cue, Piece
from media.captions.job import CaptionJob
from media.captions.track import one_at_a_time, track
from media.captions.webvtt import webvtt
from media.captions.writing import escaped, spoken, time
from media.video.settings import VideoSettings
from tests.media.captions.conftest import cue, read


def written(tmp_path, cues, size=(640, 360), **asked) -> tuple[str, list[str]]:
    """Return the script of captions for a picture, and what is said of it."""
    job = CaptionJob.model_validate({"source": "v.mp4", "captions": "c.srt", **asked})
    captions = read("1\n00:00:00,000 --> 00:00:01,000\nx")
    settings = VideoSettings(width=size[0], height=size[1])
    said = write_script(tmp_path, settings, captions, cues, job)
    return (tmp_path / "captions.ass").read_text(), said


def lines_of(script: str) -> list[str]:
    """Return what stands in each line of the first caption, without tags and marks of direction."""
    text = script.partition("Dialogue: ")[2].partition("\n")[0].split(",,0,0,0,,")[1]
    return [re.sub(r"\{[^}]*\}|[\u200e\u200f]", "", line) for line in text.split(r"\N")]


def test_script_has_the_size_of_its_picture_and_a_style_in_its_pixels(tmp_path):
    script, _ = written(
        tmp_path, [cue()], (1920, 1080), style={"size": 50, "position": "top_left", "color": "#ff8800"}
    )

    assert "PlayResX: 1920\nPlayResY: 1080\nWrapStyle: 2" in script
    assert "Style: Caption,Noto Sans SemiBold,68.10,&H000088FF" in script
    assert ",1,3.00,0,7,96,96,54,1\n" in script


def test_box_is_one_behind_all_of_a_caption_and_as_transparent_as_asked(tmp_path):
    script, _ = written(tmp_path, [cue()], style={"box": True, "box_color": "#102030", "box_opacity": 0.6})

    assert "&H66302010,0,0,0,0,100,100,0,0,4," in script


def test_nothing_in_a_text_is_obeyed_by_libass(tmp_path):
    script, _ = written(tmp_path, [cue(r"{\fs999} \N \h {x}")])

    assert ",,\\{\\\u2060fs999\\} \\\u2060N \\\u2060h \\{x\\}\n" in script
    assert escaped("a\nb") == "a b"


def test_long_text_is_broken_into_even_lines_within_the_safe_area(tmp_path):
    text = "the quick brown fox jumps over the lazy dog and rests in the shade of a tree"
    script, _ = written(tmp_path, [cue(text)])

    first, second = lines_of(script)
    assert f"{first} {second}" == text
    assert abs(len(first) - len(second)) < 8


def test_word_wider_than_the_picture_is_parted_and_too_many_lines_are_said_and_shrunk(tmp_path):
    script, said = written(tmp_path, [cue("w" * 300, number=9)], (270, 480))

    assert "".join(lines_of(script)) == "w" * 300
    assert max(map(len, lines_of(script))) <= 42
    assert said == [
        "caption 9 got more than 2 lines; part long captions into several",
    ]


def test_text_that_would_leave_the_picture_gets_smaller_letters(tmp_path):
    script, said = written(tmp_path, [cue("word " * 300)])

    size = float(re.search(r"\\fs([\d.]+)", script)[1])  # type: ignore[index]
    assert size < 0.7 * 18 * 1.362
    assert "smaller letters" in said[1]


def test_scripts_of_the_world_get_the_font_that_has_them_and_stand_in_reading_order(tmp_path):
    script, said = written(tmp_path, [cue("קול HD 25 قال 日本 हिन्दी 😀")])

    for family in ("Hebrew SemBd", "Arabic SemBd", "CJK SC", "Devanagari"):
        assert f"Noto Sans {family}" in script
    assert r"\fnNoto Emoji" in script
    assert said == []
    (line,) = lines_of(script)
    assert line.index("日本") < line.index("HD") < line.index("קול")


def test_character_that_no_font_has_is_named_and_stands_as_unknown(tmp_path):
    script, said = written(tmp_path, [cue("a \U00013000", number=3)])

    assert lines_of(script) == ["a \ufffd"]
    assert "U+13000" in said[0]
    assert "(caption 3)" in said[0]


def test_font_that_is_not_here_is_said_and_capitals_are_made(tmp_path):
    script, said = written(tmp_path, [cue("straße")], style={"font": "Arial", "uppercase": True})

    assert said == ["the font Arial is not here; Noto Sans stands for it"]
    assert lines_of(script) == ["STRASSE"]


def test_word_being_said_has_its_colour_from_its_start_to_that_of_the_next(tmp_path):
    pieces = [Piece(text="one "), Piece(text="two ", start=300), Piece(text="three", start=700)]
    words = Cue(number=1, start=0, end=1000, pieces=tuple(pieces))

    script, _ = written(tmp_path, [words], style={"highlight": "#00ff00"})

    assert spoken(words, karaoke=True) == [(0, 300, 0), (300, 700, 1), (700, 1000, 2)]
    assert r"0:00:00.30,0:00:00.70,Caption,,0,0,0,,one {\1c&H0000FF00&}two {\1c&H00FFFFFF&}three" in script
    assert spoken(words, karaoke=False) == [(0, 1000, None)]


def test_times_of_ass_are_hundredths_and_go_past_ten_hours():
    assert [time(ms) for ms in (0, 999, 4, 36_000_000 + 61_230)] == [
        *("0:00:00.00", "0:00:01.00", "0:00:00.00", "10:01:01.23"),
    ]


def test_webvtt_is_read_back_as_it_was_written():
    first = Cue(
        number=1,
        start=0,
        end=1000,
        place=7,
        pieces=(
            Piece(text="a < b & c --> d "),
            Piece(text="{\\an8}\nx", italic=True),
            Piece(text="y", start=500),
        ),
    )

    (again,) = read(webvtt([first])).cues

    assert again.text == first.text
    assert (again.start, again.end, again.place) == (0, 1000, 7)
    assert [piece.start for piece in again.pieces][-1] == 500


def test_track_shows_one_caption_at_a_time_and_what_overlaps_together():
    together = one_at_a_time([cue("a", 0, 2000), cue("b", 1000, 3000), cue("c", 4000, 5000)])

    assert [(one.start, one.end, one.text) for one in together] == [
        *((0, 1000, "a"), (1000, 2000, "a\nb"), (2000, 3000, "b"), (4000, 5000, "c")),
    ]
    assert "{\u2060\\" in track([cue(r"{\fs999}")])


@pytest.mark.parametrize(("said", "kept"), [("pt-BR", "por"), ("JA", "jpn"), ("und", "und")])
def test_language_is_kept_by_its_three_letters(said, kept):
    assert CaptionJob(source="v", captions="c", language=said).language == kept
