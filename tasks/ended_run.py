"""Why a run that ended did not complete."""

import re
from dataclasses import dataclass

from prefect.client.schemas.objects import FlowRun

from media.errors import BadInput, OutOfGpuMemory

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
    message = run.state.message or str(run.state.name)
    found = _EXCEPTION.search(message)
    if found is None:
        return Why("", f"{message} (run {run.name})")
    return Why(found["kind"], f"{found['sentence']} (run {run.name})")
