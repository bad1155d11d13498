"""docs/runpod.md tells the truth: its commands are run, its table is that of the form."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun

from infra.rental.ledger import history_of
from infra.runpod.worker import RunPodWorker
from tests.flows.served import eventually
from tests.rental.page import PAGE, Newcomer, blocks, clean_environment, table

IMAGE = f"registry.example/rendermill@sha256:{'0' * 64}"
STARTS_S = 240.0
PREFECTS_OWN = {"name", "labels", "command"}
SOURCE = '"source": "\'$source\'"'
SMALL = '"width": 64, "height": 64, "samples": 1, "frames": 2'


def test_table_of_job_variables_is_that_of_the_form() -> None:
    fields = RunPodWorker.get_default_base_job_template()["variables"]["properties"]
    rows = "\n".join(table({name: about for name, about in fields.items() if name not in PREFECTS_OWN}))
    assert f"| name | default | meaning |\n|---|---|---|\n{rows}\n\n" in PAGE.read_text(encoding="utf-8"), (
        rows
    )


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory) -> Iterator[Newcomer]:
    folder = tmp_path_factory.mktemp("newcomer")
    (folder / "tmp").mkdir()
    port = _free_port()
    instead = {
        # Ports and folders of this test's own, since others may be at work on this machine.
        "127.0.0.1:4200": f"127.0.0.1:{port}",
        "make server": f'make server ARGS="--port {port}"',
        '--bucket parts"': f'--bucket parts --port 0 --store {folder}/runpod-sim"',
        "out/runpod-sim": f"{folder}/runpod-sim",
        "out/bearing.step": f"{folder}/bearing.step",
        # With an account: what a reader has to fill in.
        "https://prefect.example.com": f"http://127.0.0.1:{port}",
        "export RUNPOD_API_KEY=rpa_EXAMPLE": f". {folder}/runpod-sim/variables",
        "export RENDERMILL_STORE=s3://example-parts/rendermill": "",
        "export AWS_ACCESS_KEY_ID=EXAMPLE-KEY-ID": "",
        "export AWS_SECRET_ACCESS_KEY=example-secret": "",
        "FILE=part.step": f"FILE={folder}/bearing.step",
        f"{SOURCE}}}": f"{SOURCE}, {SMALL}}}",
        # There is neither a registry nor an engine to build with: the image is one that is there already.
        "docker login registry.example\n": "",
        "RENDERMILL_IMAGE=registry.example/you/rendermill make": f"RENDERMILL_GIVEN={IMAGE} make",
    }
    with ExitStack() as stack:
        yield Newcomer(folder, clean_environment(folder), instead, stack)


@pytest.mark.timeout(900)
def test_every_command_of_the_page_works_from_nothing_to_renders_that_are_paid_for_and_over(newcomer) -> None:
    for block in blocks():
        newcomer.follow(block)
        if "server" in block.staying:
            eventually(lambda: _answers(newcomer), "the server's answer", STARTS_S)
        if "runpod-sim" in block.staying:
            eventually((newcomer.folder / "runpod-sim" / "variables").exists, "the stand-in's variables")

    runs = _runs(newcomer)
    assert {run.state.name for run in runs if run.state} == {"Completed"}
    assert [len(history_of(run.labels).rentals) for run in runs] == [1, 1]
    eventually(lambda: _said(newcomer, "pods") == "no pod lives", "every pod is returned")
    for command, log in newcomer.logs.items():
        assert "worker" not in command or " started!" in log.read_text(), log.read_text()[-4000:]


def _runs(newcomer: Newcomer) -> list[FlowRun]:
    with SyncPrefectClient(newcomer.env["PREFECT_API_URL"]) as client:
        return [run for run in client.read_flow_runs() if run.deployment_id]


def _said(newcomer: Newcomer, words: str) -> str:
    """Return what the stand-in's console says."""
    address = newcomer.env["RUNPOD_API_BASE_URL"]
    return str(httpx.post(f"{address}/sim/{words}", trust_env=False).json()["said"])


def _answers(newcomer: Newcomer) -> bool:
    (address,) = (here for there, here in newcomer.instead.items() if there == "127.0.0.1:4200")
    try:
        return httpx.get(f"http://{address}/api/health", trust_env=False).is_success
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
