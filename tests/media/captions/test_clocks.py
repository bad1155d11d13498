"""Footage whose clock, order of frames or rhythm is its own gets captions and previews all the same."""

import pytest

from media.asset import fetch_asset
from media.captions import made
from media.captions.command import Film
from media.captions.job import CaptionJob
from media.captions.made import expect_soft
from media.errors import BadInput, TimedOut, ToolCrashed, ToolFailed
from media.footage.container import Container
from media.footage.facts import facts_of
from media.jobs import run_footage
from media.video.check import read_video
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


@pytest.mark.parametrize(
    ("name", "rate", "seconds", "made_at"),
    [
        ("slow motion.mp4", "1201/5", 1, "240/1"),
        ("faster.mp4", "480", 1, "240/1"),
        ("slides.mp4", "1/20", 80, "1/10"),
        ("slides.mkv", "1/20", 80, "1/10"),
    ],
)
def test_rates_that_no_player_takes_become_the_nearest(  # noqa: PLR0913, PLR0917 - fixtures
    caption, packaged, tools, tmp_path, name, rate, seconds, made_at
):
    source = ("-f", "lavfi", "-i", f"testsrc2=s=160x96:r={rate}:d={seconds}")
    film = made_by_ffmpeg(packaged, tmp_path / name, *source, "-c:v", "libx264", "-preset", "ultrafast")

    manifest = caption(film, said("00,200", "00,900"))

    path = tmp_path / "made.mp4"
    fetch_asset(manifest.output("video").asset, tools.store, path)
    assert read_video(path).fps == made_at
    assert any("players take" in one for one in manifest.record.warnings) == (name != "slow motion.mp4")


def test_pictures_smaller_than_a_codec_takes_are_refused_in_a_sentence(caption, packaged, tmp_path):
    small = ("-f", "lavfi", "-i", "testsrc2=s=96x48:r=25:d=1", "-c:v", "libx264")
    film = made_by_ffmpeg(packaged, tmp_path / "a.mp4", *small)

    with pytest.raises(BadInput, match=r"a\.mp4: expected sides of at least 64 .* av1, found 96 x 48"):
        caption(film, said("00,200", "00,900"), codec="av1")


@pytest.mark.parametrize("mode", ["burned", "sidecar"])
def test_drawings_are_no_captions_for_players(caption, film, tools, tmp_path, mode):
    event = "Dialogue: 0,0:00:00.20,0:00:00.90,Default,,0,0,0,,"
    script = f"[Script Info]\n[V4+ Styles]\n[Events]\n{event}word\n{event}{{\\p1}}m 0 0 l 9 9\n"

    manifest = caption(film, script, mode=mode)

    fetch_asset(manifest.output("captions").asset, tools.store, tmp_path / "said.vtt")
    assert (tmp_path / "said.vtt").read_text().count("-->") == 1


def test_soft_captions_are_text_of_which_no_more_stand_at_once_than_anybody_reads(
    caption, film, tools, tmp_path
):
    head = "[Script Info]\n[V4+ Styles]\n[Events]\n"
    event = "Dialogue: 0,0:00:00.20,0:00:00.90,Default,,0,0,0,,{}\n"

    manifest = caption(
        film, head + event.format("word") + event.format(r"{\p1}m 0 0 l 9 9") * 900, mode="soft"
    )

    path = tmp_path / "said.vtt"
    fetch_asset(manifest.output("captions").asset, tools.store, path)
    assert path.read_text().count("-->") == 1
    with pytest.raises(BadInput, match="at most 20 captions at once"):
        caption(film, head + event.format("word") * 21, mode="soft")
    assert caption(film, head + event.format("word") * 21).output("captions")
