"""Frames of a shot in every file format, by a real Blender, as they pass the gate."""

import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from media.frame_display import written_beside
from media.frame_gate import BadFrame, FrameSpec, inspect_frame
from media.shot.formats import NAMES_IN_EXR, in_order
from media.webp import as_png
from tests.blender_scripts.make_shot import HEIGHT, WIDTH

MAKER = Path(__file__).with_name("make_shot.py")
LAYERS = ("Beauty", "Ball.001")
EVERY_PASS = tuple(NAMES_IN_EXR.values())
OWN_PASSES = (("Combined",), ("Mist",), ("CryptoMaterial00",))
PICTURE = FrameSpec(width=WIDTH, height=HEIGHT, channels=3)


@dataclass(frozen=True)
class Rendered:
    """Renders one frame of the shot, once for each wish."""

    blender: object
    folder: Path

    def frame(self, name: str, layer: str = "", **settings: object) -> Path:
        path = self.folder / f"{name}.part"
        if path.exists():
            return path
        folder = self.folder / name
        folder.mkdir()
        job = {
            "do": "render_shot",
            "scene": str(self.folder / "shot.blend"),
            "choice": {"view_layer": layer},
            "settings": {"color_depth": "16", **settings},
        }
        commands = json.dumps({"frame": 1, "path": str(path)}) + "\n"
        outcome = self.blender.run(folder, job, commands)
        assert outcome.code == 0, outcome.log[-2000:]
        return path

    @property
    def png(self) -> Path:
        return self.frame("png", format="PNG", color_depth="8")

    @property
    def exr(self) -> Path:
        return self.frame("exr", format="OPEN_EXR", display=True)

    @property
    def layers(self) -> Path:
        """All passes of both layers, and a picture beside."""
        passes = in_order(NAMES_IN_EXR)
        return self.frame("layers", format="OPEN_EXR_MULTILAYER", passes=passes, display=True)

    @property
    def own_layers(self) -> Path:
        return self.frame("own", format="OPEN_EXR_MULTILAYER", color_depth="32")


@pytest.fixture(scope="module")
def rendered(blender, tmp_path_factory) -> Rendered:
    folder = tmp_path_factory.mktemp("formats")
    outcome = blender.run_script(folder, MAKER, str(folder / "shot.blend"))
    assert outcome.code == 0, outcome.log[-2000:]
    return Rendered(blender, folder)


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def spec(passes: tuple[tuple[str, ...], ...], layers: tuple[str, ...] = LAYERS) -> FrameSpec:
    return FrameSpec(
        width=WIDTH,
        height=HEIGHT,
        channels=4,
        format="OPEN_EXR_MULTILAYER",
        layers=layers,
        passes=passes,
    )


def planes(path: Path) -> dict[str, np.ndarray]:
    parts = OpenEXR.File(str(path), separate_channels=True).parts
    return {name: channel.pixels for part in parts for name, channel in part.channels.items()}


def notes(path: Path) -> dict[str, object]:
    return {name: value for part in OpenEXR.File(str(path)).parts for name, value in part.header.items()}


def test_webp_has_the_very_pixels_of_the_png(rendered):
    webp = rendered.frame("webp", format="WEBP", color_depth="8")

    assert inspect_frame(webp, PICTURE.model_copy(update={"format": "WEBP"})).bit_depth == 8
    as_it_is_shown = pixels(io.BytesIO(as_png(webp.read_bytes())))
    assert (as_it_is_shown[..., :3] == pixels(rendered.png)).all()


def test_exr_is_of_half_floats_and_shown_as_the_png_would_show_it(rendered):
    facts = inspect_frame(rendered.exr, PICTURE.model_copy(update={"channels": 4, "format": "OPEN_EXR"}))
    shown = written_beside(rendered.exr)

    assert (facts.bit_depth, facts.uniform) == (16, False)
    assert inspect_frame(shown, PICTURE).bit_depth == 8
    assert (pixels(shown) == pixels(rendered.png)).all()


def test_every_pass_that_is_asked_for_is_in_every_layer_in_use_and_no_other(rendered):
    facts = inspect_frame(rendered.layers, spec(EVERY_PASS))

    assert (facts.bit_depth, facts.uniform) == (16, False)
    assert not [name for name in planes(rendered.layers) if name.startswith("Left out")]
    assert (pixels(written_beside(rendered.layers)) == pixels(rendered.png)).all()


def test_layers_show_what_they_are_to_show(rendered):
    found = planes(rendered.layers)

    assert found["Ball.001.Combined.R"].mean() != pytest.approx(found["Beauty.Combined.R"].mean(), rel=1e-3)
    normal = np.stack([found[f"Beauty.Normal.{axis}"] for axis in "XYZ"], axis=-1)
    lengths = np.linalg.norm(normal, axis=-1)
    assert lengths.max() == pytest.approx(1.0, abs=0.05)
    assert found["Beauty.CryptoObject00.r"].dtype == np.float32


def test_cryptomatte_names_the_objects(rendered):
    manifests = [
        json.loads(str(value)) for name, value in notes(rendered.layers).items() if name.endswith("/manifest")
    ]

    assert any({"ball", "block"} <= manifest.keys() for manifest in manifests)


def test_scene_keeps_its_own_passes_where_none_are_asked_for(rendered):
    assert inspect_frame(rendered.own_layers, spec(OWN_PASSES)).bit_depth == 32
    with pytest.raises(BadFrame, match=r"expected the passes Beauty\.Normal, Ball\.001\.Normal, found only"):
        inspect_frame(rendered.own_layers, spec((("Normal",),)))
    assert not written_beside(rendered.own_layers).exists()


def test_no_path_of_this_machine_and_no_date_is_in_the_file(rendered):
    said = {name for path in (rendered.exr, rendered.layers) for name in notes(path)}

    assert not said & {"File", "Date", "Time", "RenderTime", "Hostname"}


def test_layer_that_is_chosen_is_alone_in_the_file(rendered):
    alone = rendered.frame(
        "alone", "Ball.001", format="OPEN_EXR_MULTILAYER", passes=["combined", "cryptomatte_object"]
    )

    assert inspect_frame(alone, spec((("Combined",), ("CryptoObject00",)), ("Ball.001",))).channels == 4
    assert {name.rpartition(".")[0] for name in planes(alone)} == {
        "Ball.001.Combined",
        *(f"Ball.001.CryptoObject0{level}" for level in range(3)),
    }
