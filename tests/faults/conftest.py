"""What the fault runs share, and the sum of them for a person."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.runs import LEDGER, Engine, job_of, order_list
from tests.flows.served import server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was covered, and how many runs ended otherwise than they must; nothing if none ran here."""
    if not LEDGER.points:
        return
    ended_badly = terminalreporter.getreports("failed") + terminalreporter.getreports("error")
    escapes = [report for report in ended_badly if report.nodeid.startswith(("tests/faults", "tests/fuzz"))]
    terminalreporter.write_line(f"faults: {LEDGER}; {len(escapes)} escapes")


@pytest.fixture(scope="session")
def prepared(bearing_step, tmp_path_factory) -> Path:
    """A store in which geometry and scene are ready, to save each run their seconds."""
    engine = Engine(tmp_path_factory.mktemp("prepared"), job_of(bearing_step))
    engine.run("--kill-at", "frame.before_record")
    return engine.store.root


@pytest.fixture
def engine(tmp_path, bearing_step) -> Engine:
    """Runs of the bearing's turntable on an empty store."""
    return Engine(tmp_path, job_of(bearing_step))


@pytest.fixture
def engine_with_scene(engine, prepared) -> Engine:
    """The same, where only frames and all after them are left to do."""
    shutil.copytree(prepared, engine.store.root)
    return engine


@pytest.fixture(scope="session")
def prefect(tmp_path_factory) -> Iterator[dict[str, str]]:
    """How to reach a server, which is quicker than one for each run."""
    with server(tmp_path_factory.mktemp("prefect") / "server") as env:
        yield {name: value for name, value in env.items() if name.startswith("PREFECT_")}


@pytest.fixture
def catalogue(prefect, bearing_step, prepared, tmp_path, monkeypatch) -> Engine:
    """Runs of a catalogue of a few pictures of one product, whose scene is prepared."""
    for name, value in prefect.items():
        monkeypatch.setenv(name, value)
    orders = order_list(bearing_step, tmp_path / "orders.json")
    engine = Engine(tmp_path, json.dumps({"orders": str(orders)}))
    shutil.copytree(prepared, engine.store.root)
    return engine
