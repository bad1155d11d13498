"""A catalogue whose store goes away in the middle: a short while is waited for, a long one is told of."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient

from infra.s3 import S3Store
from media.manifest import Manifest
from tests.fakes.s3 import Fault
from tests.faults.runs import ENGINE, PICTURES, ROOT, order_list

OPERATIONS = ("PutObject", "GetObject", "HeadObject", "ListObjectsV2", "DeleteObject")
FEW, ENDLESS = 6, 10**6
"""The first is more than the store's own client asks again for."""

pytestmark = pytest.mark.timeout(900)


class Catalogue:
    """Runs of one catalogue on a bucket, whose store may be gone from the first frame on."""

    def __init__(self, orders: Path, s3, store: S3Store, prefect: dict[str, str]) -> None:
        self._orders = orders
        self._s3 = s3
        self._temporary = orders.parent / "tmp"
        self._temporary.mkdir()
        self._environment = (
            os.environ
            | prefect
            | {
                "AWS_ACCESS_KEY_ID": s3.account.access_key_id,
                "AWS_SECRET_ACCESS_KEY": s3.account.secret_access_key,
                "AWS_DEFAULT_REGION": s3.account.region,
                "RENDERMILL_STORE": f"s3://{store._bucket.name}/{store._bucket.prefix}",
                "RENDERMILL_S3_ENDPOINT": s3.address,
                "TMPDIR": str(self._temporary),
                "PYTHONPATH": str(ROOT),
            }
        )

    def run(self, *arguments: str, refusals: int = 0) -> tuple[int, list[str]]:
        """Run it; of each kind, so many requests are refused after the first frame. Returns what it said."""
        argv = [sys.executable, ENGINE, json.dumps({"orders": str(self._orders)}), "--catalogue", *arguments]
        with subprocess.Popen(argv, env=self._environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = [process.stdout.readline().strip()]
            if refusals:
                self._s3.befall(*(Fault(one, answer=(503, "SlowDown"), times=refusals) for one in OPERATIONS))
            said += process.stdout.read().splitlines()
        return process.returncode, said

    def left(self) -> list[Path]:
        """Return the temporary files that are left."""
        return list(self._temporary.iterdir())


@pytest.fixture
def bucket(prepared, s3_store) -> S3Store:
    """A bucket in which geometry and scene are ready."""
    for path in filter(Path.is_file, prepared.rglob("*")):
        key = path.relative_to(prepared).as_posix()
        if not key.startswith((".", "leases/")):
            s3_store.put(key, path)
    return s3_store


@pytest.fixture
def catalogue(bearing_step, s3, bucket, prefect, tmp_path) -> Catalogue:
    return Catalogue(order_list(bearing_step, tmp_path / "orders.json"), s3, bucket, prefect)


def finished(store: S3Store) -> Counter[str]:
    stats = [stat for stat in store.list("manifests/") if stat.key.endswith("manifest.json")]
    manifests = [Manifest.model_validate_json(store.get(stat.key)) for stat in stats]
    return Counter(one.content.noun for one in manifests)


def states(prefect: dict[str, str]) -> Counter[str]:
    with SyncPrefectClient(prefect["PREFECT_API_URL"]) as client:
        return Counter(run.state.name for run in client.read_flow_runs() if run.state)


def test_catalogue_waits_for_a_store_that_is_away_for_a_moment(catalogue, s3_store):
    status, said = catalogue.run(refusals=FEW)

    assert (status, said[-1]) == (0, "done")
    assert PICTURES <= said.count("rendered") <= PICTURES + 1
    assert finished(s3_store) == {"still": PICTURES, "catalogue": 1}
    assert catalogue.left() == []


def test_catalogue_fails_with_a_sentence_without_a_store_and_goes_on_when_it_is_back(
    catalogue, s3, s3_store, prefect
):
    before = states(prefect)
    failed, said = catalogue.run("--impatient", refusals=ENDLESS)
    s3.forget()
    between = states(prefect)
    status, again = catalogue.run()

    assert failed == 1
    assert said[-1].startswith("Unavailable: "), said
    assert between - before == {"Failed": 1}
    assert (status, again[-1]) == (0, "done")
    rendered = [*said, *again].count("rendered")
    assert PICTURES <= rendered <= PICTURES + 1
    assert finished(s3_store) == {"still": PICTURES, "catalogue": 1}
    assert catalogue.left() == []
