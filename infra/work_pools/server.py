"""The Prefect server that work pools are made on."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client


@contextmanager
def prefect_server() -> Iterator[SyncPrefectClient]:
    """Provide the server that Prefect's settings name; exits with 1 and a sentence where none answers."""
    with get_client(sync_client=True) as client:
        try:
            yield client
        except httpx.TransportError as error:
            sys.exit(
                f"{client.api_url}: expected a Prefect server there, found none ({error}); "
                "start one with `make server`, or name another in PREFECT_API_URL"
            )
