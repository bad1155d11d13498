import re
from time import process_time

import pytest

from media.captions.fonts import FontFolder
from media.captions.script import Scripted

HEAD = """[Script Info]
PlayResX: 640
PlayResY: 99999
Video File: /etc/passwd

[V4+ Styles]
Style: Default,Comic Sans MS,99999,&H0000FFFF,&H000000FF,&H0,&H0,0,0,0,0,100,100,0,0,1,9999,2,2,10,10,10,1

[Fonts]
fontname: evil.ttf
!!!!

[Events]
Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,nobody
"""


def harmless(tmp_path, *events: str) -> tuple[str, list[str]]:
    scripted = Scripted(FontFolder.within(tmp_path, bold=True))
    said = [f"Dialogue: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,{event}" for event in events]
    return scripted.harmless("\n".join([HEAD.strip(), *said]), "said.ass", 5000), scripted.warnings()


def test_own_looks_are_kept_and_what_is_for_editors_or_too_large_is_not(tmp_path):
    script, _ = harmless(tmp_path, r"{\pos(10,20)\fs99999\blur1e9\t(0,1,\bord5000\fs(1e6))}text{\k20}word")

    assert r"{\pos(10,20)\fs2000\blur50\t(0,1,\bord200\fs(2000))}text{\k20}word" in script
    for gone in ("passwd", "99999", "evil", "nobody", "9999,"):
        assert gone not in script


def test_fonts_that_are_not_here_are_named_once_and_stood_in_for(tmp_path):
    script, said = harmless(tmp_path, r"{\fnArial}a{\fnNoto Sans}b{\fnArial}c{\fn}d")

    assert said == ["the fonts Arial, Comic Sans MS are not here; Noto Sans SemiBold stands for them"]
    assert r"{\fnNoto Sans SemiBold}a{\fnNoto Sans SemiBold}b{\fnNoto Sans SemiBold}c{\fn}d" in script


def test_letters_that_the_font_lacks_get_another_and_drawings_stay(tmp_path):
    script, said = harmless(tmp_path, r"a 日本\Nb \U{\p1}m 0 0 l 1 1{\p0}", "\U00013000")

    assert r"a {\fnNoto Sans CJK SC}日本{\fnNoto Sans SemiBold}\Nb" in script
    assert r"{\p1}m 0 0 l 1 1{\p0}" in script
    assert "U+13000" in said[1]


def test_what_begins_after_the_video_is_left_out(tmp_path):
    scripted = Scripted(FontFolder.within(tmp_path, bold=True))

    script = scripted.harmless(f"{HEAD}Dialogue: 0,0:00:07.00,0:00:08.00,Default,,0,0,0,,late", "x", 5000)

    assert "late" not in script


def test_tags_of_many_spaces_take_no_time_by_their_square(tmp_path):
    begun = process_time()

    harmless(tmp_path, r"{\fs" + " " * 40_000 + "}text")

    assert process_time() - begun < 2


@pytest.mark.parametrize("gap", ["", " ", "\t  "])
def test_tags_are_bounded_whatever_gap_libass_skips_in_them(tmp_path, gap):
    script, _ = harmless(
        tmp_path, rf"{{\{gap}bord{gap}9999\{gap}fnArial\{gap}fs({gap}1e6)}}text{{\{gap}p1}}m 日"
    )

    assert not re.search(r"9999|Arial|1e6", script)
    assert "{\\p1}m 日" in re.sub(r"\\[ \t]+", r"\\", script)


def test_brace_that_nothing_closes_is_text_before_a_tag_of_ours(tmp_path):
    script, _ = harmless(tmp_path, r"{\bord9999 日本", r"\{\bord9999 日本", r"a\日")

    assert script.count(r",\{\bord9999 {\fnNoto Sans CJK SC}日本") == 2
    assert "a\\\u2060{\\fnNoto" in script


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c"])
def test_other_ends_of_lines_break_one_of_text_and_none_of_the_script(tmp_path, mark):
    script, _ = harmless(tmp_path, f"one{mark}Dialogue: two", f"{{\\p1}}m 0 0{mark}[Fonts]")

    assert r",one\NDialogue: two" in script
    assert len(script.splitlines()) == len(script.split("\n")) - script.endswith("\n")
    assert not [line for line in script.split("\n") if line.startswith("[Fonts]")]


@pytest.mark.parametrize("size", ["00000000199999999999", "9" * 5000, "-1", "²", "16385"])
def test_size_of_a_script_that_no_picture_has_is_left_out(tmp_path, size):
    scripted = Scripted(FontFolder.within(tmp_path, bold=True))

    script = scripted.harmless(HEAD.replace("640", size), "said.ass", 5000)

    assert "PlayResX" not in script
