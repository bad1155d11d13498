"""Make the work pools of rented machines, as often as one likes: `python -m infra.work_pools.runpod`.

runpod-secure: GPUs in data centres; runpod-community: cheaper ones that may vanish; runpod-cpu: none. The
store that machines share is written into their settings from this machine's RENDERMILL_STORE and what goes
with it; credentials are not: they are secrets of RunPod's. With the pools comes the automation zombies.yaml.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.events.schemas.automations import AutomationCore
from prefect.exceptions import ObjectAlreadyExists
from prefect.settings import get_current_settings

from infra.rental.errors import OrderRefused
from infra.rental.ledger import MANIFEST
from infra.rental.reach import refuse_folder_store
from infra.runpod.configuration import Tier
from infra.runpod.worker import RunPodWorker
from infra.work_pools.server import prefect_server

STORE = ("RENDERMILL_STORE", "RENDERMILL_S3_ENDPOINT", "RENDERMILL_S3_REGION", "RENDERMILL_S3_PATH_STYLE")
ZOMBIES = Path(__file__).with_name("zombies.yaml")
TO_OWN_SERVER = {"PREFECT_API_AUTH_STRING": "prefect_auth_string"}
TO_CLOUD = {"PREFECT_API_KEY": "prefect_api_key"}
TO_BUCKET = {"AWS_ACCESS_KEY_ID": "aws_access_key_id", "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key"}
"""Variables of a machine, and the names that RunPod keeps their values under."""


class Pool(NamedTuple):
    """A work pool, what it rents, and how many of its runs go on at a time."""

    name: str
    tier: Tier
    limit: int
    description: str


POOLS = (
    Pool("runpod-secure", Tier.SECURE, 10, "GPUs in RunPod's data centres."),
    Pool("runpod-community", Tier.COMMUNITY, 10, "Cheaper GPUs at RunPod that may vanish."),
    Pool("runpod-cpu", Tier.CPU, 100, "Machines without a GPU at RunPod."),
)


class Reach(NamedTuple):
    """How machines reach the store and the server.

    Attributes:
        store: Variables that name the store, without a secret.
        secrets: Variables of a machine, and the names that RunPod keeps their values under.
        private_network: Whether a private address of the server will do.
    """

    store: Mapping[str, str]
    secrets: Mapping[str, str]
    private_network: bool = False


def reach_of(environment: Mapping[str, str], *, private_network: bool = False) -> Reach:
    """Return how machines reach what this machine's environment and Prefect's profile name."""
    store = {name: environment[name] for name in STORE if environment.get(name)}
    in_bucket = store.get("RENDERMILL_STORE", "").startswith("s3://")
    to_store = TO_BUCKET if in_bucket else {}
    return Reach(store, _to_server(private_network) | to_store, private_network)


def _to_server(private_network: bool) -> dict[str, str]:  # noqa: FBT001 - the one thing that decides
    """Return the secret that this machine gets in by; a server that all may use is private, or refused."""
    settings = get_current_settings().api
    if settings.key and not settings.auth_string:
        return TO_CLOUD
    return TO_OWN_SERVER if settings.auth_string or not private_network else {}


def template_of(pool: Pool, reach: Reach) -> dict[str, Any]:
    """Return the base job template of a pool."""
    template = RunPodWorker.get_default_base_job_template()
    fields = template["variables"]["properties"]
    fields["tier"]["default"] = pool.tier.value
    fields["proof"]["default"] = MANIFEST
    fields["secrets"]["default"] = dict(reach.secrets)
    fields["private_network"]["default"] = reach.private_network
    fields["env"]["default"] = dict(reach.store)
    return template


def make_pools(client: SyncPrefectClient, reach: Reach) -> set[str]:
    """Make what is missing of the pools, and return what was; one that is there keeps its settings."""
    made = set()
    for pool in POOLS:
        wanted = WorkPoolCreate(
            name=pool.name,
            description=pool.description,
            type=RunPodWorker.type,
            base_job_template=template_of(pool, reach),
            concurrency_limit=pool.limit,
        )
        with contextlib.suppress(ObjectAlreadyExists):
            client.create_work_pool(wanted)
            made.add(pool.name)
    return made


def make_automation(client: SyncPrefectClient) -> None:
    """Make the automation that reports silent runs as crashed, if it is missing."""
    wanted = AutomationCore.model_validate(yaml.safe_load(ZOMBIES.read_text(encoding="utf-8")))
    if not client.read_automations_by_name(wanted.name):
        client.create_automation(wanted)


def main(argv: Sequence[str] | None = None) -> None:
    """Make the pools on the server that Prefect's settings name; exits with 1 where none answers."""
    parser = argparse.ArgumentParser(prog="python -m infra.work_pools.runpod")
    parser.add_argument(
        "--private-network",
        action="store_true",
        help="machines reach this network by themselves, so that a private address of the server will do",
    )
    reach = reach_of(os.environ, private_network=parser.parse_args(argv).private_network)
    with prefect_server() as client:
        made = make_pools(client, reach)
        make_automation(client)
    sys.stdout.writelines(f"{line}\n" for line in told(made, reach))


def told(made: Collection[str], reach: Reach) -> Iterator[str]:
    """Yield what became of each pool, and what is left to do at RunPod."""
    for pool in POOLS:
        yield f"work pool {pool.name}: {'made' if pool.name in made else 'there already, and stays as it is'}"
    if not made:
        return
    if reach.secrets:
        yield f"their machines take these from RunPod's secrets: {', '.join(reach.secrets.values())}"
    try:
        refuse_folder_store(reach.store)
    except OrderRefused as refused:
        yield f"their runs will be refused: {refused}"


if __name__ == "__main__":
    main()
