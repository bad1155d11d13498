"""A clip killed where its scene is built or prepared goes on from there, and is one clip in the end."""

import json
import signal

import pytest

from media.broll.templates import known_templates
from media.manifest import Manifest
from tests.faults.runs import Engine

FRAMES = 3
CLIP = {
    "template": next(iter(known_templates())),
    "width": 32,
    "height": 18,
    "samples": 1,
    "fps": 10,
    "duration": FRAMES / 10,
}


@pytest.mark.parametrize(
    "point",
    [
        "template.before_report",
        pytest.param("shot.before_put", marks=pytest.mark.long),
        pytest.param("shot.before_report", marks=pytest.mark.long),
    ],
)
def test_clip_killed_before_its_scene_is_there_goes_on(point, tmp_path):
    engine = Engine(tmp_path, json.dumps(CLIP))

    killed, before = engine.run_until(point, "--broll")
    done, after = engine.run("--broll")
    again, more = engine.run("--broll")

    assert (killed, done, again) == (-signal.SIGKILL, 0, 0)
    assert before == []
    assert len([line for line in after if line.startswith("rendered")]) == FRAMES
    assert more == ["done"], "what is finished is found"
    (manifest,) = (
        Manifest.model_validate_json(engine.store.get(stat.key)) for stat in engine.store.list("manifests/")
    )
    assert [frame.number for frame in manifest.content.frames] == [1, 2, 3]
    assert list(engine.temporary.iterdir()) == []
