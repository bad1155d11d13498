"""What this machine signs webhooks by."""

from functools import cache

import httpx
from pydantic import SecretStr

from blocks.settings import read_settings
from media.errors import BadInput, Unavailable

BLOCK = "block:"


def webhook_secret() -> SecretStr | None:
    """Return the secret of RENDERMILL_WEBHOOK_SECRET, or of the block that it names; None if nothing is set.

    Raises:
        BadInput: It names a block that does not exist, or holds no text.
        Unavailable: Prefect's server does not answer.
    """
    said = read_settings().webhook_secret
    if said is None or not said.get_secret_value().startswith(BLOCK):
        return said
    return _in_block(said.get_secret_value().removeprefix(BLOCK))


@cache
def _in_block(name: str) -> SecretStr:
    from prefect.blocks.system import Secret  # noqa: PLC0415 - Prefect takes long to import
    from prefect.exceptions import PrefectHTTPStatusError  # noqa: PLC0415 - the same

    try:
        found = Secret.load(name, _sync=True).get()  # type: ignore[call-arg,union-attr] # what Prefect takes besides
    except ValueError as error:
        raise BadInput(
            f"RENDERMILL_WEBHOOK_SECRET: expected a block secret/{name} on Prefect's server, found none; "
            "make one on the server's page"
        ) from error
    except (httpx.TransportError, PrefectHTTPStatusError) as error:
        raise Unavailable(f"block:{name}: Prefect's server did not answer: {type(error).__name__}") from error
    if not isinstance(found, str):
        raise BadInput(f"block:{name}: expected text in the secret, found something else; save it as text")
    return SecretStr(found)
