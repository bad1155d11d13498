"""What a machine has, as it says itself."""

from media.machine import NO_GPU, machine_line, memory_bytes


def test_memory_is_the_machines_or_its_containers_share(tmp_path):
    proc, cgroup = tmp_path / "meminfo", tmp_path / "memory.max"
    proc.write_text("MemTotal:       2000 kB\nMemFree: 5 kB\n")

    assert memory_bytes(proc, cgroup, tmp_path) == 2_048_000
    cgroup.write_text("max\n")
    assert memory_bytes(proc, cgroup, tmp_path) == 2_048_000
    cgroup.write_text("1000000\n")
    assert memory_bytes(proc, cgroup, tmp_path) == 1_000_000


def test_memory_that_nothing_tells_of_is_unknown(tmp_path):
    assert memory_bytes(tmp_path / "none", tmp_path / "neither", tmp_path / "nor") is None


def test_memory_of_an_older_kernels_container_is_its_share(tmp_path):
    proc, limit = tmp_path / "meminfo", tmp_path / "memory.limit_in_bytes"
    proc.write_text("MemTotal:       2000 kB\n")
    limit.write_text("9223372036854771712\n")  # which is how it says that there is none

    assert memory_bytes(proc, tmp_path / "none", limit) == 2_048_000
    limit.write_text("1000000\n")
    assert memory_bytes(proc, tmp_path / "none", limit) == 1_000_000


def test_first_line_says_what_there_is_to_work_with():
    assert machine_line(8, 32 << 30, "NVIDIA L4 (22.5 GiB, driver 550.54)", "h264_nvenc", "it encoded") == (
        "machine: 8 vCPU, 32.0 GiB RAM, NVIDIA L4 (22.5 GiB, driver 550.54), encoder h264_nvenc (it encoded)"
    )
    assert machine_line(2, None, "", "libx264", "no driver") == (
        f"machine: 2 vCPU, RAM unknown, {NO_GPU}, encoder libx264 (no driver)"
    )
