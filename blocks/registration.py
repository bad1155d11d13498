"""Make our blocks known to Prefect's server: `python -m blocks.registration` (`make blocks`).

If there is no block `object-store/default` yet, it is made of this machine's RENDERMILL_STORE.
"""

import sys
from pathlib import Path

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.exceptions import ObjectNotFound

from blocks.object_store import ObjectStore
from blocks.settings import Settings, absolute, bucket_of, read_settings
from media.errors import MediaError

NAME = "default"
SLUG = f"object-store/{NAME}"


def register(settings: Settings, client: SyncPrefectClient) -> str:
    """Register the block type, save the default block if there is none, and say what was done."""
    ObjectStore.register_type_and_schema(_sync=True)  # type: ignore[call-arg] # what Prefect takes besides
    if _is_saved(client):
        return f"{SLUG} is there already, and stays as it is"
    if settings.store_block:
        return f"no {SLUG} was made: RENDERMILL_STORE is {settings.store}, a block itself"
    block_of(settings).save(NAME, _sync=True)  # type: ignore[call-arg] # the same
    return f"{SLUG} is {settings.store}"


def block_of(settings: Settings) -> ObjectStore:
    """Return this machine's store as a block; boto3 finds the credentials on each machine."""
    if not settings.store_is_an_address:
        return ObjectStore(folder=str(absolute(Path(settings.store))))
    bucket = bucket_of(settings)
    said = bucket.model_dump(include={"bucket", "prefix", "endpoint_url", "region"})
    addressing = {None: "auto", True: "path", False: "virtual"}[bucket.path_style]
    return ObjectStore.model_validate(said | {"addressing": addressing})


def _is_saved(client: SyncPrefectClient) -> bool:
    try:
        client.read_block_document_by_name(NAME, ObjectStore.get_block_type_slug())
    except ObjectNotFound:
        return False
    return True


def main() -> None:
    """Register on the server that Prefect's settings name; exits with 1 where none answers."""
    with get_client(sync_client=True) as client:
        try:
            sys.stdout.write(f"blocks: {register(read_settings(), client)}\n")
        except httpx.TransportError as error:
            sys.exit(
                f"{client.api_url}: expected a Prefect server there, found none ({error}); "
                "start one with `make server`, or name another in PREFECT_API_URL"
            )
        except MediaError as error:
            sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
