"""Make the work pools of rented machines, as often as one likes: `python -m infra.work_pools.runpod`.

runpod-secure: GPUs in data centres; runpod-community: cheaper ones that may vanish; runpod-cpu: none. The
store that machines share is written into their settings from this machine's RENDERMILL_STORE and what goes
with it; credentials are not: they are secrets of RunPod's. With the pools comes the automation zombies.yaml.
"""

import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.events.schemas.automations import AutomationCore
from prefect.exceptions import ObjectAlreadyExists

from infra.rental.ledger import MANIFEST
from infra.runpod.configuration import Tier
from infra.runpod.worker import RunPodWorker

STORE = ("RENDERMILL_STORE", "RENDERMILL_S3_ENDPOINT", "RENDERMILL_S3_REGION", "RENDERMILL_S3_PATH_STYLE")
ZOMBIES = Path(__file__).with_name("zombies.yaml")
SECRETS = {
    "PREFECT_API_AUTH_STRING": "prefect_auth_string",
    "AWS_ACCESS_KEY_ID": "aws_access_key_id",
    "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key",
}
"""Variables of a machine, and the names that RunPod keeps their values under."""


class Pool(NamedTuple):
    """A work pool, what it rents, and how many of its runs go on at a time."""

    name: str
    tier: Tier
    limit: int


POOLS = (
    Pool("runpod-secure", Tier.SECURE, 10),
    Pool("runpod-community", Tier.COMMUNITY, 10),
    Pool("runpod-cpu", Tier.CPU, 100),
)


def template_of(pool: Pool, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the base job template of a pool, with the store that `environment` names."""
    template = RunPodWorker.get_default_base_job_template()
    fields = template["variables"]["properties"]
    fields["tier"]["default"] = pool.tier.value
    fields["proof"]["default"] = MANIFEST
    fields["secrets"]["default"] = SECRETS
    fields["env"]["default"] = {name: environment[name] for name in STORE if environment.get(name)}
    return template


def make_pools(client: SyncPrefectClient, environment: Mapping[str, str]) -> None:
    """Make what is missing of the pools; one that is there keeps its settings."""
    for pool in POOLS:
        wanted = WorkPoolCreate(
            name=pool.name,
            type=RunPodWorker.type,
            base_job_template=template_of(pool, environment),
            concurrency_limit=pool.limit,
        )
        with contextlib.suppress(ObjectAlreadyExists):
            client.create_work_pool(wanted)


def make_automation(client: SyncPrefectClient) -> None:
    """Make the automation that reports silent runs as crashed, if it is missing."""
    wanted = AutomationCore.model_validate(yaml.safe_load(ZOMBIES.read_text(encoding="utf-8")))
    if not client.read_automations_by_name(wanted.name):
        client.create_automation(wanted)


def main() -> None:
    """Make the pools on the server that Prefect's settings name; exits with 1 where none answers."""
    with get_client(sync_client=True) as client:
        try:
            make_pools(client, os.environ)
            make_automation(client)
        except httpx.TransportError as error:
            sys.exit(
                f"{client.api_url}: expected a Prefect server there, found none ({error}); "
                "start one with `make server`, or name another in PREFECT_API_URL"
            )


if __name__ == "__main__":
    main()
