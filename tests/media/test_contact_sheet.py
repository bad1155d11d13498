import base64
import io

import numpy as np
import pytest
from PIL import Image

from media.contact_sheet import as_data_uri, contact_sheet, poster
from media.errors import BadInput
from tests.fakes.pictures import cut_out, frame, noisy_frame, png_of


def opened(webp: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(webp))
    assert image.format == "WEBP"
    return image.convert("RGB")


def test_poster_is_the_frame_made_small_enough_for_a_page():
    image = opened(poster(frame(width=1280, height=960)))

    assert image.size == (640, 480)


def test_poster_of_a_small_frame_is_not_enlarged():
    assert opened(poster(frame(width=64, height=48))).size == (64, 48)


def test_poster_of_a_transparent_frame_is_white_behind():
    assert min(opened(poster(cut_out())).getpixel((8, 24))) > 250  # type: ignore[arg-type, type-var]


@pytest.mark.parametrize("make", [poster, lambda data: contact_sheet([(n, data) for n in range(1, 13)])])
def test_previews_stay_below_100_kb_whatever_they_show(make):
    assert len(make(noisy_frame(width=500, height=500))) <= 100_000


@pytest.mark.parametrize(
    ("count", "grid"), [(1, (1, 1)), (2, (2, 1)), (12, (4, 3)), (24, (6, 4)), (7, (4, 2))]
)
def test_sheet_is_a_grid_that_a_page_has_room_for(count: int, grid: tuple[int, int]):
    columns, rows = grid
    data = frame(width=448, height=448)

    image = opened(contact_sheet([(number, data) for number in range(1, count + 1)]))

    assert image.size == (2 * 20 + columns * 224 + (columns - 1) * 14, 2 * 20 + rows * (224 + 29) - 14)


def test_every_frame_is_in_its_place_with_its_number_below():
    greys = [40, 90, 140, 190]
    tiles = [png_of(np.full((224, 224, 3), grey, np.uint8)) for grey in greys]

    pixels = np.asarray(opened(contact_sheet(list(zip([1, 7, 13, 19], tiles, strict=True)))), float)

    middles = [
        pixels[20 + 112 + row * 253, 20 + 112 + column * 238].mean() for row in (0, 1) for column in (0, 1)
    ]
    assert middles == pytest.approx(greys, abs=4)
    assert pixels[20 + 224 + 2 : 20 + 224 + 22, 20:50].min() < 180  # ink on the paper below the first
    assert pixels[20 + 224 + 2 : 20 + 224 + 22, 80:200].min() > 230


def test_sheet_of_very_flat_frames_can_be_made():
    assert opened(contact_sheet([(1, frame(width=2048, height=4))] * 3)).width > 224


def test_sheet_of_no_frames_is_bad_input():
    with pytest.raises(BadInput, match="at least one frame"):
        contact_sheet([])


def test_data_uri_holds_the_picture_itself():
    webp = poster(frame())

    kind, _, data = as_data_uri(webp).partition(",")

    assert kind == "data:image/webp;base64"
    assert base64.b64decode(data) == webp
