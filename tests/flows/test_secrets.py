"""Five secrets, planted where people put them: none is in anything that is kept after good and bad runs.

What is kept: all files of a Prefect server (its database, also what is not yet checkpointed, and its log), of
a worker, of the store with its manifests, and of temporary folders. States, parameters, artifacts, blocks and
the logs of runs are in the database.
"""

import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest
from prefect.exceptions import PrefectHTTPStatusError

from tests.flows.served import Served, eventually, serving

pytestmark = pytest.mark.timeout(600)  # a server, a worker and six flows, on a machine that may be busy

CANARIES = {
    "secret key of a block": "canary-in-a-block-73c1",
    "token in a query": "canary-in-a-query-58f2",
    "password in an address": "canary-in-a-password-91d4",
    "variable of the environment": "canary-in-a-variable-26a7",
    "header in a fragment": "canary-in-a-fragment-40e9",
}
BLOCK, QUERY, PASSWORD, VARIABLE, FRAGMENT = CANARIES.values()
CLOSED = "127.0.0.1:9"  # discard: nothing listens there
ADDRESSES = [
    f"https://{CLOSED}/part.step?X-Amz-Signature={QUERY}",
    f"ftp://user:{PASSWORD}@{CLOSED}/part.step",
    f"http://{CLOSED}/part.step#Authorization: Bearer {FRAGMENT}",
]


class Battery(NamedTuple):
    """What runs came of, and what was said to those who started them by our own commands."""

    served: Served
    folder: Path
    ended: dict[str, str]
    refused: list[int]
    said: str


@pytest.fixture(scope="module")
def battery(bearing_step, tmp_path_factory) -> Iterator[Battery]:
    """Good and failing runs, by command line and by deployment, with a canary wherever one fits."""
    folder = tmp_path_factory.mktemp("secrets")
    variables = {"AWS_SECRET_ACCESS_KEY": VARIABLE, "AWS_ACCESS_KEY_ID": "NOT-A-REAL-ID"}
    with serving(folder, **variables) as served:
        saved = served.command(sys.executable, "-c", _saving_a_block(served.env["PREFECT_API_URL"]))
        assert saved.returncode == 0, saved.stderr
        said: list[str] = []
        thumbnail = {"source": str(bearing_step), "profile": "thumbnail", "samples": 1, "detail": "coarse"}
        good, _ = served.watch("render-still/local", **thumbnail)
        letter = folder / "letter.step"
        letter.write_text("a letter, not a part")
        failed, _ = served.watch("render-still/local", source=str(letter))
        refused = [_asked_for(served, address) for address in ADDRESSES]
        jobs = [{"source": ADDRESSES[1], "detail": "wrong"}, {"source": ADDRESSES[0]}]
        said += [_by_hand(served, json.dumps(job)) for job in jobs]
        said.append(_by_hand(served, f'{{"source": "{ADDRESSES[0]}"'))
        said += [_put(served, address) for address in ADDRESSES[1:]]
        said.append(
            _by_hand(served, json.dumps({"source": str(bearing_step)}), RENDERMILL_STORE="block:canary")
        )
        said.append(_by_hand(served, json.dumps({"source": str(bearing_step), "detail": "coarse"})))
        ended = {"good": good.state.name, "failed": failed.state.name}
        eventually(lambda: served.task_runs(good), "the task runs in the database")
        yield Battery(served, folder, ended, refused, "".join(said))


def _saving_a_block(endpoint: str) -> str:
    fields = {
        "bucket": "parts",
        "endpoint_url": endpoint,  # it answers, and is no S3
        "access_key_id": "NOT-A-REAL-ID",
        "secret_access_key": BLOCK,
    }
    return f"from blocks.object_store import ObjectStore; ObjectStore(**{fields}).save('canary')"


def _asked_for(served: Served, address: str) -> int:
    """Ask for a run as the page does; returns what the server answered."""
    with pytest.raises(PrefectHTTPStatusError) as raised:
        served.submit("prepare-geometry/local", source=address)
    return raised.value.response.status_code


def _by_hand(served: Served, job: str, **variables: str) -> str:
    env = {f"{name}={value}" for name, value in variables.items()}
    finished = served.command("env", *env, sys.executable, "-m", "flows.prepare_geometry", "--job", job)
    return finished.stdout + finished.stderr


def _put(served: Served, address: str) -> str:
    finished = served.command(sys.executable, "-m", "flows.put_source", address)
    assert finished.returncode == 1
    return finished.stdout + finished.stderr


def forms_of(canary: str) -> dict[str, bytes]:
    """Return a canary as it is, as it stands in addresses, and in base64 at each of three offsets."""
    plain = canary.encode()
    cores = [base64.b64encode(b"x" * offset + plain)[4 * (offset > 0) : -4] for offset in range(3)]
    return {"plain": plain, "quoted": quote(canary, safe="").encode()} | {
        f"base64 at {offset}": core for offset, core in enumerate(cores)
    }


def places_of(canary: str, folder: Path) -> list[str]:
    """Return where in the files below a folder a canary is found."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    contents = {path: path.read_bytes() for path in files}
    return [
        f"{path.relative_to(folder)} ({form})"
        for path, content in contents.items()
        for form, data in forms_of(canary).items()
        if data in content
    ]


def test_runs_were_good_and_bad_as_meant(battery):
    assert battery.ended == {"good": "Completed", "failed": "Failed"}
    assert battery.refused == [409, 409, 409]
    assert "manifest.json" in battery.said
    assert (battery.folder / "prefect" / "prefect.db").is_file()


def test_run_with_a_secret_in_its_address_was_refused_before_it_was_made(battery):
    parameters = [run.parameters for run in battery.served.runs_of("prepare-geometry/local")]

    assert parameters == []


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
def test_canary_is_in_no_file_of_server_worker_store_and_temporary_folders(battery, canary):
    assert places_of(canary, battery.folder) == []


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
def test_canary_is_in_nothing_that_our_commands_say(battery, canary):
    assert canary not in battery.said


@pytest.mark.parametrize("form", ["{}", "https://host/?token={}", "base64"])
def test_canary_that_is_there_is_found(tmp_path, form):
    text = (
        form.format(QUERY)
        if form != "base64"
        else base64.b64encode(f"a job of {QUERY} and more".encode()).decode()
    )
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "prefect.db-wal").write_bytes(b"\0\1" + text.encode() + b"\0")

    assert places_of(QUERY, tmp_path)


def test_database_that_is_looked_at_is_where_prefect_keeps_what_it_was_told(battery):
    assert places_of("bearing.step", battery.folder / "prefect")
