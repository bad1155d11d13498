"""Work that a GPU was too small for is done again on one that is not."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.states import Completed, Failed

from infra.rental.ledger import NEEDS_GPU_MEMORY
from media.errors import OutOfGpuMemory, OutOfResources
from media.gpu import Gpu
from tasks import dispatch, rented
from tasks.ended_run import is_short_of_gpu_memory
from tasks.rented import larger, needs_of, telling_its_needs

L4 = Gpu(name="NVIDIA L4", driver="550.54.15", compute_capability="8.9", memory_mib=23034)
TOO_SMALL = Failed(
    message="Flow run encountered an exception: OutOfGpuMemory: frame 2: System is out of GPU memory"
)
NO_MEMORY = Failed(message="Flow run encountered an exception: OutOfResources: frame 2: out of memory")


def run_that(state, **labels) -> FlowRun:
    return FlowRun(flow_id=uuid4(), name="frames-1-8", state=state, labels=labels)


@dataclass
class Labels:
    """A Prefect server that keeps labels and nothing else."""

    kept: dict[UUID, dict[str, object]] = field(default_factory=dict)

    def update_flow_run_labels(self, run_id: UUID, labels: dict[str, object]) -> None:
        self.kept.setdefault(run_id, {}).update(labels)

    @contextmanager
    def client(self, *, sync_client: bool):
        assert sync_client
        yield self


@pytest.fixture
def labels(monkeypatch) -> Labels:
    """The labels of a server, told by a run on a rented machine with an L4."""
    server = Labels()
    run = run_that(None)
    monkeypatch.setattr(rented, "get_client", server.client)
    monkeypatch.setattr(rented, "this_gpu", lambda: L4)
    monkeypatch.setattr(rented, "_rented_run", lambda: run)
    return server


def test_run_on_a_gpu_that_is_too_small_labels_itself_with_what_only_a_larger_one_has(labels):
    said = "at least 25 GB, found NVIDIA L4 with 22.5 GB"
    with pytest.raises(OutOfGpuMemory, match=said), telling_its_needs():
        raise OutOfGpuMemory("frame 2: System is out of GPU memory")

    assert list(labels.kept.values()) == [{NEEDS_GPU_MEMORY: 25}]


def test_other_failures_say_nothing_of_gpus(labels):
    with pytest.raises(OutOfResources), telling_its_needs():
        raise OutOfResources("the disk is full")

    assert labels.kept == {}


def test_run_that_no_machine_was_rented_for_says_nothing(labels, monkeypatch):
    monkeypatch.setattr(rented, "_rented_run", lambda: None)

    with pytest.raises(OutOfGpuMemory), telling_its_needs():
        raise OutOfGpuMemory("frame 2")

    assert labels.kept == {}


def test_want_of_gpu_memory_is_told_apart_from_others():
    assert is_short_of_gpu_memory(run_that(TOO_SMALL))
    assert not is_short_of_gpu_memory(run_that(NO_MEMORY))
    assert not is_short_of_gpu_memory(run_that(Completed()))


def test_what_a_run_lacked_is_handed_on_to_the_next():
    assert needs_of(run_that(TOO_SMALL, **{NEEDS_GPU_MEMORY: 25})) == {NEEDS_GPU_MEMORY: 25}
    assert needs_of(run_that(TOO_SMALL)) == {}


def test_of_two_needs_the_larger_one_counts():
    assert larger({NEEDS_GPU_MEMORY: 25}, {NEEDS_GPU_MEMORY: 50}) == {NEEDS_GPU_MEMORY: 50}
    assert larger({NEEDS_GPU_MEMORY: 25}, {}) == {NEEDS_GPU_MEMORY: 25}
    assert larger({}, {}) == {}


@dataclass
class Elsewhere:
    """Where runs end, one after the other, with the memory that they found missing."""

    endings: list[FlowRun]
    given: list[object] = field(default_factory=list)

    def __call__(self, *_: object, labels: object = None) -> FlowRun:
        self.given.append(labels)
        return self.endings.pop(0)


def short_of(gigabytes: int) -> FlowRun:
    return run_that(TOO_SMALL, **{NEEDS_GPU_MEMORY: gigabytes})


def test_work_goes_on_to_larger_gpus_until_one_is_large_enough():
    elsewhere = Elsewhere([short_of(25), short_of(50), run_that(Completed())])

    sent = dispatch.sent_until_large_enough(elsewhere(), elsewhere)

    assert sent.state.is_completed()
    assert elsewhere.given == [None, {NEEDS_GPU_MEMORY: 25}, {NEEDS_GPU_MEMORY: 50}]


@pytest.mark.parametrize(
    "endings",
    [
        [run_that(TOO_SMALL)],  # nothing was rented: there are no others
        [run_that(NO_MEMORY, **{NEEDS_GPU_MEMORY: 25})],
        [short_of(25), short_of(25)],  # whoever rents does not heed it
    ],
)
def test_work_that_a_larger_gpu_does_not_help_ends_as_it_ended(endings):
    elsewhere = Elsewhere(list(endings))

    assert dispatch.sent_until_large_enough(elsewhere(), elsewhere) is endings[-1]
    assert elsewhere.endings == []
