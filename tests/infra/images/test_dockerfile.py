"""What the image must be, read from its recipe; `make test-docker` builds and runs it."""

import json
import re

import pytest

from infra.doctor import LIBRARIES
from tests.conftest import ROOT

TEXT = (ROOT / "infra" / "images" / "Dockerfile").read_text()
LINES = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE)).splitlines()
STEPS = [(line.split()[0], line.split(maxsplit=1)[1]) for line in LINES if line.strip()]
# What is left of PyPI's and Debian's addresses, and of everybody else's.
HOST = re.compile(r"https?://|[a-z0-9-]+\.(?:com|io|org|net|dev)\b(?!\.)")


def steps(keyword: str) -> list[str]:
    return [rest for word, rest in STEPS if word == keyword]


def stage(name: str) -> list[tuple[str, str]]:
    begin = next(i for i, step in enumerate(STEPS) if step[0] == "FROM" and step[1].endswith(f" AS {name}"))
    end = next((i for i in range(begin + 1, len(STEPS)) if STEPS[i][0] == "FROM"), len(STEPS))
    return STEPS[begin:end]


def test_base_is_the_builders_to_say_and_never_latest():
    base, *others = steps("FROM")
    assert STEPS[0] == ("ARG", "BASE=debian:bookworm-slim")
    assert base == "${BASE} AS system"
    assert {other.split()[0] for other in others} == {"system", "cpu"}
    assert "latest" not in TEXT


def test_runs_as_a_user_who_is_not_root():
    assert steps("USER") == ["rendermill"]
    assert ("USER", "rendermill") in stage("cpu")


def test_everything_is_installed_by_hash_from_the_locks():
    (install,) = [step for step in steps("RUN") if "pip sync" in step]
    assert install.count("--require-hashes") == 2
    assert "-r /locks/bootstrap.lock" in install
    assert "/locks/base.lock" in install
    assert "requirements/dev.lock" not in TEXT


def test_no_host_is_named_anywhere():
    labels = re.sub(r"org\.opencontainers\.image", "", TEXT)
    assert HOST.findall(labels) == []


def test_nothing_of_the_index_reaches_the_image():
    assert ("ARG", "INDEX_URL=") in stage("environment")
    assert not [step for name in ("cpu", "gpu", "system") for step in stage(name) if "INDEX" in step[1]]


def test_apt_brings_what_the_doctor_asks_for():
    (apt,) = [step for step in steps("RUN") if "ffmpeg" in step]
    assert set(LIBRARIES.values()) <= set(apt.split())
    assert "rm -rf /var/lib/apt/lists/*" in apt


def test_images_own_layers_are_the_environment_and_the_code():
    layers = [rest for word, rest in stage("cpu") if word in {"RUN", "COPY", "ADD"}]
    assert layers == [
        "--from=environment /opt/venv /opt/venv",
        "--from=code /opt/rendermill /opt/rendermill",
    ]
    assert {word for word, _ in stage("gpu")} == {"FROM", "ENV"}


def test_code_changes_neither_the_system_nor_the_environment():
    copied = [rest for name in ("system", "environment") for word, rest in stage(name) if word == "COPY"]
    assert copied == [
        "requirements/bootstrap.lock requirements/base.lock /locks/",
        "pyproject.toml /opt/rendermill/",
    ]


def test_gpu_image_asks_for_all_of_the_driver():
    (said,) = [rest for word, rest in stage("gpu") if word == "ENV"]
    assert said == "NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=all"


def test_entrypoint_is_no_shell_so_that_signals_arrive():
    (entrypoint,) = steps("ENTRYPOINT")
    *_, script = json.loads(entrypoint)
    assert (ROOT / script.removeprefix("/opt/rendermill/")).is_file()


@pytest.mark.parametrize("name", [".git", ".venv", "build", "out", "tests"])
def test_only_what_is_listed_reaches_the_builder(name):
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    assert f"!{name}" not in lines
