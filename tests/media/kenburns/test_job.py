"""The request: bounds, names, digests; what a film is cut into; the commands."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from media.asset import Asset
from media.footage.container import Container
from media.footage.source import Footage
from media.footage.work import Work
from media.kenburns.cuts import Cuts
from media.kenburns.encode import shoot_argv
from media.kenburns.job import ImagesToVideoJob
from media.processors import processors


def job_of(count: int = 3, **wishes: object) -> ImagesToVideoJob:
    images = [{"source": f"/pictures/{number}.png"} for number in range(count)]
    return ImagesToVideoJob.model_validate({"images": images, "duration": 2, "fps": 10, **wishes})


def footage_of(job: ImagesToVideoJob) -> dict[str, Footage]:
    def asset(number: int) -> Asset:
        return Asset(
            uri="file:///x", sha256=f"{number:064d}", size=1, media_type="image/png", key="sources/x"
        )

    return {
        name: Footage(asset=asset(number), name=f"{number}.png", container=Container.PNG)
        for number, name in enumerate(job.names)
    }


def test_pictures_without_an_id_are_called_by_their_number():
    job = ImagesToVideoJob.model_validate({"images": [{"source": "a"}, {"source": "b", "id": "cat"}]})

    assert job.names == ["01", "cat"]


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"images": []}, "at least 1"),
        ({"images": [{"source": "a", "id": "x"}, {"source": "b", "id": "X"}]}, "a different id"),
        ({"images": [{"source": "a", "id": "../x"}]}, "pattern"),
        ({"images": [{"source": "https://x/y?token=1"}]}, "without user name, query"),
        ({"zoom_from": 2.0}, "zoom_to of at least zoom_from"),
        ({"mode": "film", "cross_fade": 1.1}, "at most half the shortest picture, found 11 of 20 frames"),
        ({"width": 8192, "height": 8192}, "pixels"),
        ({"codec": "av1", "width": 62}, "at least 64 pixels a side for av1, found 62 x 1080"),
        ({"codec": "hevc", "width": 16, "height": 14}, "greater than or equal to 16"),
        ({"duration": 0}, "greater than or equal to 0.1"),
        ({"focus": {"x": 1.5}}, "less than or equal to 1"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_the_door(wishes, said):
    with pytest.raises(ValidationError, match=said):
        job_of(**wishes)


def test_where_pictures_lie_changes_no_digest_and_everything_else_does():
    job = job_of()
    elsewhere = job.model_copy(
        update={"images": tuple(one.model_copy(update={"source": "/other"}) for one in job.images)}
    )
    digests = [
        Work(one, footage_of(job)).result
        for one in (job, elsewhere, job_of(zoom_to=1.5), job_of(fit="blur"), job.without("02", "it is gone"))
    ]

    assert digests[0] == digests[1]
    assert len(set(digests)) == 4


def test_same_picture_with_the_same_wishes_is_one_clip_in_any_job():
    one, other = job_of(1), job_of(3)
    clips = [Cuts.of(job, footage_of(job)).whole["01"] for job in (one, other)]

    assert clips[0].digest == clips[1].digest
    assert clips[0].digest != Cuts.of(job_of(1, crf=30), footage_of(one)).whole["01"].digest


def test_film_is_cut_into_what_shows_one_picture_and_what_shows_two():
    job = job_of(mode="film", cross_fade=0.5)
    pieces = Cuts.of(job, footage_of(job)).film

    assert [[(one.name, one.first, one.count) for one in piece.layers] for piece in pieces] == [
        [("01", 0, 15)],
        [("01", 15, 5), ("02", 0, 5)],
        [("02", 5, 10)],
        [("02", 15, 5), ("03", 0, 5)],
        [("03", 5, 15)],
    ]


def test_film_without_a_picture_fades_between_its_neighbours():
    job = job_of(mode="film", cross_fade=1)
    pieces = Cuts.of(job, footage_of(job)).without({"02"}).film

    assert [[one.name for one in piece.layers] for piece in pieces] == [["01"], ["01", "03"], ["03"]]


def test_frames_go_into_ffmpeg_raw_and_come_out_tagged():
    argv = shoot_argv(Path("/usr/bin/ffmpeg"), job_of().settings, "libx264", 20, "clip.mp4")

    assert argv[argv.index("-f") : argv.index("-map")] == [
        *("-f", "rawvideo", "-pixel_format", "yuv420p", "-video_size", "1920x1080"),
        *("-framerate", "10/1", "-i", "file:frames.yuv"),
    ]
    assert argv[argv.index("-vf") + 1] == (
        "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709,format=yuv420p"
    )
    assert argv[argv.index("-frames:v") + 1] == "20"


@pytest.mark.parametrize(
    ("told", "said", "found"),
    [
        (({"cpu.max": "150000 100000"}, "0::/"), None, 2),
        (({"cpu.max": "max 100000"}, "0::/"), 1, 1),
        (({"a/cpu.max": "50000 100000", "cpu.max": "max 100000"}, "0::/a/b"), 2, 1),
        (({"cpu/cpu.cfs_quota_us": "100000", "cpu/cpu.cfs_period_us": "100000"}, "3:cpu:/"), None, 1),
        (({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, "3:cpu:/"), 1, 1),
        (({}, "0::/../.."), 1, 1),
    ],
)
def test_processors_are_those_of_the_container(tmp_path, monkeypatch, told, said, found):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(64)))
    files, own = told
    for name, content in files.items():
        (tmp_path / "cgroups" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "cgroups" / name).write_text(f"{content}\n")
    (tmp_path / "own").write_text(f"{own}\n")

    assert processors(said, tmp_path / "cgroups", tmp_path / "own") == found
