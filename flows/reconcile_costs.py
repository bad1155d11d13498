"""Flow: put what was billed for rented machines into the ledgers of their runs.

By hand: `python -m flows.reconcile_costs --pool runpod-secure --days 7`; on a server:
`prefect deployment run 'reconcile-costs/local' -p pool=runpod-secure -p days=7`.
"""

import argparse
from typing import Annotated

from prefect import flow
from pydantic import Field

from tasks import machines


@flow(name="reconcile-costs")
def reconcile_costs(pool: str = "runpod-secure", days: Annotated[int, Field(ge=1, le=90)] = 2) -> None:
    """Put what was billed into the ledgers of the runs of a work pool, and show each difference.

    Args:
        pool: Name of the work pool.
        days: How many days back a run may have ended.
    """
    machines.reconcile_costs(pool, days)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m flows.reconcile_costs", description=reconcile_costs.__doc__
    )
    parser.add_argument("--pool", default="runpod-secure", help="name of the work pool (%(default)s)")
    parser.add_argument("--days", type=int, default=2, help="how many days back (%(default)s)")
    given = parser.parse_args()
    reconcile_costs(given.pool, given.days)
