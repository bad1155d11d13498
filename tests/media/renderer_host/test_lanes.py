"""Whose turn it is at a renderer host, and whether there is room."""

import pytest

from media.renderer_host.lanes import Turn, may_begin
from media.renderer_host.room import free_bytes, free_gpu_bytes


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

    assert may_begin(turn, waiting, [*map(Turn, going_on)], lambda: room) is answer


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
