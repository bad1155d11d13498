from time import process_time

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
