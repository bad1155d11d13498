"""Jobs at a renderer host whose Blender is a fake, and misbehaves as real ones do."""

import json
import os
import signal
import threading

import pytest

from media.blender_events import FrameWritten
from media.ending import Finished
from media.errors import BadInput, OutOfResources, RefusedHere, TimedOut, ToolCrashed, ToolFailed
from media.frames import committed_frames
from media.patience import retried
from media.renderer_host.outcome import Outcome
from media.renderer_host.quarantine import KILLED_FOR_S, Quarantine
from media.renderer_host.warm_blender import Terms
from tests.media.renderer_host.conftest import OTHER, frame
from tests.media.test_rendering import FRAMES, PLAN
from tests.processes import is_alive, wait_until_gone


def warmths(frames):
    return {one.warmth for one in frames}


def rendered_by(place, script, number=1):
    """Have a job render one frame; returns what the renderer says of it."""
    path = place.folder / f"{number}-{id(script)}.png"
    script.send(frame(number, path))
    return next(event for event in map(json.loads, script.reports()) if event["event"] == "frame_written")


def test_two_jobs_share_one_blender_and_their_frames_say_how_warm_it_was(place):
    with place.host():
        first = place.render()
        again = place.render(render=OTHER)

    assert len(first) == len(again) == FRAMES
    assert (warmths(first), warmths(again)) == ({"cold"}, {"warm scene"})
    assert len(place.started) == 1
    assert committed_frames(PLAN, place.store)[1].warmth == "cold"


def test_blender_whose_gpu_failed_it_gets_no_other_job(place):
    with place.host():
        place.render("falls-back")
        place.render("falls-back", render=OTHER)

    assert len(place.started) == 2


def test_no_blender_is_left_when_the_host_has_ended(place):
    with place.host():
        place.render()
        assert is_alive(place.started[0])

    wait_until_gone(place.started[0])
    assert not place.socket.exists()


def test_blender_that_is_ended_leaves_no_temporary_folder_but_its_caches(place):
    with place.host():
        place.render()
        home = next(home for home in place.folder.joinpath("homes").iterdir() if (home / "job.json").exists())
        (home / "blender_a1B2c3" / "below").mkdir(parents=True)
        (home / ".cache").mkdir()

    assert sorted(path.name for path in home.iterdir()) == [".cache", "job.json"]


def test_blender_that_is_killed_loses_the_frame_that_it_was_at(place):
    heard = []

    with place.host():
        with pytest.raises(ToolCrashed, match=r"frame 2 of job abab.*killed from outside.*gets another"):
            place.render("killed-once")
        assert list(committed_frames(PLAN, place.store)) == [1]
        frames = place.render("killed-once", heard=heard.append)

    assert len(frames) == FRAMES
    assert [event.frame for event in heard if isinstance(event, FrameWritten)] == list(range(2, FRAMES + 1))
    assert len(place.started) == 2


def test_retries_of_the_job_render_what_a_killed_blender_left(place):
    with place.host():
        frames = retried(lambda: place.render("killed-once"))

    assert len(frames) == FRAMES


@pytest.mark.parametrize(
    ("behaviour", "error", "sentence"),
    [
        ("crash", RefusedHere, "died by signal 11, twice; look at the model"),
        ("killed", OutOfResources, "twice"),
    ],
)
def test_job_that_kills_blender_twice_is_refused_from_then_on(place, behaviour, error, sentence):
    with place.host():
        with pytest.raises(error, match=sentence):
            retried(lambda: place.render(behaviour))
        started = len(place.started)
        with pytest.raises(error, match=sentence):
            place.render(behaviour)
        assert len(place.started) == started == 2
        with place.job("another") as script:
            assert rendered_by(place, script)["warmth"] == "cold"


JOB = ("ab", "a Blender")


def ended(code: int, frame: int = 1, written: int = 0) -> Outcome:
    return Outcome(frame=frame, written=written, finished=Finished(code, "", 1.0))


def test_deaths_with_a_frame_in_between_are_no_reason_to_refuse_a_job():
    quarantine = Quarantine()

    said = [quarantine.died(*JOB, ended(-signal.SIGKILL, n, written=1)) for n in (2, 3, 4)]

    assert [one.kind for one in said] == ["ToolCrashed"] * 3
    assert quarantine.refusal(*JOB) is None


def test_deaths_at_different_frames_without_one_in_between_are_a_reason():
    quarantine = Quarantine()

    said = [quarantine.died(*JOB, ended(-signal.SIGSEGV, n)) for n in (2, 3)]

    assert [one.kind for one in said] == ["ToolCrashed", "RefusedHere"]
    assert quarantine.refusal(*JOB) == said[1]


def test_death_counts_no_more_once_the_job_went_well():
    quarantine = Quarantine()

    quarantine.died(*JOB, ended(-signal.SIGKILL))
    quarantine.done(*JOB)

    assert quarantine.died(*JOB, ended(-signal.SIGKILL)).kind == "ToolCrashed"


def test_job_that_was_killed_from_outside_twice_may_try_again_after_an_hour():
    now = [0.0]
    quarantine = Quarantine(lambda: now[0])
    for _ in range(2):
        quarantine.died(*JOB, ended(-signal.SIGKILL))

    assert quarantine.refusal(*JOB).kind == "OutOfResources"
    now[0] = KILLED_FOR_S
    assert quarantine.refusal(*JOB) is None
    assert quarantine.died(*JOB, ended(-signal.SIGKILL)).kind == "ToolCrashed"


def test_job_that_crashes_one_blender_may_be_tried_by_another():
    quarantine = Quarantine()
    for _ in range(2):
        quarantine.died(*JOB, ended(-signal.SIGSEGV))

    assert quarantine.refusal(*JOB)
    assert quarantine.refusal("ab", "a Blender whose scripts were mended") is None


