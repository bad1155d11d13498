"""What samples of a GPU come to: figures, a word, and a bar."""

import pytest

from media.gpu_use import BAR_CELLS, bar_of, use_of, verdict_of
from media.gpu_watch import GpuSample


def samples(*percents: float, gpu: int = 0, begin: float = 0.0) -> list[GpuSample]:
    return [
        GpuSample(begin + n, gpu, f"GPU {gpu}", "580.1", percent, 1000 + n)
        for n, percent in enumerate(percents)
    ]


@pytest.mark.parametrize(
    ("percents", "verdict"),
    [
        ([99, 98, 97, 100], "steady"),
        ([0, 97, 0, 98, 0, 96], "on-off"),
        ([100] * 8 + [0] * 4, "on-off"),
        ([0, 0, 0, 0], "idle"),
        ([3, 10, 9, 4], "idle"),
        ([100, 0], "too short"),
        ([], "too short"),
    ],
)
def test_use_has_a_word(percents, verdict):
    assert verdict_of(percents) == verdict


def test_on_and_off_shows_in_the_bar():
    assert bar_of([0, 0, 97, 0, 100, 50, 13]) == "▁▁█▁█▅▂"


def test_bar_of_an_hour_still_shows_on_and_off():
    bar = bar_of([0, 100] * 1800)

    assert len(bar) == BAR_CELLS
    assert set(bar) == {"▁", "█"}


def test_only_what_was_sampled_while_frames_rendered_counts():
    (use,) = use_of(samples(0, 0, 100, 80, 90, 0), begin=2, end=4)

    assert (use.samples, use.mean_percent, use.busy_share, use.verdict) == (3, 90.0, 1.0, "steady")
    assert use.max_memory_mib == 1004


def test_each_gpu_is_judged_by_itself():
    first, second = use_of([*samples(0, 0, 0), *samples(90, 90, 90, gpu=3)], 0, 9)

    assert (first.name, first.verdict) == ("GPU 0", "idle")
    assert (second.name, second.verdict) == ("GPU 3", "steady")


def test_no_sample_is_no_figure():
    assert use_of(samples(1, 2, 3), begin=10, end=20) == ()
