"""The account that machines are rented with."""

import os

from infra.runpod.account import account_from
from infra.runpod.provider import RunPod


def open_runpod() -> RunPod:
    """Return RunPod, with the key of this machine's RUNPOD_API_KEY.

    Raises:
        AccountRefused: There is none.
    """
    return RunPod(account_from(os.environ))
