"""Whole jobs: a video and captions in, what is stored out, looked at by decoding it."""

import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from media.asset import fetch_asset
from media.captions.command import Film, burned_argv
from media.codec import Encoder
from media.encoder import Ffmpeg
from media.errors import BadInput
from media.footage.container import Container
from media.footage.facts import FootageFacts, facts_of
from media.manifest import Manifest
from media.tools import Tools
from media.video.check import read_video
from media.video.settings import VideoSettings
from tests.media.captions.conftest import SRT, made_by_ffmpeg

Caption = Callable[..., Manifest]
HOSTILE = "it's: [a, %{pts}] \\N;" + "x" * 200


def file_of(manifest: Manifest, role: str, tools: Tools, folder: Path) -> Path:
    asset = manifest.output(role).asset  # type: ignore[arg-type]
    path = folder / f"{role}{Path(asset.key).suffix}"
    fetch_asset(asset, tools.store, path)
    return path


def kinds_in(tools: Tools) -> set[str]:
    return {one.key.partition("/")[0] for one in tools.store.list("")}


def brightest(path: Path, at: float) -> int:
    """Return the brightest luma of the picture shown at a time, in seconds."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time >= at:
                return int(frame.to_ndarray(format="gray").max())
    raise AssertionError(f"no frame at {at}")


def facts(path: Path) -> FootageFacts:
    return facts_of(path, Container.MOV, path.name, path.parent)


def test_burned_captions_are_seen_while_they_are_said_and_only_then(caption: Caption, film, tools, tmp_path):
    manifest = caption(film)

    video = file_of(manifest, "video", tools, tmp_path)
    assert [brightest(video, at) > 200 for at in (0.1, 0.5, 0.95, 1.5, 1.9)] == [
        False,
        True,
        False,
        True,
        False,
    ]
    assert {output.role for output in manifest.content.outputs} == {
        *("video", "captions", "poster", "before-after", "contact-sheet"),
    }
    assert all(one.asset.size <= 100_000 for one in manifest.content.outputs if one.role != "video")
    assert (
        "00:00:01.000 --> 00:00:01.800\nand <i>another</i>"
        in file_of(manifest, "captions", tools, tmp_path).read_text()
    )


def test_every_sound_is_copied_and_its_language_kept(caption: Caption, film, tools, tmp_path):
    found = facts(file_of(caption(film), "video", tools, tmp_path))

    theirs = facts(film)
    assert [(one.codec, one.packets) for one in found.sounds] == [
        (one.codec, one.packets) for one in theirs.sounds
    ]
    assert found.sounds[1].language == "por"
    assert found.video
    assert found.video.frames == 50


def test_soft_captions_are_a_track_and_nothing_is_encoded(caption: Caption, film, tools, tmp_path):
    text = SRT.replace("One", r"{\fs999}One \N & <b>&amp;</b>")
    manifest = caption(film, text, mode="soft", language="pt-BR")

    video = file_of(manifest, "video", tools, tmp_path)
    with av.open(str(video)) as container:
        (track,) = container.streams.subtitles
        assert (track.codec_context.name, track.language) == ("mov_text", "por")
        packets = [bytes(one) for one in container.demux(track) if one.size > 2]
    said = [one[2 : 2 + int.from_bytes(one[:2], "big")].decode() for one in packets]
    assert said == [
        "{\u2060\\fs999}One \\\u2060N & &amp; caption",
        "and another",
    ]
    assert manifest.record.encoder == ""
    assert facts(video).video == facts(film).video


def test_sidecar_is_webvtt_alone(caption: Caption, film):
    manifest = caption(film, mode="sidecar")

    assert [(one.role, one.asset.media_type) for one in manifest.content.outputs] == [
        ("captions", "text/vtt")
    ]


def test_bad_captions_are_refused_before_anything_is_encoded_and_nothing_is_stored(
    caption: Caption, film, tools, children
):
    with children.counted() as commands, pytest.raises(BadInput, match=r"caption 1: .* zero milliseconds"):
        caption(film, "1\n00:00:01,000 --> 00:00:01,000\nx")

    assert not [one for one in commands if "-i" in one]
    assert kinds_in(tools) == {"sources"}


def test_names_and_texts_reach_no_command(caption: Caption, film, tmp_path, children):
    video = tmp_path / f"{HOSTILE}.mp4"
    video.write_bytes(film.read_bytes())

    with children.counted() as commands:
        manifest = caption(video, SRT.replace("One caption", "%{pts} it's: [a]"))

    assert manifest.output("video").download_name.startswith("it-s-a-pts")
    assert not [word for one in commands for word in one if "it's" in word or "pts}" in word]


@pytest.fixture(scope="module")
def streamed(packaged, tmp_path_factory) -> bytes:
    """A video whose index comes first, so that it plays as far as it is there."""
    path = tmp_path_factory.mktemp("streamed") / "streamed.mp4"
    source = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2")
    return made_by_ffmpeg(packaged, path, *source, "-c:v", "libx264", "-movflags", "+faststart").read_bytes()


@pytest.mark.parametrize("mode", ["burned", "soft"])
@pytest.mark.parametrize("share", [0.5, 0.98])
def test_video_with_a_damaged_tail_is_refused(  # noqa: PLR0913, PLR0917 - fixtures
    caption: Caption, streamed, tools, tmp_path, mode, share
):
    (tmp_path / "cut.mp4").write_bytes(streamed[: int(len(streamed) * share)])

    with pytest.raises(BadInput, match=r"cut\.mp4: expected"):
        caption(tmp_path / "cut.mp4", mode=mode)

    assert kinds_in(tools) == {"sources"}


def test_file_without_pictures_is_refused(caption: Caption, tmp_path, packaged):
    sound = made_by_ffmpeg(packaged, tmp_path / "talk.mp4", "-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac")

    with pytest.raises(BadInput, match=r"talk\.mp4: expected a video, found sound alone"):
        caption(sound)


ODD = "testsrc2=s=321x181:r=25:d=1.2"
FOOTAGE = {
    "odd sides, in transparent ProRes with PCM": (
        "mov",
        ["-f", "lavfi", "-i", f"{ODD},format=yuva444p10le", "-f", "lavfi", "-i", "sine=d=1.2"],
        ["-c:v", "prores_ks", "-profile:v", "4444", "-c:a", "pcm_s16le"],
        (322, 182),
    ),
    "turned by a flag": (
        "mp4",
        ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=1.2"],
        ["-c:v", "libx264", "-vf", "transpose=1", "-metadata:s:v", "rotate=90"],
        (180, 320),
    ),
    "HDR at a varying rate in Matroska": (
        "mkv",
        ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=1.5"],
        [
            *("-vf", "select='not(eq(mod(n,7),3))',format=yuv420p10le,setparams=color_trc=smpte2084"),
            *("-fps_mode", "vfr", "-c:v", "libx265", "-x265-params", "log-level=none:transfer=16"),
        ],
        (320, 180),
    ),
    "Vorbis and VP9 that begin late": (
        "webm",
        [
            *("-f", "lavfi", "-i", "sine=d=1.6", "-itsoffset", "0.4"),
            *("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=1.2"),
        ],
        ["-c:v", "libvpx-vp9", "-cpu-used", "8", "-c:a", "libvorbis"],
        (320, 180),
    ),
}


@pytest.mark.parametrize("kind", FOOTAGE)
def test_footage_of_every_kind_gets_its_captions_whole(caption: Caption, tools, tmp_path, packaged, kind):
    suffix, given, coded, size = FOOTAGE[kind]
    source = made_by_ffmpeg(packaged, tmp_path / f"source.{suffix}", *given, *coded)

    manifest = caption(source, SRT.replace("01,800", "01,100").replace("01,000", "00,950"))

    found = read_video(file_of(manifest, "video", tools, tmp_path))
    assert (found.width, found.height) == size
    assert found.bt709
    assert abs(found.duration - Fraction(8, 5 if "late" in kind else 6)) < Fraction(1, 2)


def test_command_reads_its_container_alone_and_draws_our_script():
    found = {"index": 0, "codec": "h264", "profile": "High", "width": 640, "height": 360, "rotation": 0}
    found |= {"aspect": "1", "pixels": "yuv420p", "bits": 8, "alpha": False, "rate": "25", "variable": False}
    found |= {"frames": 50, "start": "0", "duration": "2", "missing": "0", "transfer": "sdr", "matrix": 1}
    found |= {"full_range": False, "interlaced": False, "decodes": True}
    read = FootageFacts.model_validate(
        {"video": found, "sounds": [], "covers": 0, "subtitles": 0, "damaged": 0}
    )
    assert read.video
    encoder: Encoder = "libx264"
    settings = VideoSettings(width=640, height=360, fps="25/1")

    argv = burned_argv(Path("ffmpeg"), Film(Container.MOV, read.video, ()), settings, encoder)

    at = argv.index("-i")
    assert (
        argv[at - 9 : at + 2]
        == [
            *("file", "-format_whitelist", "mov", "-err_detect", "explode", "-f", "mov"),
            *("-i", "file:video"),
        ]
        or argv[at + 1] == "file:video"
    )
    assert argv[argv.index("-format_whitelist") + 1] == "mov"
    assert ",ass=filename=captions.ass:fontsdir=fonts:shaping=complex," in argv[argv.index("-vf") + 1]
    assert argv[argv.index("-map") + 1] == "0:0"
    assert argv[-1] == "file:captioned.mp4"


def test_libass_finds_every_font_among_ours(film, tmp_path, ffmpeg: Ffmpeg):
    """It says by what it draws only if asked to be talkative, so this asks it beside the job."""
    from tests.media.captions.conftest import cue  # noqa: PLC0415
    from tests.media.captions.test_writing import written  # noqa: PLC0415 - one helper

    written(tmp_path, [cue("Aa קול قال الآن 日本 हिन्दी")], (320, 180))

    said = subprocess.run(
        [
            *(str(ffmpeg.path), "-hide_banner", "-nostdin", "-loglevel", "verbose", "-i", str(film)),
            *("-vf", "ass=filename=captions.ass:fontsdir=fonts:shaping=complex"),
            *("-frames:v", "1", "-f", "null", "-"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    ).stderr
    chosen = [line.partition("-> ")[2] for line in said.splitlines() if "fontselect" in line]
    assert len(chosen) >= 5
    assert not [font for font in chosen if font.startswith("/") or not font.startswith("Noto")]
    assert "failed to find" not in said
