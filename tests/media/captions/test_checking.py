import pytest

from media.captions.checking import LONGEST_TEXT, MOST_AT_ONCE, checked
from media.captions.cues import Captions, Cue
from media.errors import BadInput
from tests.media.captions.conftest import cue


def captions(*cues: Cue) -> Captions:
    return Captions(form="SRT", cues=cues)


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        (cue(start=2000, end=1000, number=7), "caption 7: .* 00:00:02.000 to 00:00:01.000"),
        (cue(start=1000, end=1000, number=7), "caption 7: .* zero milliseconds"),
        (cue(start=-1000, number=7), "caption 7: .* -00:00:01.000"),
        (cue("x" * (LONGEST_TEXT + 1), number=7), "caption 7: expected at most 2000 characters, found 2001"),
    ],
)
def test_caption_without_sense_is_refused_by_its_number_and_times(wrong, found):
    with pytest.raises(BadInput, match=found):
        checked(captions(cue(), wrong), 5000, "said.srt")


def test_no_caption_is_refused():
    with pytest.raises(BadInput, match="at least one caption"):
        checked(captions(), 5000, "said.srt")


def test_captions_of_another_video_are_refused_and_single_late_ones_are_left_out():
    late = cue(start=9000, end=9500, number=2)

    kept, said = checked(captions(cue(), late), 5000, "said.srt")

    assert [one.number for one in kept] == [1]
    assert said == ["caption 2 begins after the video's end at 00:00:05.000; left out"]
    with pytest.raises(BadInput, match=r"within the video's 00:00:05.000, found the first at 00:00:09.000"):
        checked(captions(late), 5000, "said.srt")


def test_captions_are_put_in_order_end_with_the_video_and_overlaps_are_said():
    kept, said = checked(
        captions(cue(start=2000, end=9000, number=1), cue(start=0, end=3000, number=2), cue("  ", number=3)),
        5000,
        "said.srt",
    )

    assert [(one.number, one.end) for one in kept] == [(2, 3000), (1, 5000)]
    assert said == [
        "caption 3 has no text; left out",
        "caption 1 begins while another is still shown; they stand above each other",
    ]


def test_more_captions_at_once_than_anybody_reads_are_refused():
    crowd = [cue(start=at, end=4000, number=at + 1) for at in range(MOST_AT_ONCE + 1)]

    with pytest.raises(BadInput, match="at most 20 captions at once"):
        checked(captions(*crowd), 5000, "said.srt")
