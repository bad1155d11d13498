"""What a stage makes changes only together with its RECIPE, which is in every digest made from it.

When a test here fails and the change is wanted: raise the stage's RECIPE, then run
`python -m pytest tests/golden --write-golden` and commit what it wrote.
"""

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from media import deliverables, jobs, scene
from media import plan as plans
from media.geometry import prepare
from media.job import StillJob
from media.psnr import psnr_db
from media.video.command import encode_argv
from media.video.settings import VideoSettings

HERE = Path(__file__).parent
RECIPES = HERE / "recipes.json"
PICTURE = HERE / "bearing.png"
SAME_PICTURE_DB = 40.0
"""Blender's patch releases and other processors differ by noise; another look differs by far more."""


@pytest.fixture(scope="module")
def made(bearing_step, tmp_path_factory):
    """One small still of the bearing: its geometry's report, and its picture."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RENDERMILL_STORE", str(tmp_path_factory.mktemp("golden")))
        from blocks.tools import open_tools  # noqa: PLC0415 - reads the variable just set

        tools = open_tools()
    job = StillJob(source=str(bearing_step), detail="coarse", width=96, height=72, samples=16)
    manifest = jobs.run(job, tools)
    geometry = prepare.find_geometry(manifest.record.geometry, tools.store)
    assert geometry
    return geometry.report, tools.store.get(manifest.output("still").asset.key)


def recipes() -> dict[str, int]:
    return {
        "geometry": prepare.RECIPE,
        "scene": scene.RECIPE,
        "render": plans.RENDER_RECIPE,
        "output": plans.OUTPUT_RECIPE,
    }


def facts_of(report) -> dict[str, object]:
    return {
        "parts": report.parts,
        "distinct_parts": report.distinct_parts,
        "triangles": report.triangles,
        "distinct_triangles": report.distinct_triangles,
        "bounds": [f"{value:.6f}" for value in (*report.bounds_min, *report.bounds_max)],
        "part_names": sorted(report.part_names),
    }


def command() -> list[str]:
    settings = VideoSettings(width=639, height=480, fps="24000/1001", crf=18)
    return encode_argv(Path("ffmpeg"), settings, "libx264", Path("video.mp4"), alpha=True)


def sheet() -> list[int]:
    return [deliverables.SHEET_FRAMES]


@pytest.fixture(scope="module")
def golden(request, made) -> dict[str, object]:
    """What was made when the recipes were last raised."""
    if request.config.getoption("--write-golden"):
        report, picture = made
        PICTURE.write_bytes(picture)
        golden = {"recipes": recipes(), "geometry": facts_of(report), "command": command(), "sheet": sheet()}
        RECIPES.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
    return json.loads(RECIPES.read_text())


def test_recipes_are_those_that_the_golden_results_were_made_by(golden):
    assert recipes() == golden["recipes"], "recipes were raised: write the golden results anew"


def test_geometry_is_what_its_recipe_made(golden, made):
    assert facts_of(made[0]) == golden["geometry"], "raise RECIPE in media/geometry/prepare.py"


def test_picture_is_what_its_recipes_made(golden, made):
    assert golden
    apart = psnr_db(PICTURE.read_bytes(), made[1])

    assert apart >= SAME_PICTURE_DB, "raise RECIPE in media/scene.py or RENDER_RECIPE in media/plan.py"


def test_outputs_are_made_as_their_recipe_did(golden):
    assert (command(), sheet()) == (golden["command"], golden["sheet"]), (
        "raise OUTPUT_RECIPE in media/plan.py"
    )


def test_another_look_would_be_noticed(golden):
    assert golden
    with Image.open(PICTURE) as picture:
        darker = picture.point(lambda value: value * 0.95)
    file = io.BytesIO()
    darker.save(file, "PNG")

    assert psnr_db(PICTURE.read_bytes(), file.getvalue()) < SAME_PICTURE_DB
