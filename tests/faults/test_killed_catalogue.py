"""A catalogue killed at any named point is complete after the next start, and no finished picture is redone.

The short version kills at two points and runs with every check; `make faults` kills at all of them.
"""

import json
import signal
from collections import Counter
from pathlib import Path

import pytest

from media.catalogue.index import index_key, read_index
from media.faults import FaultPoint
from media.manifest import Manifest
from tests.faults.runs import LEDGER, PICTURES, Engine
from tests.faults.test_killed_runs import OF_CATALOGUES

SHORT: tuple[FaultPoint, ...] = ("manifest.after_put", "gallery.after_put")
IN_A_BATCH: set[FaultPoint] = {
    "frame.before_put",
    "frame.after_put",
    "manifest.before_put",
    "manifest.after_put",
}

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(point, marks=() if point in SHORT else pytest.mark.long)
        for point in sorted(OF_CATALOGUES | IN_A_BATCH)
    ],
)
def test_catalogue_killed_at_a_named_point_is_complete_after_the_next_start(point, catalogue):
    killed, before = catalogue.run("--catalogue", "--kill-at", point)
    done, after = catalogue.run("--catalogue")

    assert (killed, done, after[-1:]) == (-signal.SIGKILL, 0, ["done"])
    in_flight = 1 if point == "frame.before_put" else 0
    assert [*before, *after].count("rendered") == PICTURES + in_flight
    assert_complete(catalogue)
    LEDGER.points.add(point)
    LEDGER.losses += 1
    LEDGER.frames += PICTURES
    LEDGER.redone += in_flight


def assert_complete(catalogue: Engine) -> None:
    """Check index, gallery and pictures, and that no temporary file is left."""
    orders = json.loads(catalogue.job)["orders"]
    index = read_index(index_key(orders), catalogue.store)
    assert (len(index.pictures), index.problems) == (PICTURES, ())
    manifests = [
        Manifest.model_validate_json(catalogue.store.get(stat.key))
        for stat in catalogue.store.list("manifests/")
        if stat.key.endswith("manifest.json")
    ]
    assert Counter(one.content.noun for one in manifests) == {"still": PICTURES, "catalogue": 1}
    promised = [output.asset for one in manifests for output in one.content.outputs]
    sizes = {asset.key: stat.size for asset in promised if (stat := catalogue.store.stat(asset.key))}
    assert sizes == {asset.key: asset.size for asset in promised}
    assert list(Path(catalogue.temporary).iterdir()) == []
