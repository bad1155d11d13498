"""What import-linter cannot say; each rule is also shown to refuse what it is there to refuse."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture import rules
from tests.architecture.modules import read_modules

ROOT = Path(__file__).resolve().parents[2]
LONG_FLOW = "from prefect import flow\n\n@flow\ndef long(job: str) -> str:\n" + "    job = job.strip()\n" * 30
# Spelled in two pieces, so that this file does not hold what it forbids.
HOME = "/" + "home/anna/part.step"
SOMEBODY = "/home/somebody/part.step"

# rule, file, text that it must refuse, text that it must accept
SAMPLES = [
    (rules.ours_follow_the_arrows, "media/x.py", "import tasks.frames", "from media import errors"),
    (
        rules.ours_follow_the_arrows,
        "media/x.py",
        "from blender_scripts import events",
        "from media.store import keys",
    ),
    (rules.ours_follow_the_arrows, "flows/x.py", "from infra.s3 import store", "from tasks import frames"),
    (rules.ours_follow_the_arrows, "tasks/x.py", "import infra.api", "import infra.rental.reaper"),
    (rules.ours_follow_the_arrows, "blocks/x.py", "import tasks", "from infra.s3 import store"),
    (rules.ours_follow_the_arrows, "infra/api/x.py", "import flows.render_still", "from blocks import store"),
    (
        rules.ours_follow_the_arrows,
        "infra/s3/x.py",
        "from infra.ec2 import spot",
        "from infra.s3 import errors",
    ),
    (rules.ours_follow_the_arrows, "infra/ec2/worker.py", "import infra.runpod", "import infra.rental"),
    (
        rules.ours_follow_the_arrows,
        "infra/rental/x.py",
        "from ..ec2 import spot",
        "from .ledger import Ledger",
    ),
    (
        rules.ours_follow_the_arrows,
        "blender_scripts/x.py",
        "import media",
        "from blender_scripts import events",
    ),
    (rules.only_blender_scripts_import_bpy, "media/x.py", "def f():\n    import bpy", "import numpy"),
    (rules.only_blender_scripts_import_bpy, "tasks/x.py", "from mathutils import Vector", "import math"),
    (
        rules.blender_scripts_import_only_what_blender_has,
        "blender_scripts/x.py",
        "import pydantic",
        "import bpy, json",
    ),
    (
        rules.the_cad_kernel_stays_in_its_child,
        "media/x.py",
        "from OCP.gp import gp_Pnt",
        "import media.geometry",
    ),
    (
        rules.the_cad_kernel_stays_in_its_child,
        "tasks/x.py",
        "import media.geometry.kernel",
        "import media.geometry",
    ),
    (
        rules.the_cad_kernel_stays_in_its_child,
        "media/geometry/__init__.py",
        "from . import kernel",
        "import json",
    ),
    (rules.decoders_stay_in_their_child, "media/x.py", "import av", "from media.video import check"),
    (rules.decoders_stay_in_their_child, "tasks/x.py", "from media.video import decode", "import json"),
    (rules.prefect_stays_out, "media/x.py", "from prefect import task", "import json"),
    (rules.prefect_stays_out, "infra/s3/x.py", "import prefect_docker", "import boto3"),
    (rules.prefect_stays_out, "infra/ec2/spot.py", "import prefect.client", "import boto3"),
    (
        rules.media_reads_no_environment,
        "media/x.py",
        "import os\nH = os.environ['H']",
        "import os\nH = os.sep",
    ),
    (rules.media_reads_no_environment, "media/x.py", "from os import getenv\nx = getenv('X')", "import os"),
    (rules.flows_are_tables_of_contents, "flows/x.py", LONG_FLOW, LONG_FLOW.replace("@flow", "@other")),
    (
        rules.flows_are_never_retried,
        "flows/x.py",
        "@flow(retries=2)\ndef f(): ...",
        "@task(retries=2)\ndef f(): ...",
    ),
    (
        rules.flows_are_never_retried,
        "flows/x.py",
        "f = prefect.flow(g, retries=2)",
        "f = prefect.flow(g, name='g')",
    ),
    (
        rules.inputs_alone_are_no_cache_policy,
        "tasks/x.py",
        "@task(cache_policy=INPUTS)\ndef f(): ...",
        "@task(cache_policy=INPUTS + TASK_SOURCE)\ndef f(): ...",
    ),
    (
        rules.inputs_alone_are_no_cache_policy,
        "tasks/x.py",
        "from prefect.cache_policies import INPUTS as KEY",
        "from prefect.cache_policies import INPUTS",
    ),
    (
        rules.only_dispatch_waits_for_other_runs,
        "flows/x.py",
        "from prefect.deployments import run_deployment",
        "from tasks.dispatch import send_on",
    ),
    (
        rules.only_dispatch_waits_for_other_runs,
        "tasks/x.py",
        "def f():\n    prefect.deployments.arun_deployment('a')",
        "def f():\n    start()",
    ),
    (
        rules.nothing_happens_at_import,
        "tasks/x.py",
        "print('hello')",
        "if __name__ == '__main__':\n    print('hello')",
    ),
    (
        rules.nothing_happens_at_import,
        "blender_scripts/x.py",
        "for i in range(3): ...",
        '"""Words."""\nX = 3',
    ),
    (rules.modules_are_short_and_named_by_a_noun, "media/x.py", "x = 1\n" * 300, "x = 1\n" * 299),
    (rules.modules_are_short_and_named_by_a_noun, "media/utils.py", "x = 1", "x = 1"),
]
RULES = sorted({rule for rule, *_ in SAMPLES}, key=lambda rule: rule.__name__)


def written(folder: Path, path: str, text: str) -> list[str]:
    for name, content in {"media/geometry/kernel.py": "import OCP.gp", path: text}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content + "\n")
    return [str(module.path) for module in read_modules(folder)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_repository_keeps(rule: rules.Rule) -> None:
    assert list(rule(read_modules(ROOT))) == []


@pytest.mark.parametrize(
    ("rule", "path", "bad", "good"), SAMPLES, ids=lambda value: getattr(value, "__name__", None)
)
def test_rule_refuses_what_it_is_for(
    rule: rules.Rule, path: str, bad: str, good: str, tmp_path: Path
) -> None:
    written(tmp_path / "bad", path, bad)
    # A vague name is the sample's own path, so its good twin lies elsewhere.
    written(tmp_path / "good", path.replace("utils", "picture"), good)

    broken = list(rule(read_modules(tmp_path / "bad")))
    assert broken, f"{rule.__name__} accepts {bad!r}"
    assert all(path in sentence for sentence in broken)
    assert list(rule(read_modules(tmp_path / "good"))) == []


def test_every_rule_has_a_sample() -> None:
    said = {value for name, value in vars(rules).items() if callable(value) and not name.startswith("_")}
    ours = {value for value in said if getattr(value, "__module__", "") == rules.__name__}
    assert ours == set(RULES)


def packages_below(tests: Path) -> list[Path]:
    return [path.relative_to(tests) for path in tests.rglob("__init__.py")]


def test_tests_are_no_package() -> None:
    assert packages_below(ROOT / "tests") == []


def test_a_package_below_tests_is_found(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "__init__.py").touch()
    assert packages_below(tmp_path) == [Path("media/__init__.py")]


PERSONAL = re.compile(
    r"(?<![\w.~:/}-])/(?:(?:home|work|Users|workspace)/(?!somebody/)[\w./-]+|root/[\w-]+[./][\w./-]*)"
)


def host_paths(text: str) -> list[str]:
    """Find absolute paths of a real person's machine; `somebody` is nobody, and `/root/part` a USD path."""
    return PERSONAL.findall(text)


def test_nothing_names_a_path_of_somebodys_machine() -> None:
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    found = {}
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and b"\0" not in (data := path.read_bytes()):
            found[name] = host_paths(data.decode(errors="replace"))
    assert {name: paths for name, paths in found.items() if paths} == {}


@pytest.mark.parametrize("text", [f'PART = "{HOME}"', f"cd {HOME}", f"--find-links={HOME}"])
def test_a_path_of_somebodys_machine_is_found(text: str) -> None:
    assert host_paths(text) == [HOME]


@pytest.mark.parametrize(
    "text", ["https://example.com/home/x", "/usr/bin/env", "tests/mnt/x", "~/files/x", SOMEBODY, "/root/part"]
)
def test_other_paths_are_left_alone(text: str) -> None:
    assert host_paths(text) == []
