"""What a rented machine could not reach or must not be told: refused before anything is rented."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from infra.rental.errors import OrderRefused
from media.source import is_local

LOOPBACK_NAMES = {"localhost", "host.docker.internal"}
SECRET = re.compile(
    r"SECRET|TOKEN|PASS(WORD|WD|PHRASE)?$|CREDENTIAL|PRIVATE_KEY|API_?KEY|AUTH_STRING|ACCESS_KEY$|CUSTOM_HEADERS|DATABASE_\w*URL",
    re.IGNORECASE,
)
WITH_USER = re.compile(r"://[^/\s@]+@")
"""An address with a user, and perhaps a password."""
KEYS_TO_PREFECT = {"PREFECT_API_KEY", "PREFECT_API_AUTH_STRING"}


def refuse_secrets(env: Mapping[str, str]) -> None:
    """Refuse variables that look like secrets: a machine's environment is shown to all who read the account.

    Raises:
        OrderRefused: There is one.
    """
    secret = (
        name for name, value in env.items() if value and (SECRET.search(name) or WITH_USER.search(value))
    )
    if found := sorted(secret):
        raise OrderRefused(
            f"{', '.join(found)}: expected no secret in env, which everybody sees who may read the account; "
            "store it with the provider and name it in `secrets`"
        )


def refuse_private_api(env: Mapping[str, str], secrets: Mapping[str, str]) -> None:
    """Refuse a Prefect server that only this network reaches, or that anybody may use.

    Raises:
        OrderRefused: It is so.
    """
    url = env.get("PREFECT_API_URL", "")
    host = urlsplit(url).hostname or ""
    if not host or host in LOOPBACK_NAMES or _is_private(host):
        raise OrderRefused(
            f"PREFECT_API_URL: expected a server that a rented machine reaches, found {url or 'none'}; see "
            "docs/reach.md, or set private_network if machines do reach it"
        )
    if not url.startswith("https://"):
        raise OrderRefused(f"PREFECT_API_URL: expected https://, found {url}; see docs/reach.md")
    if not KEYS_TO_PREFECT & {*secrets}:
        raise OrderRefused(
            "secrets: expected PREFECT_API_AUTH_STRING or PREFECT_API_KEY, found neither; a server that "
            "machines reach without one is open to everybody; see docs/reach.md"
        )


def refuse_local_source(parameters: Mapping[str, Any]) -> None:
    """Refuse a job whose source is a file of some other machine.

    Raises:
        OrderRefused: It is so.
    """
    job = parameters.get("job")
    source = job.get("source") if isinstance(job, Mapping) else None
    if isinstance(source, str) and is_local(source):
        raise OrderRefused(
            f"{source}: expected a source that a rented machine reaches, found a file of this one; bring it "
            "into the store with `make put FILE=…` and give the address that it prints"
        )


def refuse_folder_store(env: Mapping[str, str]) -> None:
    """Refuse a store that ends with the machine.

    Raises:
        OrderRefused: It is so.
    """
    store = env.get("RENDERMILL_STORE", "")
    if not store.startswith(("s3://", "block:")):
        raise OrderRefused(
            f"RENDERMILL_STORE: expected s3://bucket/prefix or block:NAME in env, found {store or 'none'}; a "
            "folder of a rented machine ends with it"
        )


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host.endswith((".local", ".internal", ".localhost")) or "." not in host
