"""Footage whose clock, order of frames or rhythm is its own gets captions and previews all the same."""

import pytest

from media.captions import made
from media.captions.command import Film
from media.captions.job import CaptionJob
from media.captions.made import expect_soft
from media.errors import BadInput, TimedOut, ToolCrashed, ToolFailed
from media.footage.container import Container
from media.footage.facts import facts_of
from media.jobs import run_footage
from tests.media.captions.conftest import made_by_ffmpeg

MOVING = ("-f", "lavfi", "-i", "testsrc2=s=160x96:r=25:d=3")
OPEN = (
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-bf",
    "3",
    "-x264-params",
    "open-gop=1:keyint=12:bframes=3",
)


def said(start: str, end: str) -> str:
    return f"1\n00:00:{start} --> 00:00:{end}\nword"


@pytest.mark.parametrize("name", ["a.ts", "a.mp4"])
@pytest.mark.parametrize("at", ["01,000", "02,300", "02,850"])
def test_footage_that_cannot_be_sought_cleanly_gets_its_captions(caption, packaged, tmp_path, name, at):
    film = made_by_ffmpeg(packaged, tmp_path / name, *MOVING, *OPEN)

    manifest = caption(film, said(at, "02,990"))

    assert {"video", "poster"} <= {one.role for one in manifest.content.outputs}


def test_captions_count_from_the_file_s_beginning_where_pictures_begin_late(caption, packaged, tmp_path):
    late = (
        "-f",
        "lavfi",
        "-i",
        "sine=d=3",
        "-itsoffset",
        "2",
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=160x96:r=25:d=1",
    )
    film = made_by_ffmpeg(packaged, tmp_path / "a.mkv", *late, "-c:v", "libx264", "-c:a", "aac")

    manifest = caption(film, said("02,200", "02,900"))

    assert manifest.record.warnings == ()
    with pytest.raises(BadInput, match=r"within the video's 00:00:03\.0"):
        caption(film, said("03,200", "03,900"))


def test_progress_ends_at_the_last_frame(film, tools, tmp_path):
    (tmp_path / "said.srt").write_text(said("00,200", "00,900"))
    heard: list[int] = []

    job = CaptionJob(source=str(film), captions=str(tmp_path / "said.srt"))
    run_footage(job, tools, lambda done, _: heard.append(done))

    assert heard == sorted(heard)
    assert heard[-1] == 50


@pytest.mark.parametrize(
    ("failure", "raised"), [(TimedOut, TimedOut), (ToolCrashed, ToolCrashed), (ToolFailed, BadInput)]
)
def test_decoder_that_stands_still_or_dies_is_no_fault_of_the_footage(film, monkeypatch, failure, raised):
    def fail(_: object) -> None:
        raise failure("the decoder")

    monkeypatch.setattr(made, "read_video", fail)
    facts = facts_of(film, Container.MOV, "a.mp4", film.parent)

    with pytest.raises(raised):
        expect_soft(film, Film(Container.MOV, facts.video, facts.sounds), "a.mp4")
