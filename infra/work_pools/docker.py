"""The work pool `docker`: a container for each run, on the machine where its worker is.

`python -m infra.work_pools.docker` (`make deploy-docker`). What a container is given stands in the pool's
template, for everybody to see who sees the pool: the store by the name of a block, and no secret.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists
from prefect_docker.worker import DockerWorker

from infra.work_pools.server import prefect_server

POOL = "docker"
STORE = "block:default"
MEMORY = "8g"
AT_A_TIME = 2
HOME = "/tmp/prefect"  # noqa: S108 - the container's own; the worker would hand on its own folder's name
# Nothing that a run does needs a capability of root's or a way to one; a fork bomb ends at the last line.
CONTAINER = {"cap_drop": ["ALL"], "security_opt": ["no-new-privileges"], "pids_limit": 2048}


def template(folder: Path | None = None) -> dict[str, Any]:
    """Return the pool's template: Prefect's, with defaults for our containers.

    Args:
        folder: Folder of a store on this machine, mounted at the same path; its files stay this user's.
    """
    made: dict[str, Any] = DockerWorker.get_default_base_job_template()
    defaults: dict[str, Any] = {
        "auto_remove": True,
        "mem_limit": MEMORY,
        "memswap_limit": MEMORY,  # the sum of both, so no swap: what swaps is slower than what fails
        "env": {"RENDERMILL_STORE": STORE, "PREFECT_HOME": HOME},
        "container_create_kwargs": CONTAINER,
    }
    if folder:
        user = f"{os.getuid()}:{os.getgid()}"
        defaults["volumes"] = [f"{folder}:{folder}"]
        defaults["container_create_kwargs"] = {**CONTAINER, "user": user}
        defaults["env"] = {**defaults["env"], "HOME": "/tmp"}  # noqa: S108 - the container's, which is its own
    for name, value in defaults.items():
        made["variables"]["properties"][name]["default"] = value
    return made


def make_docker_pool(client: SyncPrefectClient, folder: Path | None = None) -> bool:
    """Make the pool; tells whether it was missing. One that is there keeps its user's settings."""
    pool = WorkPoolCreate(
        name=POOL,
        type=DockerWorker.type,
        base_job_template=template(folder),
        concurrency_limit=AT_A_TIME,
    )
    with contextlib.suppress(ObjectAlreadyExists):
        client.create_work_pool(pool)
        return True
    return False


def main(argv: Sequence[str] | None = None) -> None:
    """Make the pool on the server that Prefect's settings name; exits with 1 where none answers."""
    parser = argparse.ArgumentParser(prog="python -m infra.work_pools.docker")
    parser.add_argument("--folder", type=Path, help="folder of the store, to be mounted in every container")
    folder = parser.parse_args(argv).folder
    with prefect_server() as client:
        made = make_docker_pool(client, folder.expanduser().absolute() if folder else None)
    sys.stdout.write(f"work pool {POOL}: {'made' if made else 'there already, and stays as it is'}\n")


if __name__ == "__main__":
    main()
