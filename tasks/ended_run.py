"""Why a run that ended did not complete."""

import re
from dataclasses import dataclass
from typing import Any

from prefect.client.schemas.objects import FlowRun, State

from media.errors import BadInput, MediaError, OutOfGpuMemory

_EXCEPTION = re.compile(r"exception:? (?P<kind>[A-Z]\w*): (?P<sentence>.*)", re.DOTALL)


@dataclass(frozen=True)
class Why:
    """Why a run did not complete.

    Attributes:
        kind: The class of its failure (media/errors.py); empty if it died.
        sentence: What it said.
    """

    kind: str
    sentence: str

    @property
    def is_final(self) -> bool:
        """Whether it would fail so wherever it is tried."""
        return self.kind == BadInput.__name__

    @property
    def is_ours(self) -> bool:
        """Whether it is a failure that was foreseen, whose sentence everybody may read."""
        return self.kind in _names(MediaError)


def is_short_of_gpu_memory(run: FlowRun) -> bool:
    """Return whether a run failed because its machine's GPU has too little memory."""
    why = why_it_ended(run)
    return why is not None and why.kind == OutOfGpuMemory.__name__


def why_it_ended(run: FlowRun) -> Why | None:
    """Return why an ended run did not complete; None if it did."""
    if run.state is None:
        return Why("", f"it was deleted (run {run.name})")
    if run.state.is_completed():
        return None
    why = why_of(run.state)
    return Why(why.kind, f"{why.sentence} (run {run.name})")


def why_of(state: State[Any]) -> Why:
    """Return why a run did not complete that ended in this state."""
    message = state.message or str(state.name)
    found = _EXCEPTION.search(message)
    return Why(found["kind"], found["sentence"]) if found else Why("", message)


def _names(kind: type[MediaError]) -> set[str]:
    return {kind.__name__}.union(*map(_names, kind.__subclasses__()))
