"""Start a stand-in for RunPod's cloud on this machine; its pods are processes.

    make runpod-sim                                     or: python -m tests.fakes.runpod
    make runpod-sim ARGS="--port 8787 --chaos --seed 7 --speed 10"
    make runpod-sim ARGS="--bucket parts"               with an S3 beside it, for machines to share

It prints the address to give to a client in the place of https://api.runpod.io (as RUNPOD_API_BASE_URL), a
key that opens nothing, and what becomes of pods. A pod's entrypoint and command run on this machine, from
this repository's folder; its image is not looked at. What clients set is also written into the file
`variables` of its folder, for a shell to read: `. out/runpod-sim/variables`.

While it runs, lines do what only RunPod or its console can do otherwise:

    pods                     what lives             lose POD        the host is lost: 404
    balance                  credit that is left    stop-host POD   the host is lost: EXITED
    empty                    no credit is left      delete POD      somebody deletes it in the console
    pay USD                  more credit            restart POD     its container starts again
    revoke SECONDS           the key is unknown     preempt POD [SECONDS]   SIGTERM, a while, SIGKILL, gone
    stock KIND FREE          how many there are     hang POD        it stands still, and nothing says so
    secret NAME VALUE        a secret of the account

The same words do the same as `curl -X POST ADDRESS/sim/lose/POD`. Ctrl-C or the end of its input ends it, and
all its pods.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from infra.s3 import make_client
from tests.fakes.runpod.chance import bad_day
from tests.fakes.runpod.clock import RealClock
from tests.fakes.runpod.cloud import Cloud
from tests.fakes.runpod.console import command
from tests.fakes.runpod.pods import Pod
from tests.fakes.runpod.server import served
from tests.fakes.runpod.settings import Settings
from tests.fakes.runpod.state import process_body
from tests.fakes.s3 import s3_server


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fakes.runpod",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8787, help="0 for any that is free (%(default)s)")
    parser.add_argument("--store", type=Path, default=Settings.store, help="what pods write (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="decides ids and what goes wrong")
    parser.add_argument("--chaos", action="store_true", help="let things go wrong by chance")
    parser.add_argument("--speed", type=float, default=1.0, help="how fast its time passes (%(default)s)")
    parser.add_argument(
        "--secret",
        action="append",
        default=[],
        type=secret,
        metavar="NAME=VALUE",
        help="a secret of the account, which pods name as {{ RUNPOD_SECRET_NAME }}; as often as needed",
    )
    parser.add_argument(
        "--bucket",
        default="",
        help="start an S3 with this bucket; the account's secrets hold its credentials",
    )
    return parser.parse_args()


def secret(words: str) -> tuple[str, str]:
    """Read a secret of the command line."""
    name, there, value = words.partition("=")
    if not (name and there):
        raise argparse.ArgumentTypeError(f"{name}: expected NAME=VALUE")
    return name, value


@contextmanager
def bucket(name: str, cloud: Cloud) -> Iterator[dict[str, str]]:
    """Serve a bucket for the length of the block, if one is named; yields how its users name it."""
    if not name:
        yield {}
        return
    with s3_server() as s3:
        make_client(s3.account).create_bucket(Bucket=name)
        credentials = {
            "AWS_ACCESS_KEY_ID": s3.account.access_key_id,
            "AWS_SECRET_ACCESS_KEY": s3.account.secret_access_key,
        }
        cloud.state.account.secrets |= {key.lower(): value for key, value in credentials.items()}
        yield {
            "RENDERMILL_STORE": f"s3://{name}",
            "RENDERMILL_S3_ENDPOINT": s3.address,
            "RENDERMILL_S3_REGION": s3.account.region,
            **credentials,
        }


def tell_clients(store: Path, variables: Sequence[dict[str, str]]) -> None:
    """Print what clients set, and write it where a shell finds it."""
    lines = [" ".join(f"{name}={value}" for name, value in some.items()) for some in variables if some]
    store.mkdir(parents=True, exist_ok=True)
    (store / "variables").write_text("".join(f"export {line}\n" for line in lines), encoding="utf-8")
    for line in lines:
        say(line)


def say(text: str) -> None:
    """Write one line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def tell(pod: Pod, what: str) -> None:
    """Write what becomes of a pod."""
    price = f" (${pod.place.usd_per_hour}/h {pod.place.kind}, {pod.place.where})"
    about = price if what == "is rented" else ""
    say(f"{datetime.now(UTC):%H:%M:%S} {pod.pod_id} {pod.name} {what}{about}")


def main() -> None:
    """Serve until standard input ends or Ctrl-C."""
    options = arguments()
    cloud = Cloud(
        RealClock(options.speed),
        Settings(seed=options.seed, store=options.store),
        make_body=process_body,
        chance=bad_day(options.seed) if options.chaos else None,
        tell=tell,
    )
    cloud.state.account.secrets |= dict(options.secret)
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        s3 = stack.enter_context(bucket(options.bucket, cloud))
        server = stack.enter_context(served(cloud, options.port))
        account = {"RUNPOD_API_BASE_URL": server.address, "RUNPOD_API_KEY": cloud.key}
        tell_clients(options.store, [account, s3])
        for line in sys.stdin:
            if line.strip():
                say(command(cloud, line))


if __name__ == "__main__":
    main()
