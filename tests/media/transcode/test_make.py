"""Every profile makes what it says, counted after decoding, with pictures and a table that tell of it."""

import json
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from media.errors import BadInput, ToolFailed
from media.footage.container import Container
from media.footage.facts import facts_of
from media.transcode.check import checked
from media.transcode.gate import Gate, told_of
from media.video.check import read_video
from tests.media.footage.files import MOVING, TONE, X264, made, pictures, read
from tests.media.transcode.test_command import recoding

DETAIL = ("-f", "lavfi", "-i", "mandelbrot=s=320x180:r=25:end_pts=25:end_scale=0.4")
CLIP = (*DETAIL, *TONE, "-t", "1", *X264, "-crf", "8", "-c:a", "aac")


@pytest.fixture
def clip(tmp_path) -> Path:
    return made(tmp_path / "clip.mp4", *CLIP)


def bt709(clip: Path) -> Path:
    """Return the same pictures, as near as can be, in the colours that results have."""
    chain = "scale=in_color_matrix=smpte170m:out_color_matrix=bt709,setparams=colorspace=bt709"
    return made(clip.with_name("bt709.mp4"), "-i", str(clip), "-vf", chain, *X264, "-crf", "1")


def sounds_in(path: Path) -> list[str]:
    return [one.codec for one in facts_of(path, Container.MOV, path.name, path.parent).sounds]


@pytest.mark.parametrize(
    ("profile", "codec", "bits"),
    [
        ("web", "h264", "yuv420p"),
        ("proxy", "h264", "yuv420p"),
        ("hevc", "hevc", "yuv420p"),
        ("av1", "av1", "yuv420p"),
        ("prores", "prores", "yuv422p10le"),
        ("archive", "hevc", "yuv420p"),
    ],
)
def test_profile_makes_its_video_with_every_frame_its_colours_and_its_sound(
    transcoded, clip, profile, codec, bits
):
    manifest, files = transcoded(clip, profile=profile)

    facts = read_video(files["video"])
    assert (facts.frames, facts.codec, facts.pix_fmt, facts.fps) == (25, codec, bits, "25/1")
    assert (facts.width, facts.height, facts.duration) == (320, 180, 1)
    assert facts.bt709
    assert files["video"].name == f"clip-transcoded.{'mov' if profile == 'prores' else 'mp4'}"
    assert sounds_in(files["video"]) == ["aac"]
    assert set(files) == {"video", "poster", "contact-sheet", "sprite", "thumbnails", "streams"}
    assert manifest.record.encoder_reason
    found, expected = (pictures(path)[12].astype(float) for path in (files["video"], bt709(clip)))
    assert np.sqrt(np.mean((found - expected) ** 2)) < 12


def test_alpha_is_kept_for_editors_and_laid_over_the_background_for_others(transcoded, tmp_path):
    glass = ("-f", "lavfi", "-i", "color=red@0.0:s=63x49:r=25:d=0.2,format=yuva444p10le")
    source = made(tmp_path / "glass.mov", *glass, "-c:v", "prores_ks", "-profile:v", "4444")

    _, kept = transcoded(source, profile="prores")
    _, laid = transcoded(source, profile="web", background="#00ff00")

    with av.open(str(kept["video"])) as container:
        frame = next(container.decode(video=0))
        assert frame.format.name == "yuva444p12le"
        assert frame.to_ndarray(format="rgba")[24, 32, 3] == 0
    assert np.abs(pictures(laid["video"])[0][24, 32].astype(int) - (0, 255, 0)).max() < 8


def test_part_at_another_rate_and_size_is_what_was_asked_for(transcoded, clip):
    _, files = transcoded(clip, width=160, start=0.2, duration=0.6, fps=50)

    facts = read_video(files["video"])
    assert (facts.frames, facts.width, facts.height, facts.fps) == (30, 160, 90, "50/1")
    first, expected = pictures(files["video"])[0], pictures(clip)[5][1::2, 1::2]
    assert np.abs(first.astype(float) - expected).mean() < 20


def test_thumbnails_stand_where_their_file_says_and_show_those_seconds(transcoded, tmp_path):
    flash = "color=black:s=320x180:r=25:d=2,drawbox=0:0:320:180:white:fill:enable='between(t,1,1.3)'"
    source = made(tmp_path / "flash.mp4", "-f", "lavfi", "-i", flash, *X264)

    _, files = transcoded(source)

    cues = files["thumbnails"].read_text().split("\n\n")[1:]
    sprite = Image.open(files["sprite"]).convert("L")
    assert {cue.splitlines()[1].partition("#")[0] for cue in cues} == {files["sprite"].name}
    shown = []
    for cue in cues:
        times, place = cue.splitlines()
        x, y, width, height = map(int, place.partition("#xywh=")[2].split(","))
        tile = sprite.crop((x, y, x + width, y + height))
        shown.append((float(times[6:12]), np.asarray(tile).mean() > 128))
    assert [at for at, bright in shown if bright] == [at for at, _ in shown if 1 <= at <= 1.3]
    assert any(bright for _, bright in shown)
    assert shown[0][0] == 0
    assert cues[-1].splitlines()[0].endswith("--> 00:00:02.000")


