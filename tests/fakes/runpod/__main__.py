"""Start a stand-in for RunPod's cloud on this machine; its pods are processes.

    make runpod-sim                                     or: python -m tests.fakes.runpod
    make runpod-sim ARGS="--port 8787 --chaos --seed 7 --speed 10"

It prints the address to give to a client in the place of https://api.runpod.io (as RUNPOD_API_BASE_URL), a
key that opens nothing, and what becomes of pods. A pod's entrypoint and command run on this machine, from
this repository's folder; its image is not looked at.

While it runs, lines do what only RunPod or its console can do otherwise:

    pods                     what lives             lose POD        the host is lost: 404
    balance                  credit that is left    stop-host POD   the host is lost: EXITED
    empty                    no credit is left      delete POD      somebody deletes it in the console
    pay USD                  more credit            restart POD     its container starts again
    revoke SECONDS           the key is unknown     preempt POD [SECONDS]   SIGTERM, a while, SIGKILL, gone
    stock KIND FREE          how many there are     hang POD        it stands still, and nothing says so

The same words do the same as `curl -X POST ADDRESS/sim/lose/POD`. Ctrl-C or the end of its input ends it, and
all its pods.
"""

import argparse
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from tests.fakes.runpod.chance import bad_day
from tests.fakes.runpod.clock import RealClock
from tests.fakes.runpod.cloud import Cloud
from tests.fakes.runpod.console import command
from tests.fakes.runpod.pods import Pod
from tests.fakes.runpod.server import served
from tests.fakes.runpod.settings import Settings
from tests.fakes.runpod.state import process_body


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
    return parser.parse_args()


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
    with suppress(KeyboardInterrupt), served(cloud, options.port) as server:
        say(f"RUNPOD_API_BASE_URL={server.address} RUNPOD_API_KEY={cloud.key}")
        for line in sys.stdin:
            if line.strip():
                say(command(cloud, line))


if __name__ == "__main__":
    main()
