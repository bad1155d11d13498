"""How many CAD kernels are started by 4 processes that ask for the same geometry at once, on one S3 store.

Null unless all of them got that geometry, and all but one found it.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.bearing_arms import ROOT, write_bearing
from benchmarks.figure import Figure
from benchmarks.upload_overhead import served
from infra.s3 import S3Account, S3Store, make_client
from media.geometry.prepare import prepare_geometry
from media.source import Source, download_model

ISSUE = 5
LONGEST_S = 240.0
PROCESSES = 4
REPEATS = 3


def main() -> None:
    """Print the figure, of the repeat in which most kernels were started; each has a prefix of its own."""
    with tempfile.TemporaryDirectory() as name, served() as account:
        step = write_bearing(Path(name))
        runs = [at_once(step, account, f"repeat-{repeat}") for repeat in range(REPEATS)]
    kernels = [sum(one["kernels"] for one in run) for run in runs]
    arms = {
        "what": f"{PROCESSES} processes prepare the bearing on an empty store",
        "CAD kernels": kernels,
        "found": [sum(one["found"] for one in run) for run in runs],
        "on": "S3 on loopback: moto behind the strict layer of the tests",
    }
    figure = Figure(
        name="single_flight_processes",
        value=max(kernels) if all(map(whole, runs)) else None,
        unit="CAD kernels",
        arms=arms,
        repeats=REPEATS,
    )
    print(figure.model_dump_json())


def whole(run: list[dict[str, Any]]) -> bool:
    """Say whether all of them got the same, and all but one found it."""
    same = len({one["glb"] for one in run}) == 1
    return same and sum(one["found"] for one in run) == PROCESSES - 1


def at_once(step: Path, account: S3Account, prefix: str) -> list[dict[str, Any]]:
    """Have processes, once they are all ready, ask for the geometry of a file; returns what each says."""
    source = download_model(str(step), S3Store("bench", prefix, make_client(account)))
    argv = [sys.executable, "-m", "benchmarks.single_flight_processes", "one"]
    asking = [
        subprocess.Popen(argv, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(PROCESSES)
    ]
    where = [account.endpoint_url, account.access_key_id, account.secret_access_key, prefix]
    for process in asking:
        print(json.dumps([*where, source.model_dump(mode="json")]), file=process.stdin, flush=True)
        assert process.stdout is not None  # noqa: S101 - opened as a pipe
        process.stdout.readline()
    for process in asking:
        print(file=process.stdin, flush=True)
    return [json.loads(process.communicate()[0]) for process in asking]


def one_process() -> None:
    """Be one of those who ask: read what for, say that we are ready, wait for the others, and ask."""
    kernels: list[object] = []

    def hear(event: str, details: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen" and "occt" in details[1]:
            kernels.append(event)

    endpoint, key, secret, prefix, fields = json.loads(sys.stdin.readline())
    account = S3Account(
        endpoint_url=endpoint, region="us-east-1", access_key_id=key, secret_access_key=secret
    )
    store = S3Store("bench", prefix, make_client(account))
    sys.addaudithook(hear)
    print("ready", flush=True)
    sys.stdin.readline()
    geometry = prepare_geometry(Source.model_validate(fields), store)
    print(
        json.dumps(
            {"kernels": len(kernels), "found": geometry.found, "glb": geometry.glb and geometry.glb.sha256}
        )
    )


if __name__ == "__main__":
    one_process() if sys.argv[1:] == ["one"] else main()
