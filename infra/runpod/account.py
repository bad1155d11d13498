"""An account at RunPod: who asks, and where."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, field_validator

from infra.rental.errors import AccountRefused

BASE_URL = "https://api.runpod.io"


class RunPodAccount(BaseModel):
    """Who asks, and the address that `/v2/...` is appended to.

    Attributes:
        api_key: A key that may read and write pods; shown nowhere.
        base_url: RunPod's own address, or that of a simulator.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    api_key: SecretStr
    base_url: str = BASE_URL

    @field_validator("base_url")
    @classmethod
    def _is_a_plain_address(cls, url: str) -> str:
        parts = urlsplit(url)
        plain = parts.scheme in {"http", "https"} and parts.hostname
        if not plain or parts.username is not None or parts.query or parts.fragment:
            raise ValueError(
                f"expected an address such as {BASE_URL}, found something else or more; "
                "give scheme and host only, and the key in its own field"
            )
        return url.rstrip("/")


def account_from(environment: Mapping[str, str]) -> RunPodAccount:
    """Return the account that environment variables name.

    Raises:
        AccountRefused: There is no key, or the address is none.
    """
    key = environment.get("RUNPOD_API_KEY", "").strip()
    if not key:
        raise AccountRefused(
            "RunPod: expected a key in RUNPOD_API_KEY, found none; "
            "make one at RunPod under Settings, API Keys, that may read and write, and set it"
        )
    try:
        return RunPodAccount(
            api_key=SecretStr(key), base_url=environment.get("RUNPOD_API_BASE_URL") or BASE_URL
        )
    except ValueError:
        refused = AccountRefused(
            f"RunPod: expected an address such as {BASE_URL} in RUNPOD_API_BASE_URL, "
            "found something else; correct it, or leave it unset"
        )
    raise refused
