"""What a catalogue costs of which nothing has changed: seconds a picture more than an empty flow.

At 600 and 6,000 pictures, on a folder and on S3 (a server on loopback), finished by the product's own code
with painted frames. Null if a child process was started, a picture was missing, or too many lists were read.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure
from benchmarks.prefect_server import running_server

ISSUE = 5
LONGEST_S = 600.0
REPEATS = 3
SIZES = (600, 6000)
EACH = 3
MOST_LISTS = 200
SEEDERS = 2
TYPES = {f"t{side}": {"width": side, "height": side, "samples": 1, "format": "webp"} for side in (16, 24, 32)}
MODEL = "ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\n/* {} */\nENDSEC;\nEND-ISO-10303-21;\n"


def main() -> None:
    """Print a figure for each kind of store."""
    with tempfile.TemporaryDirectory() as name, running_server(Path(name) / "prefect"):
        from tests.fakes.s3 import s3_server  # noqa: PLC0415 - Prefect reads its settings when imported

        folder = Path(name)
        with s3_server() as s3:
            stores = {"folder": str(folder / "store"), "s3": _bucket_on(s3)}
            for kind, store in stores.items():
                os.environ["RENDERMILL_STORE"] = store
                lists = (lambda: s3.count()["ListObjectsV2"]) if kind == "s3" else (lambda: 0)
                arms = {f"{kind}, {size}": _measured(folder / f"{kind}{size}", size, lists) for size in SIZES}
                _print(f"catalogue_unchanged_{kind}", arms)


def _bucket_on(s3: Any) -> str:  # noqa: ANN401 - a server of the tests
    from infra.s3 import make_client  # noqa: PLC0415 - see main

    account = s3.account
    make_client(account).create_bucket(Bucket="bench")
    os.environ |= {
        "RENDERMILL_S3_ENDPOINT": s3.address,
        "AWS_DEFAULT_REGION": account.region,
        "AWS_ACCESS_KEY_ID": account.access_key_id,
        "AWS_SECRET_ACCESS_KEY": account.secret_access_key,
    }
    return "s3://bench/store"


def _measured(folder: Path, size: int, lists: Callable[[], int]) -> dict[str, Any]:
    """Seed a catalogue of `size` pictures, and time runs that find all of them against empty flows."""
    from flows.render_catalogue import render_catalogue  # noqa: PLC0415 - see main
    from media.catalogue.job import CatalogueJob  # noqa: PLC0415 - the same

    job = CatalogueJob(orders=str(_written(folder, size)))
    seeded = time.monotonic()
    _seed(job, folder)
    render_catalogue(job)
    seeded = time.monotonic() - seeded
    children: list[object] = []
    sys.addaudithook(lambda event, _: children.append(event) if event == "subprocess.Popen" else None)
    runs, empty, found, asked = [], [], [], []
    for _ in range(REPEATS):
        before, started = lists(), time.monotonic()
        result = render_catalogue(job)
        runs.append(time.monotonic() - started)
        found.append(result.found)
        asked.append(lists() - before)
        empty.append(_empty_flow())
    each = (statistics.median(runs) - statistics.median(empty)) / size
    sound = all(found) and not children and max(asked) <= MOST_LISTS
    return {
        "pictures": size,
        "seconds a picture": each if sound else None,
        "run": runs,
        "empty flow": empty,
        "found": all(found),
        "child processes": len(children),
        "lists": max(asked),
        "seeded in": seeded,
    }


def _written(folder: Path, size: int) -> Path:
    folder.mkdir()
    products = []
    for number in range(size // EACH):
        source = folder / f"{number}.step"
        source.write_text(MODEL.format(f"{folder.name} {number}"))
        products.append({"product": f"P{number}", "source": source.name, "outputs": list(TYPES)})
    orders = folder / "orders.json"
    orders.write_text(json.dumps({"outputs": TYPES, "products": products}))
    return orders


def _seed(job: Any, folder: Path) -> None:  # noqa: ANN401 - a model that is not imported yet
    from blocks.tools import open_tools  # noqa: PLC0415 - see main
    from media.catalogue.assessment import assess  # noqa: PLC0415 - the same

    missing = assess(job, open_tools()).missing
    numbered = [(number, picture.plan, folder) for number, picture in enumerate(missing)]
    with ProcessPoolExecutor(SEEDERS, get_context("spawn")) as several:
        list(several.map(_finish, numbered, chunksize=50))


def _finish(one: tuple[int, Any, Path]) -> None:
    """Finish a picture, in a process of its own: painting and storing thousands is work for all cores."""
    from blocks.tools import open_tools  # noqa: PLC0415 - see main
    from tests.fakes.finished import finish  # noqa: PLC0415 - the same

    number, plan, folder = one
    place = folder / f"seed{number}"
    place.mkdir()
    finish(plan, open_tools(), place, colour=number)


def _empty_flow() -> float:
    from prefect import flow  # noqa: PLC0415 - Prefect reads its settings when imported

    @flow(name="empty")
    def empty() -> None:
        pass

    started = time.monotonic()
    empty()
    return time.monotonic() - started


def _print(name: str, arms: dict[str, Any]) -> None:
    """Print the dearer of both sizes, null if any arm is."""
    each = [arm["seconds a picture"] for arm in arms.values()]
    value = None if None in each else max(each)
    figure = Figure(name=name, value=value, unit="s a picture", arms=arms, repeats=REPEATS)
    sys.stdout.write(figure.model_dump_json() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
