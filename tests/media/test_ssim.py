import io

import numpy as np
import pytest
from PIL import Image

from media.ssim import ssim

NOISE = np.random.default_rng(7)


def encoded(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def picture() -> np.ndarray:
    """Soft hills of grey."""
    x, y = np.meshgrid(np.arange(64), np.arange(48))
    return 128 + 60 * np.sin(x / 7) + 50 * np.cos(y / 5)


def test_equal_pictures_are_wholly_alike(picture):
    assert ssim(encoded(picture), encoded(picture)) == pytest.approx(1.0)


def test_noise_makes_pictures_less_alike_the_stronger_it_is(picture):
    noise = NOISE.normal(size=picture.shape)
    alike = [ssim(encoded(picture), encoded(picture + noise * strength)) for strength in (1, 4, 16)]

    assert 1 > alike[0] > 0.98 > alike[1] > alike[2] > 0


def test_inverse_of_a_picture_is_unlike_it(picture):
    assert ssim(encoded(picture), encoded(255 - picture)) < 0


def test_flat_pictures_compare_by_their_brightness_alone():
    dark, light = (encoded(np.full((16, 16), value)) for value in (100, 200))

    expected = (2 * 100 * 200 + 6.5025) / (100**2 + 200**2 + 6.5025)
    assert ssim(dark, light) == pytest.approx(expected)


def test_pictures_of_other_sizes_are_not_alike(picture):
    assert ssim(encoded(picture), encoded(picture[:-1])) == 0


def test_pictures_smaller_than_the_window_are_refused():
    tiny = encoded(np.zeros((10, 20)))

    with pytest.raises(ValueError, match="at least 11 pixels"):
        ssim(tiny, tiny)