def test_end_by_an_exit_code_is_a_death_in_the_middle_of_a_frame_and_none_before():
    quarantine = Quarantine()

    assert [quarantine.died(*JOB, ended(1, frame=0)) for _ in range(3)] == [None] * 3
    assert [quarantine.died(*JOB, ended(1)).kind for _ in range(2)] == ["ToolCrashed", "RefusedHere"]


def test_blender_that_died_between_two_jobs_is_replaced_without_a_word(place):
    with place.host():
        place.render("dies-between")
        frames = place.render("dies-between", render=OTHER)

    assert warmths(frames) == {"cold"}
    assert len(place.started) == 2


@pytest.mark.parametrize(
    ("behaviour", "terms"),
    [("grows", Terms()), ("well", Terms(most_jobs=1)), ("well", Terms(most_bytes=10**7))],
)
def test_blender_that_grew_or_did_enough_is_replaced(place, behaviour, terms):
    with place.host(terms):
        place.render(behaviour)
        frames = place.render(behaviour, render=OTHER)

    assert warmths(frames) == {"cold"}
    assert len(place.started) == 2


@pytest.mark.parametrize(
    ("behaviour", "error", "blenders"), [("out-of-memory", OutOfResources, 2), ("bad-input", BadInput, 1)]
)
def test_blender_whose_job_failed_stays_only_if_the_input_was_at_fault(place, behaviour, error, blenders):
    with place.host():
        with pytest.raises(error, match="frame 2: "):
            place.render(behaviour)
        with place.job("next", behaviour=behaviour) as script:
            rendered_by(place, script)

    assert len(place.started) == blenders


def test_blender_that_is_asked_for_otherwise_is_another(place):
    with place.host():
        place.render("well")
        place.render("grows", render=OTHER)

    assert len(place.started) == 2


def test_idle_blender_ends_and_the_next_job_starts_another(place):
    with place.host(Terms(idle_s=0.2)):
        place.render()
        wait_until_gone(place.started[0])
        assert warmths(place.render(render=OTHER)) == {"cold"}


def test_job_whose_process_goes_away_in_the_middle_of_a_frame_is_ended(place):
    with place.host():
        with place.job("gone", behaviour="stands") as script:
            script.send(frame(2, place.folder / "never.png"))
            assert any(json.loads(line)["event"] == "frame_started" for line in script.reports())
        wait_until_gone(place.started[0])

        with place.job("next") as script:
            assert rendered_by(place, script)["warmth"] == "cold"


def test_job_whose_process_goes_away_before_blender_says_anything_is_ended(place):
    with place.host():
        with place.job("gone", "heavy", "silent"):
            pass
        with place.job("next", "heavy") as script:
            assert rendered_by(place, script)["warmth"] == "cold"


def test_blender_that_never_says_anything_of_a_job_does_not_hold_up_its_lane(place):
    with place.host(Terms(unheard_s=1)), place.job("first", "heavy", "silent") as first:
        with pytest.raises(TimedOut, match="Blender reported nothing of the job for 1 s"):
            first.wait()
        wait_until_gone(place.started[0])


def test_warm_blender_that_stands_still_is_replaced_without_a_word(place):
    with place.host(Terms(unheard_s=5)):
        place.render()
        os.kill(place.started[0], signal.SIGSTOP)
        frames = place.render(render=OTHER)

    assert warmths(frames) == {"cold"}
    assert len(place.started) == 2


def test_process_that_asks_for_nothing_more_does_not_keep_its_lane(place):
    with place.host(Terms(silence_s=1)), place.job("stopped", "heavy") as stopped:
        rendered_by(place, stopped)

        with place.job("next", "heavy") as script:
            assert rendered_by(place, script)["frame"] == 1
        with pytest.raises(TimedOut, match="its process asked for nothing for 1 s; it goes on when"):
            stopped.wait()


def test_blender_that_hangs_after_a_failure_does_not_keep_its_lane(place):
    with place.host(Terms(ending_s=1)):
        with place.job("first", "heavy", "fails-and-stands") as script:
            script.send(frame(2, place.folder / "never.png"))
            assert any(json.loads(line)["event"] == "failed" for line in script.reports())
        with place.job("next", "heavy") as script:
            assert rendered_by(place, script)["frame"] == 1


def test_blender_that_makes_no_sense_at_the_end_of_a_job_does_no_other(place, caplog):
    with place.host():
        with place.job("first", behaviour="mumbles") as script:
            rendered_by(place, script)
            script.close_stdin()
            with pytest.raises(ToolFailed, match="renderer host: 'resident_bytes'"):
                script.wait()
        with place.job("second", behaviour="mumbles") as script:
            assert rendered_by(place, script)["warmth"] == "cold"

    assert len(place.started) == 2
    assert "a job was given up" in caplog.text


def test_light_job_does_not_wait_for_a_heavy_one_even_without_room(place):
    with place.host(room=False), place.job("heavy", "heavy", "stands") as heavy:
        heavy.send(frame(2, place.folder / "never.png"))
        assert any(json.loads(line)["event"] == "frame_started" for line in heavy.reports())

        with place.job("light") as light:
            assert rendered_by(place, light)["frame"] == 1


@pytest.mark.parametrize("room", [True, False])
def test_second_light_job_begins_beside_the_first_if_there_is_room(place, room):
    def ask() -> None:
        with place.job("second") as second:
            rendered_by(place, second)
            begun.set()

    begun = threading.Event()
    with place.host(room=room), place.job("first") as first:
        rendered_by(place, first)
        asking = threading.Thread(target=ask)
        asking.start()
        assert begun.wait(10 if room else 0.5) is room
        first.close_stdin()
        assert first.wait().returncode == 0
        asking.join()
