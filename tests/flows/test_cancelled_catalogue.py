"""A catalogue that is cancelled, or told to end, ends all that it sent; what was finished is found."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.client.schemas.objects import FlowRun

from tests.flows.served import ROOT, Served, eventually, serving
from tests.processes import descendants, is_alive, wait_until_gone

DONE = {"Completed", "Failed", "Crashed", "Cancelled"}
PROMPTLY_S = 60.0
TINY = {"width": 32, "height": 32, "samples": 1, "detail": "coarse"}
ENDLESS = {"width": 1024, "height": 1024, "samples": 4096, "denoise": False, "detail": "coarse"}
OWN_CLEANUP = {"PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS": "600"}
"""So that what is seen is ours: the server would look for runs whose parent was cancelled, in a while."""

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    """Server, pool, deployments and worker."""
    with serving(tmp_path_factory.mktemp("served"), **OWN_CLEANUP) as made:
        yield made


class Catalogue:
    """An order list of a picture that takes no time and others that take for ever."""

    def __init__(self, served: Served, source: Path, path: Path) -> None:
        self.served = served
        self.path = path
        self._source = source

    def order(self, *azimuths: int, quick: bool = True) -> None:
        """Write the list, with an endless picture from each of these angles."""
        types: dict[str, dict[str, object]] = {f"from-{a}": {**ENDLESS, "azimuth": a} for a in azimuths}
        if quick:
            types = {"tiny": TINY, **types}
        line = {"product": "A", "source": str(self._source), "outputs": list(types)}
        self.path.write_text(json.dumps({"outputs": types, "products": [line]}))

    def job(self, **fields: object) -> dict[str, object]:
        return {"orders": str(self.path), "batch_seconds": 20, **fields}

    def pictures(self) -> list[Path]:
        """Return the manifests of finished pictures."""
        store = Path(self.served.env["RENDERMILL_STORE"])
        manifests = store.glob("manifests/*/*/manifest.json")
        return [path for path in manifests if json.loads(path.read_text())["content"]["noun"] == "still"]

    def all_at_work(self, runs: list[FlowRun]) -> list[int]:
        """Return the Blenders of runs, once each has one."""

        def look() -> list[int]:
            blenders = [self.served.blenders(run) for run in runs]
            return [pid for pids in blenders for pid in pids] if all(blenders) else []

        return eventually(look, "a Blender for each run that is left")


@pytest.fixture
def catalogue(served, bearing_step, tmp_path) -> Catalogue:
    return Catalogue(served, bearing_step, tmp_path / "orders.json")


def assert_cancelled(catalogue: Catalogue, sent: list[FlowRun], blenders: list[int]) -> None:
    """Check that runs are cancelled at once and that nothing of them is left."""
    eventually(lambda: not any(map(is_alive, blenders)), "the end of all Blenders", PROMPTLY_S)
    for run in sent:
        eventually(lambda run=run: catalogue.served.state(run) in DONE, f"the end of {run.name}", PROMPTLY_S)
        assert catalogue.served.state(run) == "Cancelled"
    assert catalogue.served.abandoned() == []


def test_cancelled_catalogue_cancels_what_it_sent_and_what_is_finished_is_found(catalogue):
    served = catalogue.served
    catalogue.order(10, 20, 30)
    run = served.submit("render-catalogue/local", **catalogue.job())
    eventually(catalogue.pictures, "the first picture")
    sent = eventually(lambda: _all_of(served.sent_on(run), 3), "three runs sent on")
    blenders = catalogue.all_at_work(sent[:1])

    served.cancel(run)

    eventually(lambda: served.state(run) in DONE, "the end of the catalogue's run", PROMPTLY_S)
    assert served.state(run) == "Cancelled"
    assert_cancelled(catalogue, sent, blenders)
    catalogue.order()
    again, _ = served.watch("render-catalogue/local", **catalogue.job())
    assert (again.state.name, served.sent_on(again)) == ("Completed", [])


def _all_of(runs: list[FlowRun], number: int) -> list[FlowRun]:
    return sorted(runs, key=lambda run: run.start_time is None) if len(runs) == number else []


@pytest.mark.parametrize("by", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)])
def test_catalogue_by_hand_that_is_told_to_end_cancels_what_it_sent(by, catalogue):
    served = catalogue.served
    catalogue.order(40 if by is signal.SIGTERM else 50, quick=False)
    known = {run.id for run in served.runs_of("render-pictures/local")}
    with by_hand(catalogue, deployment="local") as process:
        sent = eventually(
            lambda: [run for run in served.runs_of("render-pictures/local") if run.id not in known],
            "a run sent on",
        )
        blenders = catalogue.all_at_work(sent)

        process.send_signal(by)
        process.wait(PROMPTLY_S)

    assert process.returncode != 0
    assert_cancelled(catalogue, sent, blenders)


def test_catalogue_that_renders_by_itself_leaves_no_child_when_it_is_told_to_end(catalogue):
    catalogue.order(60, quick=False)
    with by_hand(catalogue) as process:
        below = eventually(lambda: _blenders_below(process.pid), "its Blender")

        process.send_signal(signal.SIGTERM)
        process.wait(PROMPTLY_S)

    assert process.returncode != 0
    for pid in below:
        wait_until_gone(pid)
    assert catalogue.served.abandoned() == []


def by_hand(catalogue: Catalogue, **fields: object) -> subprocess.Popen[bytes]:
    """Start a catalogue on a terminal."""
    argv = [sys.executable, "-m", "flows.render_catalogue", "--job", json.dumps(catalogue.job(**fields))]
    return subprocess.Popen(argv, cwd=ROOT, env=catalogue.served.env, stdout=subprocess.DEVNULL)


def _blenders_below(pid: int) -> list[int]:
    lines = {below: _command(below) for below in descendants(pid)}
    return list(lines) if any("blender_scripts" in line for line in lines.values()) else []


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
