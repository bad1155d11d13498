"""How much memory a machine has, as it says itself."""

from media.machine import memory_bytes


def test_memory_is_the_machines_or_its_containers_share(tmp_path):
    proc, cgroup = tmp_path / "meminfo", tmp_path / "memory.max"
    proc.write_text("MemTotal:       2000 kB\nMemFree: 5 kB\n")

    assert memory_bytes(proc, cgroup) == 2_048_000
    cgroup.write_text("max\n")
    assert memory_bytes(proc, cgroup) == 2_048_000
    cgroup.write_text("1000000\n")
    assert memory_bytes(proc, cgroup) == 1_000_000


def test_memory_that_nothing_tells_of_is_unknown(tmp_path):
    assert memory_bytes(tmp_path / "none", tmp_path / "neither") is None
