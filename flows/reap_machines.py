"""Flow: return rented machines that no run needs, without a worker.

By hand: `python -m flows.reap_machines --pool runpod-secure`; on a server:
`prefect deployment run 'reap-machines/local' -p pool=runpod-secure`.
"""

import argparse

from prefect import flow

from tasks import machines


@flow(name="reap-machines")
def reap_machines(pool: str = "runpod-secure") -> None:
    """Return the machines of a work pool that no run needs, and resume the runs that lost theirs.

    Its worker does the same all the time; this is for when no worker is there.

    Args:
        pool: Name of the work pool.
    """
    machines.reap_machines(pool)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m flows.reap_machines", description=reap_machines.__doc__)
    parser.add_argument("--pool", default="runpod-secure", help="name of the work pool (%(default)s)")
    reap_machines(parser.parse_args().pool)
