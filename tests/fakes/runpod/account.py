"""What belongs to an account besides its pods: keys, volumes, registry logins, secrets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.runpod.problems import DENIED, NO_TOKEN, WRONG_TOKEN, Refusal

ACCOUNT_KEY = "rpa_FAKE_ACCOUNT_KEY_THAT_OPENS_NOTHING"
SECRET = re.compile(r"\{\{\s*RUNPOD_SECRET_([A-Za-z0-9_]+)\s*\}\}")


@dataclass
class Account:
    """One account.

    Attributes:
        key: Good for everything.
        pod_keys: Keys that are good for the pod named by the value.
        revoked_until: Until then the account's own key is not known.
        volumes: Network volumes by id, as the API tells them.
        registries: Logins of registries by id, as the API tells them.
        ssh_keys: Public keys.
        secrets: By name; put in the place of `{{ RUNPOD_SECRET_name }}` on a pod, and told to nobody.
    """

    key: str = ACCOUNT_KEY
    pod_keys: dict[str, str] = field(default_factory=dict)
    revoked_until: float = 0.0
    volumes: dict[str, dict[str, Any]] = field(default_factory=dict)
    registries: dict[str, dict[str, Any]] = field(default_factory=dict)
    ssh_keys: list[str] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)

    def caller(self, headers: Mapping[str, str], query: Mapping[str, str], now: float) -> str:
        """Return the id of the pod that asks, or nothing for the account itself.

        Only what comes in `headers` counts, unless `query` is handed on too (GraphQL).

        Raises:
            Refusal: Nobody we know asks.
        """
        kind, _, key = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not key:
            key = query.get("api_key", "")
        if not key:
            raise Refusal(401, NO_TOKEN)
        if key == self.key and now >= self.revoked_until:
            return ""
        if key in self.pod_keys:
            return self.pod_keys[key]
        raise Refusal(401, WRONG_TOKEN)

    def allow(self, caller: str, operation: str, pod_id: str) -> None:
        """Let a pod look at itself and end itself, and nothing else.

        Raises:
            Refusal: It asks for more.
        """
        if caller and not (operation in {"getPod", "deletePod", "podAction"} and pod_id == caller):
            raise Refusal(403, DENIED)

    def filled(self, env: Mapping[str, str]) -> dict[str, str]:
        """Return an environment with its secrets in their places; one that is not known leaves nothing."""
        return {
            name: SECRET.sub(lambda found: self.secrets.get(found[1], ""), value)
            for name, value in env.items()
        }
