"""What a catalogue costs of which nothing has changed: seconds a picture more than an empty flow.

At 600 and 6,000 pictures, on a folder and on a server on loopback that stands for S3. All are finished by
the product's own code, with painted frames, in a folder, from which S3 gets every object, and an index with
its own etags: to read 6,000 manifests takes the server on loopback minutes. Null if a child process was
started, a picture was missing, or too many lists were read.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure
from benchmarks.prefect_server import empty_flow_s, running_server

ISSUE = 5
LONGEST_S = 900.0
REPEATS = 3
SIZES = (600, 6000)
EACH = 3
MOST_LISTS = 200
SEEDERS = 2
KINDS = ("sources", "manifests", "stills", "previews", "renders", "catalogues")
TYPES = {f"t{side}": {"width": side, "height": side, "samples": 1, "format": "webp"} for side in (16, 24, 32)}
MODEL = "ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\n/* {} */\nENDSEC;\nEND-ISO-10303-21;\n"


def main() -> None:
    """Print a figure for each kind of store."""
    with tempfile.TemporaryDirectory() as name, running_server(Path(name) / "prefect"):
        from tests.fakes.s3 import s3_server  # noqa: PLC0415 - Prefect reads its settings when imported

        arms: dict[str, dict[str, Any]] = {"folder": {}, "s3": {}}
        with s3_server() as s3, _no_heartbeats():
            for size in SIZES:
                folder = Path(name) / str(size)
                os.environ["RENDERMILL_STORE"] = str(folder / "store")
                orders = _written(folder, size)
                _seed(orders, folder)
                arms["folder"][f"{size} pictures"] = _measured(orders, size, lambda: 0)
                _copied_to(s3, folder / "store", f"catalogue-{size}", orders)
                arms["s3"][f"{size} pictures"] = _measured(orders, size, lambda: s3.count()["ListObjectsV2"])
            for kind, found in arms.items():
                _print(f"catalogue_unchanged_{kind}", found)


@contextmanager
def _no_heartbeats() -> Iterator[None]:
    """Have flows end when they are done: Prefect's heartbeat makes each last a whole number of seconds."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings  # noqa: PLC0415 - the same

    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield


def _copied_to(s3: Any, store: Path, bucket: str, orders: Path) -> None:  # noqa: ANN401 - a server of the tests
    """Make a new bucket the store, with every object that was committed to a folder."""
    from blocks.stores import open_store  # noqa: PLC0415 - see main
    from infra.s3 import make_client  # noqa: PLC0415 - the same
    from media.catalogue.index import index_key, keep_index, read_index  # noqa: PLC0415 - the same
    from media.manifest import manifest_key  # noqa: PLC0415 - the same

    account = s3.account
    make_client(account).create_bucket(Bucket=bucket)
    os.environ |= {
        "RENDERMILL_STORE": f"s3://{bucket}",
        "RENDERMILL_S3_ENDPOINT": s3.address,
        "AWS_DEFAULT_REGION": account.region,
        "AWS_ACCESS_KEY_ID": account.access_key_id,
        "AWS_SECRET_ACCESS_KEY": account.secret_access_key,
    }
    paths = (path for kind in KINDS for path in (store / kind).rglob("*") if path.is_file())
    s3.fill(bucket, ((path.relative_to(store).as_posix(), path.read_bytes()) for path in paths))
    there = open_store()
    index = read_index(index_key(str(orders)), there)
    etags = {stat.key: stat.etag for stat in there.list("manifests/")}
    pictures = (one.model_copy(update={"etag": etags[manifest_key(one.job)]}) for one in index.pictures)
    keep_index(index.model_copy(update={"pictures": tuple(pictures)}), str(orders), there)


def _measured(orders: Path, size: int, lists: Callable[[], int]) -> dict[str, Any]:
    """Time runs that find all of a catalogue of `size` pictures against empty flows."""
    from flows.render_catalogue import render_catalogue  # noqa: PLC0415 - see main
    from media.catalogue.job import CatalogueJob  # noqa: PLC0415 - the same

    job = CatalogueJob(orders=str(orders))
    first = time.monotonic()
    render_catalogue(job)  # which has no index yet, and writes one
    first = time.monotonic() - first
    children: list[object] = []
    sys.addaudithook(lambda event, _: children.append(event) if event == "subprocess.Popen" else None)
    runs, empty, found, asked = [], [], [], []
    for _ in range(REPEATS):
        before, started = lists(), time.monotonic()
        result = render_catalogue(job)
        runs.append(time.monotonic() - started)
        found.append(result.found)
        asked.append(lists() - before)
        empty.append(empty_flow_s())
    each = (statistics.median(runs) - statistics.median(empty)) / size
    sound = all(found) and not children and max(asked) <= MOST_LISTS
    return {
        "seconds a picture": each if sound else None,
        "run": runs,
        "empty flow": empty,
        "first run": first,
        "found": all(found),
        "child processes": len(children),
        "lists": max(asked),
    }


def _written(folder: Path, size: int) -> Path:
    folder.mkdir()
    products = []
    for number in range(size // EACH):
        source = folder / f"{number}.step"
        source.write_text(MODEL.format(number))
        products.append({"product": f"P{number}", "source": source.name, "outputs": list(TYPES)})
    orders = folder / "orders.json"
    orders.write_text(json.dumps({"outputs": TYPES, "products": products}))
    return orders


def _seed(orders: Path, folder: Path) -> None:
    from blocks.tools import open_tools  # noqa: PLC0415 - see main
    from media.catalogue.assessment import assess  # noqa: PLC0415 - the same
    from media.catalogue.job import CatalogueJob  # noqa: PLC0415 - the same

    missing = assess(CatalogueJob(orders=str(orders)), open_tools()).missing
    numbered = [(number, picture.plan, folder) for number, picture in enumerate(missing)]
    with ProcessPoolExecutor(SEEDERS, get_context("spawn")) as several:
        list(several.map(_finish, numbered, chunksize=50))


def _finish(one: tuple[int, Any, Path]) -> None:
    """Finish a picture, in a process of its own: painting and storing thousands is work for all cores."""
    from blocks.tools import open_tools  # noqa: PLC0415 - see main
    from tests.fakes.finished import finish  # noqa: PLC0415 - the same

    number, plan, folder = one
    with tempfile.TemporaryDirectory(dir=folder) as place:
        finish(plan, open_tools(), Path(place), colour=number)


def _print(name: str, arms: dict[str, Any]) -> None:
    """Print the figure of the dearest size, null if any has none."""
    each = [arm["seconds a picture"] for arm in arms.values()]
    value = None if None in each else max(each)
    figure = Figure(name=name, value=value, unit="s a picture", arms=arms, repeats=REPEATS)
    sys.stdout.write(figure.model_dump_json() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
