"""Take a step again as often as the class of its failure says."""

import time
from collections.abc import Callable
from typing import TypeVar

from media.errors import MediaError

Found = TypeVar("Found")


def retried(step: Callable[[], Found]) -> Found:
    """Take a step, again as often and as patiently as the class of its failure says.

    Raises:
        MediaError: The last failure, once it is not worth another try.
    """
    attempt = 1
    while True:
        try:
            return step()
        except MediaError as error:
            wait = error.retry.wait_before(attempt)
            if wait is None:
                raise
            attempt += 1
            time.sleep(wait)
