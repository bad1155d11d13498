import ast
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infra import doctor
from infra.doctor import GIB, Finding
from media.process import can_confine, can_isolate

SCRIPT = Path(doctor.__file__)


def test_missing_libraries_are_named_with_their_packages() -> None:
    def load(soname: str) -> None:
        if soname in {"libGL.so.1", "libSM.so.6"}:
            raise OSError(soname)

    finding = doctor.check_libraries(load)

    assert finding.level == "missing"
    assert "libSM.so.6, libGL.so.1" in finding.text
    assert finding.packages == ("libsm6", "libgl1")


def test_libraries_that_load_are_well() -> None:
    assert doctor.check_libraries(lambda soname: soname).level == "ok"


def test_apt_line_is_one_and_names_only_what_is_missing() -> None:
    findings = [
        Finding("missing", "a library", ("libsm6", "libgl1")),
        Finding("note", "works without", ("ffmpeg",)),
        Finding("missing", "the venv module", ("python3-venv",)),
        Finding("missing", "another way to say it", ("libgl1",)),
        Finding("ok", "well"),
    ]

    line = "apt-get update && apt-get install -y --no-install-recommends libgl1 libsm6 python3-venv"
    assert doctor.apt_line(findings, root=True) == line
    assert doctor.apt_line(findings, root=False) == line.replace("apt-get", "sudo apt-get")


def test_a_disk_that_is_full_has_no_apt_line() -> None:
    finding = doctor.check_disk(GIB, installed=False)
    assert finding.level == "missing"
    assert doctor.apt_line([finding], root=True) is None


def test_an_installed_environment_needs_less_disk() -> None:
    assert doctor.check_disk(2 * GIB, installed=True).level == "ok"
    assert doctor.check_disk(2 * GIB, installed=False).level == "missing"


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 12, 3), (3, 13, 0)])
def test_another_python_is_refused_in_words(version: tuple[int, ...]) -> None:
    finding = doctor.check_python(version)
    assert finding.level == "missing"
    assert "expected 3.11" in finding.text


def test_a_python_without_ensurepip_cannot_make_environments() -> None:
    finding = doctor.check_venv(lambda name: None if name == "ensurepip" else name)
    assert finding == Finding(
        "missing", "Python's module ensurepip: no environment can be made", ("python3-venv",)
    )


def test_no_ffmpeg_is_only_a_note() -> None:
    assert doctor.check_ffmpeg(lambda _: None).level == "note"


def test_missing_commands_are_packages() -> None:
    assert doctor.check_tools(lambda name: None if name == "git" else name).packages == ("git",)


def test_memory_is_the_smaller_of_the_machine_and_its_control_group(tmp_path: Path) -> None:
    proc, cgroup = tmp_path / "meminfo", tmp_path / "memory.max"
    proc.write_text("MemTotal:       8388608 kB\nMemFree:        1 kB\n")

    assert doctor.memory_bytes(proc, cgroup) == 8 * GIB
    cgroup.write_text("max\n")
    assert doctor.memory_bytes(proc, cgroup) == 8 * GIB
    cgroup.write_text(f"{2 * GIB}\n")
    assert doctor.memory_bytes(proc, cgroup) == 2 * GIB
    assert doctor.check_memory(2 * GIB).level == "note"


def test_shared_memory_that_is_not_there_is_a_note(tmp_path: Path) -> None:
    assert doctor.check_shared_memory(tmp_path / "shm").level == "note"
    assert doctor.check_shared_memory(tmp_path).level == "ok"


def test_a_machine_whose_name_has_no_address_is_told_so() -> None:
    def resolve(name: str) -> str:
        raise socket.gaierror(name)

    assert doctor.check_own_name(resolve).level == "note"
    assert doctor.check_own_name(lambda _: "127.0.0.1").level == "ok"


def test_machine_that_refuses_namespaces_is_told_so() -> None:
    finding = doctor.check_isolation(lambda: "unshare: unshare failed: Operation not permitted")

    assert finding.level == "note"
    assert "can reach the network (unshare: unshare failed" in finding.text
    assert doctor.check_isolation(lambda: "").level == "ok"


def test_doctor_and_keeper_agree_on_this_machine() -> None:
    assert can_isolate() == (doctor.check_isolation().level == "ok")
    assert can_confine() == (doctor.check_confinement().level == "ok")


def test_machine_that_confines_nobody_is_told_what_it_refuses() -> None:
    finding = doctor.check_confinement(lambda: "Landlock: Function not implemented")

    assert finding.level == "note"
    assert "are refused here (Landlock: Function not implemented)" in finding.text
    assert doctor.check_confinement(lambda: "").level == "ok"


def test_machine_without_unshare_is_not_believed_to_isolate() -> None:
    assert "no command unshare" in doctor.refusal_to_isolate(lambda _: None)


def test_brief_report_holds_only_what_wants_attention() -> None:
    findings = [Finding("ok", "well"), Finding("missing", "git", ("git",))]

    lines = doctor.report(findings, brief=True, root=True)

    assert [line.split()[1] for line in lines] == ["missing", "run"]
    assert len(doctor.report(findings, brief=False, root=True)) == 3


def test_this_machine_is_well() -> None:
    finished = subprocess.run([sys.executable, "-I", SCRIPT], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout
    assert "Python 3.11" in finished.stdout


def test_an_old_python_can_read_the_script() -> None:
    tree = ast.parse(SCRIPT.read_text(), feature_version=(3, 8))
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported <= sys.stdlib_module_names
