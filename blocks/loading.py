"""Read a block from Prefect's server, and say what is wrong where there is none."""

from typing import cast

import httpx
from prefect.exceptions import PrefectHTTPStatusError

from blocks.object_store import ObjectStore
from media.errors import BadInput, Unavailable


def load_block(name: str) -> ObjectStore:
    """Return the block object-store/`name`.

    Raises:
        BadInput: There is none, or what it says does not fit together.
        Unavailable: The server does not answer.
    """
    try:
        loaded = ObjectStore.load(name, _sync=True)  # type: ignore[call-arg] # what Prefect takes besides
        return cast("ObjectStore", loaded)  # a coroutine only without _sync
    except ValueError as error:
        raise BadInput(
            f"block:{name}: expected a block object-store/{name} on Prefect's server, found none; "
            "make one with `make blocks`, or on the server's page"
        ) from error
    except RuntimeError as error:
        raise BadInput(
            f"block:{name}: expected a folder or a bucket in object-store/{name}, found fields that do "
            "not fit together; mend it on the server's page"
        ) from error
    except (httpx.TransportError, PrefectHTTPStatusError) as error:
        raise Unavailable(f"block:{name}: Prefect's server did not answer: {type(error).__name__}") from error
