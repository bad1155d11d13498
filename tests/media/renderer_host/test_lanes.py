"""Whose turn it is at a renderer host, and whether there is room."""

import threading

import pytest

from media.renderer_host.lanes import LEAST_BYTES, Lanes, Turn, room_needed
from media.renderer_host.room import Room, free_bytes, free_gpu_bytes

HOUR_S = 3600.0


@pytest.mark.parametrize(
    ("lane", "before", "going_on", "room", "answer"),
    [
        ("light", [], [], False, True),
        ("light", [], ["heavy"], False, True),
        ("light", [], ["light"], True, True),
        ("light", [], ["light"], False, False),
        ("light", [], ["light", "light"], True, False),
        ("light", ["light"], [], True, False),
        ("light", ["heavy"], ["heavy"], False, True),
        ("light", ["heavy"], ["light"], True, False),
        ("light", ["heavy"], [], True, False),
        ("heavy", [], [], False, True),
        ("heavy", [], ["light"], True, True),
        ("heavy", [], ["light", "light"], False, False),
        ("heavy", [], ["heavy"], True, False),
        ("heavy", ["heavy"], [], True, False),
        ("heavy", ["light"], [], False, True),
    ],
)
def test_turn_comes_by_lane_arrival_and_room(lane, before, going_on, room, answer):
    turn = Turn(lane)
    waiting = [*map(Turn, before), turn]
    needed = room_needed(turn, waiting, [Turn(other, -HOUR_S) for other in going_on], 0.0)

    assert (needed <= (LEAST_BYTES if room else 0)) is answer


def test_job_that_began_just_now_counts_as_what_it_will_take():
    turn = Turn("light")

    needed = [room_needed(turn, [turn], [Turn("light", at)], HOUR_S) for at in (HOUR_S, 0.0)]

    assert needed == [2 * LEAST_BYTES, LEAST_BYTES]


def test_of_two_light_jobs_that_see_the_same_free_memory_one_waits():
    lanes = Lanes(lambda: 3 * LEAST_BYTES / 2)  # enough for the one that is there, or the one that comes
    looks = iter([True, False])

    with lanes.turn("light", lambda: True) as first, lanes.turn("light", lambda: next(looks)) as second:
        assert (first, second) == (True, False)


def test_nobody_else_waits_while_it_is_looked_whether_there_is_room():
    looking, found = threading.Event(), threading.Event()

    def look() -> float:
        looking.set()
        assert found.wait(10)
        return 0.0

    lanes = Lanes(look)
    with lanes.turn("light", lambda: True):
        waiter = threading.Thread(target=lambda: lanes.turn("light", lambda: False).__enter__())
        waiter.start()
        assert looking.wait(10)
        assert not lanes.is_empty()
        found.set()
        waiter.join()


def test_free_memory_is_the_machines_or_what_is_left_of_the_containers_share(tmp_path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 8000000 kB\nMemAvailable:    4000000 kB\n")
    assert free_bytes(meminfo, tmp_path) == 4_096_000_000

    (tmp_path / "memory.current").write_text("600\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert free_bytes(meminfo, tmp_path) == 4_096_000_000
    (tmp_path / "memory.max").write_text("1000\n")
    assert free_bytes(meminfo, tmp_path) == 400


def test_free_memory_of_gpus_is_that_of_the_fullest(tmp_path):
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\nprintf '9000\\n2048\\n'\n")
    tool.chmod(0o755)

    assert free_gpu_bytes((str(tool),)) == 2**31
    assert free_gpu_bytes(("/no/nvidia-smi",)) == float("inf")


@pytest.mark.parametrize("script", ["exit 9", "echo nothing", "kill -9 $$"])
def test_gpu_of_which_nothing_can_be_learned_has_no_room(tmp_path, script):
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)

    assert free_gpu_bytes((str(tool),)) == 0


def test_all_who_look_at_the_same_time_share_a_look(tmp_path):
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\necho 1 >> {tmp_path}/looks\necho 1\n")
    tool.chmod(0o755)
    room = Room((str(tool),))

    assert {room() for _ in range(3)} == {2.0**20}
    assert (tmp_path / "looks").read_text() == "1\n"