@pytest.mark.parametrize("role", ["poster", "contact-sheet", "sprite"])
def test_pictures_show_something(transcoded, clip, role):
    _, files = transcoded(clip)

    assert np.asarray(Image.open(files[role]).convert("L")).std() > 20


def test_one_frame_is_transcoded_too(transcoded, tmp_path):
    _, files = transcoded(made(tmp_path / "one.mp4", *MOVING, *X264, "-frames:v", "1"))

    assert read_video(files["video"]).frames == 1
    assert files["thumbnails"].read_text().count("-->") == 1


def test_table_says_what_went_in_and_what_came_out(transcoded, clip):
    _, files = transcoded(clip, profile="proxy", width=160)

    rows = json.loads(files["streams"].read_text())
    assert [(row["when"], row["stream"], row["codec"].split()[0]) for row in rows] == [
        ("before", "file", "mov"),
        ("before", "video", "h264"),
        ("before", "sound", "aac"),
        ("after", "file", "mp4"),
        ("after", "video", "h264"),
        ("after", "sound", "aac"),
    ]
    assert rows[0]["size"] == f"{clip.stat().st_size} bytes"
    assert rows[4]["size"] == "160 x 90, yuv420p"


def test_result_that_is_larger_than_the_source_is_reported(transcoded, tmp_path):
    source = made(tmp_path / "small.mp4", *DETAIL, "-t", "1", *X264, "-crf", "40")

    manifest, files = transcoded(source, crf=10)

    larger = files["video"].stat().st_size
    assert any(
        "larger than the video that was sent" in one and f"({larger} bytes, before" in one
        for one in manifest.record.warnings
    )
    manifest, _ = transcoded(source, crf=40, preset="medium")
    assert not [one for one in manifest.record.warnings if "larger" in one]


def test_whoever_asked_is_told_of_what_was_left_out_or_changed(transcoded, tmp_path):
    sounds = [part for n in range(4) for part in ("-map", str(n))]
    varying = ("-vf", "settb=1/90000,setpts='(N/25+lt(11,N)*0.3)/TB'", "-fps_mode", "passthrough")
    source = made(tmp_path / "a.mkv", *MOVING, *TONE, *TONE, *TONE, *sounds, *varying, *X264)

    manifest, files = transcoded(source)

    assert [one.partition(";")[0] for one in manifest.record.warnings][:2] == [
        "its frame rate varies",
        "it has 3 sounds",
    ]
    assert len(sounds_in(files["video"])) == 1
    archived, files = transcoded(source, profile="archive")
    assert len(sounds_in(files["video"])) == 3
    assert not [one for one in archived.record.warnings if "3 sounds" in one]


def test_sound_that_begins_later_than_the_picture_still_does(transcoded, tmp_path):
    late = ("-itsoffset", "0.5", *TONE)
    source = made(tmp_path / "a.mkv", *MOVING, *late, *X264, "-c:a", "flac")

    _, files = transcoded(source)

    (sound,) = read(files["video"])[1].sounds
    assert abs(sound.duration - 1.5) < 0.1
    with av.open(str(files["video"])) as container:
        heard = np.concatenate([one.to_ndarray()[0] for one in container.decode(audio=0)])
    loud = np.flatnonzero(np.abs(heard) > 0.02)[0] / 44100
    assert abs(loud - 0.5) < 0.05


def test_part_after_the_end_of_a_sound_is_made_without_it_and_that_is_said(transcoded, tmp_path):
    short = ("-f", "lavfi", "-i", "sine=f=440:d=0.4")
    source = made(tmp_path / "a.mp4", *MOVING, *short, *X264)

    manifest, files = transcoded(source, start=0.6)

    assert sounds_in(files["video"]) == []
    assert "sounds left out, as they are not heard in the part that is kept: 1" in manifest.record.warnings


def test_same_job_again_is_found_and_not_made(transcoded, clip):
    first, _ = transcoded(clip)
    again, _ = transcoded(clip.rename(clip.with_name("other name.mp4")))

    assert again == first


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("movie.mp4", b"#EXTM3U\n#EXTINF:9,\nfile:///etc/hosts\n", "found a playlist"),
        ("movie.mp4", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "found an SVG drawing"),
        ("movie.mp4", b"", "found an empty file"),
        ("movie.mp4", b"\0\0\0\x18ftypisom\0\0\0\0isommp41", "expected mov footage that can be read"),
        ("it's [100%] a: b,\nc;'.mp4", b"nothing", "found a file of the kind text"),
    ],
)
def test_what_is_no_video_gets_one_sentence_and_nothing_is_published(
    transcoded, tmp_path, name, content, found
):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(BadInput, match=found) as caught:
        transcoded(tmp_path / name)

    assert str(caught.value).isprintable()
    assert not list((tmp_path / "store").rglob("manifest.json"))


