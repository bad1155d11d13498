"""The parts that the frames of a job were divided into, kept for a run that dies and is begun anew.

Another division would give other parts of the video, and the runs that are at work on the old ones would
render beside it.
"""

import json
from collections.abc import Sequence

from media.digest import digest_of
from media.frame_list import as_text, numbers_in
from media.shot.plan import ShotPlan
from media.store import Missing, ObjectStore
from media.store.keys import key_for


def write_division(plan: ShotPlan, parts: Sequence[ShotPlan], store: ObjectStore) -> None:
    """Keep what the frames of a job are divided into; a later division replaces it."""
    store.put(_key(plan), json.dumps([as_text(part.numbers) for part in parts]).encode())


def read_division(plan: ShotPlan, store: ObjectStore) -> list[ShotPlan]:
    """Return the parts that the frames of a job were divided into; none if they were not."""
    try:
        texts = json.loads(store.get(_key(plan)))
    except Missing:
        return []
    return [plan.only(numbers_in(text)) for text in texts]


def _key(plan: ShotPlan) -> str:
    return key_for("segments", digest_of({"stage": "division", "result": plan.result}), "division.json")
