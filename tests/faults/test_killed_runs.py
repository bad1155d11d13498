"""A run killed at any named point leaves nothing half-done in sight, and the next goes on where it stopped.

The short version kills at a few points and runs with every check; `make faults` kills at all of them, and at
random moments. Points that only a download or an upload to S3 reaches are those of `test_web_to_s3.py`,
those of catalogues of `test_killed_catalogue.py`, those of shots of `test_killed_shot.py`.
"""

import random
import signal

import pytest

from media.faults import FAULT_POINTS, FaultPoint
from tests.faults.runs import LEDGER, Engine, assert_holds
from tests.processes import descendants, wait_until_gone

SHORT: tuple[FaultPoint, ...] = (
    "geometry.before_report",
    "frame.before_put",
    "frame.after_put",
    "manifest.before_put",
)
OF_STILLS: set[FaultPoint] = {"still.before_put"}
BETWEEN_WEB_AND_S3: set[FaultPoint] = {"download.in_body", "upload.before_complete"}
OF_CATALOGUES: set[FaultPoint] = {
    "catalogue.after_assessment",
    "index.before_put",
    "gallery.before_put",
    "gallery.after_put",
}
OF_SHOTS: set[FaultPoint] = {"template.before_report", "shot.before_put", "shot.before_report"}
ELSEWHERE = OF_STILLS | BETWEEN_WEB_AND_S3 | OF_CATALOGUES | OF_SHOTS
POINTS = [point for point in FAULT_POINTS if point not in ELSEWHERE]
BEFORE_FRAMES = ("source", "lease", "geometry", "scene")


@pytest.mark.parametrize(
    "point", [pytest.param(p, marks=() if p in SHORT else pytest.mark.long) for p in POINTS]
)
def test_run_killed_at_a_named_point_resumes(point, request):
    engine: Engine = request.getfixturevalue(
        "engine" if point.startswith(BEFORE_FRAMES) else "engine_with_scene"
    )

    killed, before = engine.run_until(point)
    done, after = engine.run()

    assert killed == -signal.SIGKILL
    assert done == 0
    assert after[-1] == "done"
    assert_holds(engine, before + after, 1)


@pytest.mark.parametrize("seed", [pytest.param(n, marks=pytest.mark.long) for n in range(6)])
def test_run_killed_again_and_again_at_random_moments_finishes(seed, engine_with_scene):
    moment = random.Random(seed)  # noqa: S311 - a seed to repeat a failure by
    said: list[str] = []

    for _ in range(3):
        with engine_with_scene.start() as process:
            assert process.stdout is not None
            said += [process.stdout.readline().strip() for _ in range(moment.randint(1, 3))]
            process.kill()
            said += process.stdout.read().splitlines()
    done, last = engine_with_scene.run()

    assert done == 0
    assert_holds(engine_with_scene, [*said, *last], 3)
    LEDGER.seeds.add(seed)


def test_nothing_of_a_killed_run_is_left_alive(engine_with_scene):
    with engine_with_scene.start() as process:
        assert process.stdout is not None
        process.stdout.readline()
        below = descendants(process.pid)
        process.kill()

    assert below, "there was a renderer to leave behind"
    for pid in below:
        wait_until_gone(pid)
