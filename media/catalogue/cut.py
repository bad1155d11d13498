"""A batch that is being put together: no more than a run's parameters hold, and than may be spent. Pure."""

import json

from media.catalogue.estimate import Estimate
from media.catalogue.job import MOST_IN_A_BATCH
from media.catalogue.picture import Picture

MOST_BYTES = 400_000
"""Prefect takes parameters of 524,288 bytes for a run; this leaves room for what it puts around ours."""
BYTES_BESIDE = 20
"""A picture's most seconds, and commas."""


class Cut:
    """Pictures for one run.

    Attributes:
        pictures: They, in their order.
        estimates: What each is expected to take.
        scenes: The digests of their scenes.
        seconds: What they are expected to take.
    """

    def __init__(self, left_s: float) -> None:
        """Begin with nothing; its pictures may take `left_s` at most."""
        self.pictures: list[Picture] = []
        self.estimates: list[Estimate] = []
        self.scenes: set[str] = set()
        self.seconds = 0.0
        self._left_s = left_s
        self._bytes = 0

    def is_full(self, picture: Picture) -> bool:
        """Return whether one more picture is too much for the parameters of a run."""
        return len(self.pictures) >= MOST_IN_A_BATCH or (
            bool(self.pictures) and self._bytes + _bytes_of(picture) > MOST_BYTES
        )

    def takes(self, picture: Picture, estimate: Estimate) -> bool:
        """Take a picture, unless the budget may not hold it."""
        if estimate.high > self._left_s:
            return False
        self.pictures.append(picture)
        self.estimates.append(estimate)
        self.scenes.add(picture.plan.scene)
        self.seconds += estimate.likely
        self._left_s -= estimate.high
        self._bytes += _bytes_of(picture)
        return True


def _bytes_of(picture: Picture) -> int:
    return len(json.dumps(picture.plan.job.model_dump(mode="json"))) + BYTES_BESIDE