@pytest.mark.parametrize("name", ["it's [100%] a: b,\nc;'.mp4", "-i%05d.mp4", "x" * 200 + ".mp4"])
def test_name_of_any_kind_is_only_a_name(transcoded, tmp_path, name):
    _, files = transcoded(made(tmp_path / "a.mp4", *MOVING, *X264).rename(tmp_path / name))

    assert read_video(files["video"]).frames == 25


def test_damaged_video_is_refused_and_nothing_is_published(transcoded, tmp_path):
    data = bytearray(made(tmp_path / "a.mp4", *MOVING, *X264, "-movflags", "+faststart").read_bytes())
    data[len(data) // 2 :][:3000] = bytes(3000)
    data = (
        data[: len(data) // 2] + bytes((n * 7919) % 251 for n in range(2000)) + data[len(data) // 2 + 2000 :]
    )
    (tmp_path / "b.mp4").write_bytes(data)

    with pytest.raises(BadInput, match=r"b\.mp4: expected footage that decodes to its end"):
        transcoded(tmp_path / "b.mp4")
    assert not list((tmp_path / "store").rglob("manifest.json"))


@pytest.mark.parametrize("profile", ["web", "prores"])
def test_damaged_sound_is_refused_where_it_is_copied_and_nothing_is_published(
    transcoded, clip, tmp_path, profile
):
    (tmp_path / "b.mp4").write_bytes(with_spoiled_sound(clip))

    with pytest.raises(BadInput, match=r"b\.mp4, sound 1: expected sound that decodes to its end"):
        transcoded(tmp_path / "b.mp4", profile=profile)
    assert not list((tmp_path / "store").rglob("manifest.json"))


def test_damaged_sound_is_refused_where_it_is_encoded(transcoded, clip, tmp_path):
    (tmp_path / "b.mp4").write_bytes(with_spoiled_sound(clip))

    with pytest.raises(BadInput, match=r"b\.mp4: expected footage that decodes to its end"):
        transcoded(tmp_path / "b.mp4", duration=0.9)


def with_spoiled_sound(video: Path) -> bytes:
    """Return an MP4 with every other packet of its sound overwritten; the index is as it was."""
    data = bytearray(video.read_bytes())
    with av.open(str(video)) as container:
        for number, packet in enumerate(container.demux(audio=0)):
            if packet.size and number % 2:
                noise = np.random.default_rng(number).bytes(packet.size)
                data[packet.pos : packet.pos + packet.size] = noise
    return bytes(data)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"span": 2}, "expected 49 to 51 frames, found 25"),
        ({"width": 640}, r"expected \(640, 180\) pixels, found \(320, 180\)"),
        ({"fps": "30/1"}, "expected 30/1 frames a second, found 25/1"),
        ({"codec": "hevc"}, "expected hevc, found h264"),
    ],
)
def test_video_that_is_not_as_asked_for_is_not_believed(transcoded, clip, wrong, told):
    _, files = transcoded(clip)
    _, facts = read(clip)
    asked = recoding(video=facts.video)
    update = {"width": 320, "height": 180} | {name: each for name, each in wrong.items() if name != "span"}
    asked = recoding(video=facts.video, settings=asked.settings.model_copy(update=update))

    with pytest.raises(ToolFailed, match=told):
        checked(files["video"], asked, wrong.get("span", 1))


def test_gate_lowers_crf_until_the_result_passes_and_says_what_it_measured(transcoded, clip):
    manifest, _ = transcoded(clip, crf=36, gate="ssim", gate_target=96, preset="veryfast")

    (told,) = [one for one in manifest.record.warnings if "SSIM" in one]
    assert "as asked for (96)" in told
    scores = [float(part.split(": ")[1]) for part in told.partition("measured: ")[2].split(", ")]
    assert len(scores) > 1
    assert scores == sorted(scores)
    assert scores[-1] >= 96 > scores[-2]


def test_gate_that_cannot_be_passed_is_said_and_the_best_is_kept(transcoded, clip):
    manifest, files = transcoded(clip, crf=16, gate="ssim", gate_target=100, preset="veryfast")

    (told,) = [one for one in manifest.record.warnings if "SSIM" in one]
    assert "at crf 8, less than asked for (100)" in told
    assert read_video(files["video"]).frames == 25


def test_vmaf_is_measured_where_ffmpeg_has_it_and_ssim_where_not(transcoded, ffmpeg, clip):
    manifest, _ = transcoded(clip, ffmpeg, gate="vmaf", start=0.3, fps=12)

    told = " ".join(manifest.record.warnings)
    has_vmaf = "no VMAF, so SSIM was taken" not in told
    assert ("its VMAF is 9" in told) == has_vmaf
    assert ("its SSIM is 9" in told) != has_vmaf
    assert ("the same job finds this result wherever it runs" in told) != has_vmaf


def test_gate_tells_why_another_measure_was_taken():
    told = told_of(Gate("ssim", 97, "no VMAF here"), [(26, 95.0), (22, 97.5)])

    assert told == [
        "no VMAF here",
        "its SSIM is 97.50 at crf 22, as asked for (97); measured: crf 26: 95.00, crf 22: 97.50",
    ]
