"""Each metric on clips made for it: one just inside of its bound, one just outside."""

import io
import math

import numpy as np
import pytest
from PIL import Image

from media.pictures.clip import frames_of, shrunk, smoothed
from media.pictures.figures import Figure
from media.pictures.flicker import FLICKER_BOUND, WINDOW, flicker, still_pixels
from media.pictures.highlights import CLIPPED_BOUND, clipped_highlights
from media.pictures.likeness import DIFFERENT_FROM, difference, unequal_share
from media.pictures.motion import MOTION_BOUND, largest_motion
from media.pictures.seam import SEAM_BOUND, loop_seam, seam_between

WIDTH, HEIGHT = 240, 136
ROWS, COLUMNS = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)


def shown(planes):
    """Grey frames as they are displayed."""
    grey = np.clip(np.rint(planes), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., np.newaxis], 3, axis=-1)


def noise(*shape: int, seed=1):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def cloth(rows, columns, seed=1):
    """A soft random pattern, spread by 30 about 110."""
    pattern = smoothed(smoothed(noise(1, rows, columns, seed=seed), 2), 2)[0]
    return pattern / pattern.std() * 30 + 110


def gliding(pixels, frames=3):
    """A pattern under a camera that moves by so many pixels a frame."""
    wide = cloth(HEIGHT, WIDTH + 200)
    at = pixels * np.arange(frames)[:, np.newaxis] + np.arange(WIDTH)
    return shown(
        np.stack([[np.interp(places, np.arange(WIDTH + 200), row) for row in wide] for places in at])
    )


def spot(column, row=68.0, radius=4.0, light=180.0):
    """A small light on black."""
    return light * np.clip(radius + 0.5 - np.hypot(COLUMNS - column, ROWS - row), 0, 1)


def turning(gap, frames=60):
    """A light that goes round, and at the end is so many steps from where it began."""
    angles = np.arange(frames) * math.tau / (frames - 1 + gap)
    return shown(np.stack([spot(120 + 30 * math.cos(a), 68 + 30 * math.sin(a), 20) for a in angles]))


@pytest.mark.parametrize(("gap", "is_inside"), [(0, True), (1, True), (1.4, True), (1.6, False), (3, False)])
def test_seam_of_a_turn_whose_end_is_some_steps_before_its_beginning(gap, is_inside):
    clip = turning(gap)

    assert loop_seam(clip) == pytest.approx(gap, abs=0.05)
    assert (loop_seam(clip) <= SEAM_BOUND) == is_inside


def test_seam_of_a_still_picture_is_none():
    still = shown(np.stack([cloth(HEIGHT, WIDTH)] * 4))

    assert loop_seam(still) == 0


def test_seam_of_a_clip_that_stands_still_but_for_its_end_is_infinite():
    assert loop_seam(shown(np.stack([spot(50)] * 3))) == 0
    assert seam_between(shown(spot(50)), shown(spot(60)), [shown(np.stack([spot(50)] * 2))]) == math.inf


@pytest.mark.parametrize(("deviation", "is_inside"), [(0.0, True), (0.85, True), (1.15, False), (2.0, False)])
def test_flicker_of_a_smooth_background(deviation, is_inside):
    background = 40 + COLUMNS / 8 + ROWS / 8
    clip = shown(background + deviation * noise(WINDOW + 4, HEIGHT, WIDTH))

    assert (flicker(clip) < FLICKER_BOUND) == is_inside
    assert flicker(clip) == pytest.approx(math.hypot(deviation, 0.29), rel=0.15, abs=0.3)


def test_flicker_in_blotches_is_found():
    blotches = smoothed(noise(WINDOW, HEIGHT, WIDTH), 1)
    clip = shown(60 + 1.4 * blotches / blotches.std())

    assert flicker(clip) > FLICKER_BOUND


def test_flicker_in_one_corner_is_found():
    rough = noise(WINDOW, HEIGHT, WIDTH) * ((COLUMNS < 80) & (ROWS < 50))

    assert flicker(shown(60 + 1.6 * rough)) > FLICKER_BOUND


def test_what_moves_is_no_flicker():
    moving = [40 + COLUMNS / 8 + spot(40 + 3 * n, radius=9, light=150) for n in range(WINDOW + 4)]

    assert flicker(shown(np.stack(moving))) < FLICKER_BOUND


def test_light_that_comes_and_goes_is_no_flicker():
    pulsing = [60 + 8 * math.sin(math.tau * n / 90) + COLUMNS / 8 for n in range(20)]

    assert flicker(shown(np.stack(pulsing))) < FLICKER_BOUND


def test_smooth_surface_under_a_gliding_camera_is_no_flicker():
    passing = [60 + 50 * np.sin((COLUMNS + 0.4 * n) / 30) for n in range(WINDOW)]

    assert flicker(shown(np.stack(passing))) < FLICKER_BOUND


def test_fine_pattern_that_passes_is_no_flicker():
    pattern = 40 * (np.sin(COLUMNS * 1.5) * np.sin(ROWS * 1.5) > 0) * (COLUMNS > 80)
    passing = [60 + np.roll(pattern, n, axis=1) for n in range(WINDOW)]

    assert flicker(shown(np.stack(passing))) < FLICKER_BOUND


def test_where_nothing_stands_still_flicker_cannot_be_told():
    assert math.isnan(flicker(gliding(5.0, WINDOW)))
    assert math.isnan(flicker(shown(100 + 60 * noise(WINDOW, HEIGHT, WIDTH))))


