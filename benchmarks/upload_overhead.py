"""Measure a gigabyte of frames into S3: through the store over boto3's own `upload_file`, file by file.

Ours hashes each frame, sends the SHA-256, writes once, and compares what S3 computed; the other one believes.
"""

import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

from benchmarks.figure import Figure
from infra.s3 import S3Account, S3Store, make_client
from media.store.keys import folder_of, frame_name, key_for

ISSUE = 3
LONGEST_S = 240.0
FRAME = 4 * 1024 * 1024
FRAMES = 256
FILES = 16
"""Different files; each is sent under several names, for the disk is not what is measured."""
WORKERS = 4
REPEATS = 4
ROOT = Path(__file__).parents[1]
UNSIGNED = {"payload_signing_enabled": False}
WHAT = (
    "server and client share this machine's cores: moto behind the strict layer of the tests, which hashes "
    "each body too, over HTTP on loopback"
)
ARMS = {
    "ours": "S3Store.put, write-once; SHA-256 sent and compared with the reply",
    "plain": "upload_file as boto3 is set up by itself: CRC32, and over HTTP a signed SHA-256",
    "lean": "upload_file told not to sign the body: CRC32 alone; not in the figure",
}

Upload = Callable[[str, Path], Any]


def main() -> None:
    """Print the figure; the ways take turns, and the server is emptied between them."""
    with tempfile.TemporaryDirectory() as name, served() as account:
        files = write_frames(Path(name))
        store = S3Store("bench", "frames", make_client(account))
        arms = {"ours": ours(store), "plain": plain(account, {}), "lean": plain(account, UNSIGNED)}
        seconds: dict[str, list[float]] = {arm: [] for arm in arms}
        whole = True
        for repeat in range(-1, REPEATS):  # the first turn warms them up and does not count
            for arm in [*arms, *arms][repeat % len(arms) :][: len(arms)]:
                taken = timed(arms[arm], files, FRAMES if repeat >= 0 else FILES)
                if repeat >= 0:
                    seconds[arm].append(taken)
                    whole = emptied(store, FRAMES) and whole
                else:
                    emptied(store, FILES)
    print(figure(seconds, whole=whole).model_dump_json())


def figure(seconds: dict[str, list[float]], *, whole: bool) -> Figure:
    """Return the ratio of the medians; null unless every frame arrived with its bytes each time."""
    ours_s, plain_s = statistics.median(seconds["ours"]), statistics.median(seconds["plain"])
    gib = FRAME * FRAMES / 1024**3
    return Figure(
        name="upload_overhead",
        value=ours_s / plain_s if whole else None,
        unit="ratio",
        arms={
            **{
                arm: {"what": ARMS[arm], "seconds": statistics.median(taken), "all": taken}
                for arm, taken in seconds.items()
            },
            "frames": f"{FRAMES} of {FRAME} bytes, {gib:g} GiB, {WORKERS} at a time",
            "on": WHAT,
        },
        repeats=REPEATS,
    )


@contextmanager
def served() -> Iterator[S3Account]:
    """Serve S3 from a process of its own, with a bucket in it."""
    argv = [sys.executable, "-m", "tests.fakes.s3"]
    with subprocess.Popen(
        argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None  # noqa: S101 - opened as a pipe
        assert process.stdout is not None  # noqa: S101 - the same
        address, key, secret = process.stdout.readline().split()
        account = S3Account(
            endpoint_url=address, region="us-east-1", access_key_id=key, secret_access_key=secret
        )
        make_client(account).create_bucket(Bucket="bench")
        try:
            yield account
        finally:
            process.stdin.close()


def write_frames(folder: Path) -> list[Path]:
    """Write files that no server can make smaller."""
    files = [folder / frame_name(number, ".png") for number in range(FILES)]
    for file in files:
        file.write_bytes(os.urandom(FRAME))
    return files


def ours(store: S3Store) -> Upload:
    """Return how the store takes a file."""
    assert store.capabilities().conditional_put  # noqa: S101 - probed once, before time is taken
    return lambda key, path: store.put(key, path, write_once=True)


def plain(account: S3Account, terms: dict[str, Any]) -> Upload:
    """Return how boto3 takes a file when told no more than where to, and `terms`."""
    client = boto3.session.Session().client(
        "s3",
        endpoint_url=account.endpoint_url,
        region_name=account.region,
        aws_access_key_id=account.access_key_id,
        aws_secret_access_key=account.secret_access_key,
        config=Config(s3=cast("Any", {"addressing_style": "path", **terms})),
    )
    config = TransferConfig(use_threads=False)  # the threads are ours; its own would come on top
    return lambda key, path: client.upload_file(str(path), "bench", f"frames/{key}", Config=config)


def timed(upload: Upload, files: list[Path], frames: int) -> float:
    """Upload `frames` frames, a few at a time; returns the seconds."""
    started = time.monotonic()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda n: upload(key_of(n), files[n % FILES]), range(frames)))
    return time.monotonic() - started


def key_of(number: int) -> str:
    """Return where a frame goes."""
    return key_for("renders", "ab" * 32, frame_name(number, ".png"))


def emptied(store: S3Store, frames: int) -> bool:
    """Remove all frames; returns whether they were all there, whole, and the last one intact."""
    stats = list(store.list(folder_of("renders", "ab" * 32)))
    sizes = [stat.size for stat in stats]
    digests = {hashlib.sha256(store.get(key_of(n))).hexdigest() for n in range(FILES)} if stats else set()
    for stat in stats:
        store.delete(stat.key)
    return sizes == [FRAME] * frames and len(digests) == FILES


if __name__ == "__main__":
    main()
