"""Prefect's results in our store: a machine with an empty home goes on where another was lost."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from media.manifest import Result
from tests.flows.served import server

ROOT = Path(__file__).parents[2]
FLOW, READER = ("tests/fakes/flow_of_two_steps.py", "tests/fakes/result_of_a_run.py")


class Machines(NamedTuple):
    """Machines that share a server and a store, and nothing else."""

    folder: Path
    env: Mapping[str, str]

    def run(self, machine: str, *argv: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run Python on a machine, whose home is empty at first."""
        home = self.folder / machine
        home.mkdir(exist_ok=True)
        env = {**self.env, "PREFECT_HOME": str(home), "HOME": str(home), "PYTHONPATH": str(ROOT), **variables}
        return subprocess.run(
            [sys.executable, *argv],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def stored(self) -> list[bytes]:
        """Return the results in the store."""
        return [path.read_bytes() for path in (self.folder / "store" / "results").rglob("*.json")]


@pytest.fixture(scope="module")
def machines(tmp_path_factory) -> Iterator[Machines]:
    """A server that knows this machine's store as object-store/default."""
    folder = tmp_path_factory.mktemp("machines")
    with server(
        folder,
        PREFECT_DEFAULT_RESULT_STORAGE_BLOCK="object-store/default",
        PREFECT_RESULTS_DEFAULT_SERIALIZER="json",
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY="30",
    ) as env:
        made = Machines(folder, env)
        registered = made.run("a", "-m", "blocks.registration")
        assert registered.returncode == 0, registered.stderr
        assert registered.stdout == f"blocks: object-store/default is {folder / 'store'}\n"
        yield made


def test_block_that_is_there_stays_as_it_is(machines):
    again = machines.run("b", "-m", "blocks.registration", RENDERMILL_STORE="/elsewhere")

    assert (again.returncode, again.stdout) == (
        0,
        "blocks: object-store/default is there already, and stays as it is\n",
    )


def test_run_goes_on_where_a_lost_machine_stopped_and_anybody_reads_its_result(machines):
    notes = machines.folder / "notes"

    lost = machines.run("lost", FLOW, str(notes), "die")
    finished = machines.run("empty", FLOW, str(notes))
    read = machines.run("another", READER, finished.stdout.strip())

    assert lost.returncode == -9
    assert finished.returncode == 0, finished.stderr
    assert notes.read_text() == "first\nsecond\n"
    assert read.stdout.strip() == repr(Result(manifest="/manifest.json", job="ab" * 32, found=True)), (
        read.stderr
    )
    assert len(machines.stored()) == 3
    assert all(json.loads(content) for content in machines.stored())
    assert not [path for path in machines.folder.glob("*/storage/*") if path.is_file()]


def test_store_that_is_a_block_is_opened(machines):
    (machines.folder / "part.step").write_text("ISO-10303-21;\nEND-ISO-10303-21;\n")

    put = machines.run(
        "c", "-m", "flows.put_source", str(machines.folder / "part.step"), RENDERMILL_STORE="block:default"
    )

    assert put.returncode == 0, put.stderr
    digest = put.stdout.strip().removeprefix("store:").removesuffix("/part.step")
    assert (machines.folder / "store" / "sources" / digest[:2] / digest / "source").is_file()


def test_block_that_is_not_there_is_missed_in_a_sentence(machines):
    put = machines.run("d", "-m", "flows.put_source", "part.step", RENDERMILL_STORE="block:other")

    assert put.returncode == 1
    assert put.stderr.splitlines()[-1].startswith(
        "BadInput: block:other: expected a block object-store/other"
    )


def test_pickled_result_is_refused_and_not_stored(machines):
    before = len(machines.stored())

    finished = machines.run(
        "e", FLOW, str(machines.folder / "pickled"), PREFECT_RESULTS_DEFAULT_SERIALIZER="pickle"
    )

    assert "expected plain JSON, found another serializer's work" in finished.stderr
    assert len(machines.stored()) == before