def test_pixels_are_still_where_nothing_passes():
    passing = np.stack([60 + spot(40 + 4 * n, radius=9) for n in range(WINDOW)]).astype(np.float32)

    still = still_pixels(passing)

    assert still[:40].all()
    assert not still[60:76, 40:72].any()


def test_flicker_needs_a_window_of_frames():
    with pytest.raises(ValueError, match="expected at least 9 frames to find what stands still, found 8"):
        flicker(shown(noise(WINDOW - 1, 20, 20)))


@pytest.mark.parametrize(("share", "is_inside"), [(0.004, True), (0.006, False)])
@pytest.mark.parametrize("channel", [0, 1, 2])
def test_highlights_that_are_clipped_in_one_channel(share, is_inside, channel):
    clip = np.full((3, 100, 100, 3), 200, np.uint8)
    clip[1].reshape(-1, 3)[: int(share * 10_000), channel] = 254

    assert (clipped_highlights(clip) < CLIPPED_BOUND) == is_inside
    assert clipped_highlights(clip) == pytest.approx(100 * share)


def test_bright_is_not_clipped():
    assert clipped_highlights(np.full((1, 10, 10, 3), 253, np.uint8)) == 0


@pytest.mark.parametrize("per_cent", [0.2, 1.0, 1.9, 2.1, 5.0])
def test_motion_of_the_whole_picture(per_cent):
    clip = gliding(per_cent / 100 * WIDTH)

    found = largest_motion(clip)

    assert found == pytest.approx(per_cent, abs=0.1)
    assert (found < MOTION_BOUND) == (per_cent < MOTION_BOUND)


@pytest.mark.parametrize("per_cent", [0.5, 1.85, 2.15, 4.0, 10.0])
def test_motion_of_one_small_thing_before_a_pattern_that_stands_still(per_cent):
    pattern = 0.3 * cloth(HEIGHT, WIDTH)
    clip = shown(np.stack([pattern + spot(60 + per_cent / 100 * WIDTH * n, radius=2) for n in range(4)]))

    found = largest_motion(clip)

    assert found == pytest.approx(per_cent, abs=0.12)
    assert (found < MOTION_BOUND) == (per_cent < MOTION_BOUND)


def test_motion_is_the_same_in_every_size():
    small = gliding(3.0)
    large = np.repeat(np.repeat(small, 2, axis=1), 2, axis=2)

    assert largest_motion(large) == pytest.approx(largest_motion(small), abs=0.01)


def test_light_that_comes_and_goes_does_not_move():
    pulsing = np.stack([(0.5 + 0.05 * n) * cloth(HEIGHT, WIDTH) for n in range(4)])

    assert largest_motion(shown(pulsing)) < 0.3


def test_picture_without_features_does_not_move():
    assert largest_motion(shown(np.full((3, HEIGHT, WIDTH), 50.0))) == 0


def test_light_that_goes_out_while_another_goes_on_does_not_move():
    lights = [spot(60) * (n < 2) + spot(80) * (n >= 2) for n in range(5)]

    assert largest_motion(shown(np.stack(lights))) == 0


def test_motion_needs_a_frame_after():
    with pytest.raises(ValueError, match="expected at least 3 frames to find what moves, found 2"):
        largest_motion(gliding(1.0, frames=2))


def test_things_that_are_alike_are_not_taken_for_each_other():
    rows = np.stack([sum(spot(20 + 24 * k + 1.5 * n, radius=3) for k in range(8)) for n in range(4)])

    assert largest_motion(shown(rows)) == pytest.approx(1.5 / WIDTH * 100, abs=0.1)


def test_two_seeds_differ_from_the_bound_on():
    one = shown(cloth(HEIGHT, WIDTH, seed=1))

    assert difference(one, one + np.uint8(1)) < DIFFERENT_FROM
    assert difference(one, shown(cloth(HEIGHT, WIDTH, seed=2))) >= DIFFERENT_FROM


def test_one_pixel_that_differs_is_told():
    one = shown(cloth(100, 100))
    other = one.copy()
    other[5, 7, 2] ^= 1

    assert unequal_share(one, one) == 0
    assert unequal_share(one, other) == pytest.approx(0.01)


def png(color, mode):
    file = io.BytesIO()
    Image.new(mode, (4, 2), color).save(file, "PNG")
    return file.getvalue()


def test_frames_are_decoded_in_order_as_they_look():
    clip = frames_of([png((255, 0, 0), "RGB"), png((0, 0, 255, 0), "RGBA")])

    assert clip.shape == (2, 2, 4, 3)
    assert clip[0, 0, 0].tolist() == [255, 0, 0]
    assert clip[1, 0, 0].tolist() == [0, 0, 0]


def test_smaller_frames_are_means():
    clip = shown(np.arange(16, dtype=np.float32).reshape(1, 4, 4))

    assert shrunk(clip, 2)[0].tolist() == [[2.5, 4.5], [10.5, 12.5]]


@pytest.mark.parametrize(
    ("value", "sign", "holds"),
    [(1.0, "<", False), (0.99, "<", True), (1.0, "<=", True), (1.01, "<=", False), (1.0, ">=", True)],
)
def test_figure_keeps_its_bound(value, sign, holds):
    assert Figure("x", value, 1.0, "%", sign).holds == holds


def test_figure_that_could_not_be_measured_is_broken():
    figure = Figure("x", math.nan, 1.0, "%")

    assert not figure.holds
    assert figure.found == "not measurable"
    assert figure.wanted == "< 1 %"
